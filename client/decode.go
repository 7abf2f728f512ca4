package client

import (
	"fmt"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc"
)

// as returns v as a T, or an error that says what the server has sent instead.
func as[T any](v any) (T, error) {
	t, ok := v.(T)
	if !ok {
		return t, fmt.Errorf("%w: %T instead of %T", ErrMalformed, v, t)
	}
	return t, nil
}

// reader reads the members of a struct. The first member that is missing or of
// another type is remembered, so that err need be looked at only once.
type reader struct {
	members map[string]any
	err     error
}

// read makes a T of a struct.
func read[T any](v any, make func(*reader) T) (T, error) {
	members, err := as[map[string]any](v)
	r := &reader{members, err}
	return make(r), r.err
}

// readList makes a T of each struct in an array.
func readList[T any](v any, make func(*reader) T) ([]T, error) {
	list, err := as[[]any](v)
	if err != nil {
		return nil, err
	}
	var out []T
	for _, e := range list {
		t, err := read(e, make)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// member returns a member of the struct that r reads.
func member[T any](r *reader, name string) T {
	t, err := as[T](r.members[name])
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s: %w", name, err)
	}
	return t
}

func (r *reader) text(name string) string { return member[string](r, name) }
func (r *reader) int(name string) int     { return int(member[int64](r, name)) }
func (r *reader) bool(name string) bool   { return member[bool](r, name) }

// option returns the text of an option, which is "none" where there is none.
func (r *reader) option(name string) string {
	if s := r.text(name); s != "none" {
		return s
	}
	return ""
}

// time returns a time that is sent as seconds since 1970; 0 is never.
func (r *reader) time(name string) time.Time {
	if n := member[int64](r, name); n != 0 {
		return time.Unix(n, 0)
	}
	return time.Time{}
}

func (r *reader) seconds(name string) time.Duration {
	return time.Duration(member[int64](r, name)) * time.Second
}

func toInfo(r *reader) Info {
	return Info{
		Name: r.text("name"), Group: r.text("group"),
		Phase:       process.Phase(r.int("state")),
		PID:         r.int("pid"),
		Started:     r.time("start"),
		Ended:       r.time("stop"),
		Now:         r.time("now"),
		ExitStatus:  r.int("exitstatus"),
		SpawnErr:    r.text("spawnerr"),
		StdoutLog:   r.text("stdout_logfile"),
		StderrLog:   r.text("stderr_logfile"),
		Description: r.text("description"),
		Pending:     r.pending(),
	}
}

// pending returns the options that wait for the next start; a Python Supervisor has none.
func (r *reader) pending() []string {
	list, _ := r.members["pending"].([]any)
	return rpc.Texts(list)
}

func toResult(r *reader) Result {
	result := Result{Name: r.text("name"), Group: r.text("group")}
	status, description := member[int64](r, "status"), r.text("description")
	if control.Code(status) != control.Success {
		result.Fault = rpc.ParseFault(status, description)
	}
	return result
}

func toProgram(r *reader) ProgramInfo {
	p := ProgramInfo{
		Name: r.text("name"), Group: r.text("group"),
		InUse:         r.bool("inuse"),
		AutoStart:     r.bool("autostart"),
		GroupPriority: r.int("group_prio"), Priority: r.int("process_prio"),
		Command: r.text("command"), Directory: r.option("directory"),
		StartRetries: r.int("startretries"), StartSecs: r.seconds("startsecs"),
		StopSignal: r.int("stopsignal"), StopWaitSecs: r.seconds("stopwaitsecs"),
		KillAsGroup:    r.bool("killasgroup"),
		RedirectStderr: r.bool("redirect_stderr"),
		ServerURL:      r.option("serverurl"),
		Stdout:         toLog(r, "stdout"), Stderr: toLog(r, "stderr"),
	}
	if uid, ok := r.members["uid"].(int64); ok { // else it is "none"
		n := int(uid)
		p.UID = &n
	}
	for _, code := range member[[]any](r, "exitcodes") {
		n, err := as[int64](code)
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("exitcodes: %w", err)
		}
		p.ExitCodes = append(p.ExitCodes, int(n))
	}
	switch r.members["autorestart"] { // Python 4.2 does not send it
	case "unexpected":
		p.AutoRestart = process.Unexpected
	case "true":
		p.AutoRestart = process.Always
	}
	return p
}

func toLog(r *reader, stream string) LogInfo {
	return LogInfo{
		Logfile:       r.text(stream + "_logfile"),
		MaxBytes:      member[int64](r, stream+"_logfile_maxbytes"),
		Backups:       r.int(stream + "_logfile_backups"),
		CaptureMax:    member[int64](r, stream+"_capture_maxbytes"),
		EventsEnabled: r.bool(stream + "_events_enabled"),
		Syslog:        r.bool(stream + "_syslog"),
	}
}

func toTail(v any) (Tail, error) {
	list, err := as[[]any](v)
	if err != nil {
		return Tail{}, err
	}
	if len(list) != 3 {
		return Tail{}, fmt.Errorf("%w: %d values for a tail", ErrMalformed, len(list))
	}
	text, ok1 := list[0].(string)
	size, ok2 := list[1].(int64)
	overflow, ok3 := list[2].(bool)
	if !ok1 || !ok2 || !ok3 {
		return Tail{}, fmt.Errorf("%w: [%T %T %T] for a tail", ErrMalformed, list[0], list[1], list[2])
	}
	return Tail{Data: []byte(text), Size: size, Overflow: overflow}, nil
}

// toDiff reads [[added, changed, removed]].
func toDiff(v any) (Diff, error) {
	outer, err := as[[]any](v)
	if err != nil {
		return Diff{}, err
	}
	if len(outer) != 1 {
		return Diff{}, fmt.Errorf("%w: %d differences", ErrMalformed, len(outer))
	}
	lists, err := as[[]any](outer[0])
	if err != nil {
		return Diff{}, err
	}
	if len(lists) != 3 {
		return Diff{}, fmt.Errorf("%w: %d lists of groups", ErrMalformed, len(lists))
	}
	var d Diff
	for i, to := range []*[]string{&d.Added, &d.Changed, &d.Removed} {
		if *to, err = toStrings(lists[i]); err != nil {
			return Diff{}, err
		}
	}
	return d, nil
}

func toStrings(v any) ([]string, error) {
	list, err := as[[]any](v)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range list {
		s, err := as[string](e)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// toSupervisor reads the answers to getState, getPID, getIdentification and
// getSupervisorVersion.
func toSupervisor(answers []any) (SupervisorInfo, error) {
	if len(answers) != 4 {
		return SupervisorInfo{}, fmt.Errorf("%w: %d results of 4 calls", ErrMalformed, len(answers))
	}
	mood, err := read(answers[0], func(r *reader) Mood { return Mood(r.int("statecode")) })
	if err != nil {
		return SupervisorInfo{}, err
	}
	pid, ok1 := answers[1].(int64)
	identifier, ok2 := answers[2].(string)
	version, ok3 := answers[3].(string)
	if !ok1 || !ok2 || !ok3 {
		return SupervisorInfo{}, fmt.Errorf("%w: [%T %T %T]", ErrMalformed, answers[1], answers[2], answers[3])
	}
	return SupervisorInfo{Mood: mood, PID: int(pid), Identifier: identifier, Version: version}, nil
}
