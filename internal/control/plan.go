package control

// Plan is what an update does, or has done: the groups in which the configuration differs
// from what is active. Secrets in it are masked.
type Plan struct{ Groups []GroupPlan }

// GroupPlan is what becomes of a group.
type GroupPlan struct {
	Name string
	Fate Fate
	// Changes are those of the group's own options.
	Changes []OptionChange
	// Processes are those that are affected.
	Processes []ProcessPlan
	// Whole says that no process that ran in the group goes on: all are stopped.
	Whole bool
	// Problem says what could not be carried out; empty: nothing.
	Problem string
}

// Fate is what becomes of a group as a whole.
type Fate string

// The fates.
const (
	GroupAdded   Fate = "added"
	GroupRemoved Fate = "removed"
	GroupChanged Fate = "changed"
)

// ProcessPlan is what becomes of a process.
type ProcessPlan struct {
	Name    string
	Step    Step
	Changes []OptionChange
}

// Step is what an update does to a process.
type Step string

// The steps.
const (
	StepStart     Step = "start"      // it is started: it is new, or had been given up
	StepAdd       Step = "add"        // it is new, and does not start by itself
	StepStop      Step = "stop"       // it is stopped, and is no more
	StepRemove    Step = "remove"     // it does not run, and is no more
	StepRestart   Step = "restart"    // it is stopped and started
	StepNextStart Step = "next start" // nothing; the changes wait for its next start
	StepLive      Step = "live"       // the changes have an effect at once
)

// OptionChange is an option that gets another value.
type OptionChange struct {
	Option   string
	Old, New string // as they would stand in a file
	// Takes is what the change takes: "live", "next start" or "restart".
	Takes string
}
