package ctl

import (
	"encoding/json"
	"strings"
	"time"

	"supervisord/internal/control"
)

// document is what a command with --json prints: one object with the keys of its verb.
// Each list that belongs to a verb is there even when it is empty. Names are as a command
// line takes them, times are RFC 3339 in UTC or null, numbers are numbers.
type document struct {
	PID       *int          `json:"pid,omitzero"`
	Version   string        `json:"version,omitzero"`
	Processes []jsonProcess `json:"processes,omitzero"`
	Programs  []jsonProgram `json:"programs,omitzero"`
	Log       *jsonLog      `json:"log,omitzero"`
	Groups    *jsonGroups   `json:"groups,omitzero"`
	// Plan, Sections and Needed are what update does, or has done.
	Plan     []jsonGroupPlan   `json:"plan,omitzero"`
	Sections []jsonSectionPlan `json:"sections,omitempty"`
	Needed   []jsonNeeded      `json:"needed,omitempty"`
	// Results tell what a command has done, one for each process or group.
	Results []result `json:"results,omitzero"`
	// Errors are about the names that a verb could not find.
	Errors []jsonNameError `json:"errors,omitzero"`
	// Error is why the command ended early.
	Error *jsonError `json:"error,omitzero"`
}

// jsonProcess is a process of status. Keys that can be without a value are null then.
type jsonProcess struct {
	Name        string     `json:"name"`
	Group       string     `json:"group"`
	Process     string     `json:"process"`
	State       string     `json:"state"`
	PID         int        `json:"pid"`    // 0 while no child is alive
	Uptime      int64      `json:"uptime"` // whole seconds; 0 while no child is alive
	Started     *time.Time `json:"started"`
	Stopped     *time.Time `json:"stopped"`
	ExitStatus  *int       `json:"exit_status"` // of the last child: -1 when a signal ended it
	SpawnError  string     `json:"spawn_error"`
	Description string     `json:"description"`
	StdoutLog   string     `json:"stdout_logfile"`
	StderrLog   string     `json:"stderr_logfile"`
	// Pending are the options whose change waits for the next start.
	Pending []string `json:"pending,omitempty"`
}

func toJSONProcess(i control.Info) jsonProcess {
	p := jsonProcess{
		Name: i.Selector().String(), Group: i.Group, Process: i.Name,
		State: i.Phase.String(), PID: i.PID, Description: i.Description,
		SpawnError: i.SpawnErr, StdoutLog: i.StdoutLog, StderrLog: i.StderrLog, Pending: i.Pending,
		Started: orNull(i.Started), Stopped: orNull(i.Ended),
	}
	switch {
	case i.PID != 0:
		p.Stopped = nil // that of an earlier child
		p.Uptime = max(0, int64(i.Now.Sub(i.Started)/time.Second))
	case !i.Ended.IsZero():
		p.ExitStatus = &i.ExitStatus
	}
	return p
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// jsonProgram is a process of avail.
type jsonProgram struct {
	Name          string `json:"name"`
	Group         string `json:"group"`
	Process       string `json:"process"`
	InUse         bool   `json:"in_use"`
	AutoStart     bool   `json:"autostart"`
	GroupPriority int    `json:"group_priority"`
	Priority      int    `json:"priority"`
	Command       string `json:"command"`
}

func toJSONProgram(p control.ProgramInfo) jsonProgram {
	return jsonProgram{
		Name:  control.Selector{Group: p.Group, Process: p.Name}.String(),
		Group: p.Group, Process: p.Name, InUse: p.InUse, AutoStart: p.AutoStart,
		GroupPriority: p.GroupPriority, Priority: p.Priority, Command: p.Command,
	}
}

// jsonLog is the end of a log. Bytes that are no UTF-8 are replaced.
type jsonLog struct {
	Name   string `json:"name"`             // of the process, or supervisord
	Stream string `json:"stream,omitempty"` // none of the supervisor's own log
	Text   string `json:"text"`
}

// jsonGroups are the groups in which the file differs from what runs.
type jsonGroups struct {
	Available   []string `json:"available"`
	Changed     []string `json:"changed"`
	Disappeared []string `json:"disappeared"`
}

type jsonNameError struct {
	Name  string `json:"name"`
	Error string `json:"error"`
}

type jsonError struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// result is what came of a request for one process or, without a Process, one group.
type result struct {
	Name    string `json:"name"`
	Group   string `json:"group"`
	Process string `json:"process,omitempty"`
	Done    string `json:"done,omitempty"`  // such as started; empty if it went wrong
	Error   string `json:"error,omitempty"` // in the words of the text; empty if it went well
}

// groupResult returns a result about a group.
func groupResult(group string) result { return result{Name: group, Group: group} }

func (r result) done(words string) result   { r.Done = words; return r }
func (r result) failed(words string) result { r.Error = words; return r }

// tell reports a result, by a line of text or as part of the JSON.
func (s *session) tell(r result, line string) {
	if s.doc != nil {
		s.doc.Results = append(s.doc.Results, r)
		return
	}
	if r.Error != "" {
		line = s.display().paintError(line)
	}
	s.printf("%s\n", line)
}

// complain reports why the command ends, by a line in Python's words or as the error of
// the JSON, and returns the exit code of most errors.
func (s *session) complain(line string) int {
	if s.doc == nil {
		s.printf("%s\n", line)
		return exitGeneric
	}
	if s.doc.Error == nil {
		s.doc.Error = &jsonError{}
	}
	s.doc.Error.Message = withoutMark(line)
	return exitGeneric
}

// withoutMark takes off a line what marks it as an error for people.
func withoutMark(line string) string {
	for _, mark := range []string{"Error: ", "ERROR: ", "error: "} {
		line = strings.TrimPrefix(line, mark)
	}
	if name, words, ok := strings.Cut(line, ": ERROR ("); ok {
		return name + ": " + strings.TrimSuffix(words, ")")
	}
	return line
}

// hint says what can be done about an error: on the standard error, where it does not
// get into what a script reads, or beside the error of the JSON.
func (s *session) hint(text string) {
	if s.doc == nil {
		_ = s.out.Flush() // comes again when the session ends
		_, _ = s.env.Stderr.Write([]byte("hint: " + text + "\n"))
		return
	}
	if s.doc.Error == nil {
		s.doc.Error = &jsonError{}
	}
	s.doc.Error.Hint = text
}

// printDocument prints the JSON of the command that ends, if it wants any.
func (s *session) printDocument() {
	if s.doc == nil {
		return
	}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(s.doc) // Flush tells
	s.doc = nil
}
