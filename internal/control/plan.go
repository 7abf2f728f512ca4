package control

// Plan is what an update does, or has done: where the configuration differs from what is
// active. Secrets in it are masked.
type Plan struct {
	// Sections are those of the daemon itself: [supervisord], servers and webhooks.
	Sections []SectionPlan
	Groups   []GroupPlan
	// Needed are the processes that start though they would not by themselves, what is needed
	// first. Those in Groups among them have the step [StepStart].
	Needed []NeededStart
}

// NeededStart is a process that an update starts since others need it (depends_on), whether
// or not it differs itself.
type NeededStart struct {
	Process Selector
	// For are those that need it, and are started or wait for their start. None: it is the
	// process itself that was kept from its start by what it needed so far.
	For []Selector
}

// SectionPlan is what becomes of a section of the daemon itself.
type SectionPlan struct {
	Name string // without brackets
	Fate Fate
	// Changes are those of a section that was there before. Those that take a restart of
	// the daemon are not carried out.
	Changes []OptionChange
	// Problem says what could not be carried out; empty: nothing.
	Problem string
}

// TakesDaemonRestart is what [OptionChange.Takes] says of a change that an update leaves to
// the next start of the daemon.
const TakesDaemonRestart = "daemon restart"

// Applied reports whether an update does anything about the section.
func (s *SectionPlan) Applied() bool {
	return s.Fate != GroupChanged || len(s.Changes) > len(s.AfterRestart())
}

// AfterRestart returns the options whose changes wait for the next start of the daemon.
func (s *SectionPlan) AfterRestart() (options []string) {
	for _, c := range s.Changes {
		if c.Takes == TakesDaemonRestart {
			options = append(options, c.Option)
		}
	}
	return options
}

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

// Selector names a process of the group.
func (g *GroupPlan) Selector(process string) Selector {
	return Selector{Group: g.Name, Process: process}
}

// Fate is what becomes of a group or a section as a whole.
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
	// Takes is what the change takes: "live", "next start", "restart" or "daemon restart".
	Takes string
}
