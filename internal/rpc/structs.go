package rpc

import (
	"errors"
	"math"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// none is what Python reports for an option that is not set.
const none = "none"

// resultStructs returns what the methods report that act on several processes.
func resultStructs(results []control.Result) []any {
	out := make([]any, len(results))
	for i, r := range results {
		status, description := int(control.Success), "OK"
		if r.Fault != nil {
			f, _ := errors.AsType[*control.Fault](about(r.Name, r.Fault))
			status, description = int(f.Code), f.Error()
		}
		out[i] = Struct{
			{"name", r.Name},
			{"group", r.Group},
			{"status", status},
			{"description", description},
		}
	}
	return out
}

// configStruct returns a ProgramInfo as getAllConfigInfo reports it.
func configStruct(p *control.ProgramInfo) Struct {
	var uid any = none
	if p.UID != nil {
		uid = *p.UID
	}
	s := Struct{
		{"autostart", p.AutoStart},
		{"autorestart", autoRestart(p.AutoRestart)},
		{"directory", orNone(p.Directory)},
		{"uid", uid},
		{"command", p.Command},
		{"exitcodes", values(p.ExitCodes)},
		{"group", p.Group},
		{"group_prio", p.GroupPriority},
		{"inuse", p.InUse},
		{"killasgroup", p.KillAsGroup},
		{"name", p.Name},
		{"process_prio", p.Priority},
		{"redirect_stderr", p.RedirectStderr},
		{"startretries", p.StartRetries},
		{"startsecs", capped(int64(p.StartSecs / time.Second))},
		{"stopsignal", p.StopSignal},
		{"stopwaitsecs", capped(int64(p.StopWaitSecs / time.Second))},
		{"serverurl", orNone(p.ServerURL)},
	}
	s = appendLog(s, "stdout", &p.Stdout)
	return appendLog(s, "stderr", &p.Stderr)
}

func appendLog(s Struct, stream string, l *control.LogInfo) Struct {
	return append(s,
		Member{stream + "_capture_maxbytes", capped(l.CaptureMax)},
		Member{stream + "_events_enabled", l.EventsEnabled},
		Member{stream + "_logfile", orNone(l.Logfile)},
		Member{stream + "_logfile_backups", l.Backups},
		Member{stream + "_logfile_maxbytes", capped(l.MaxBytes)},
		Member{stream + "_syslog", l.Syslog},
	)
}

// autoRestart returns the value that the option has in a configuration file.
func autoRestart(r process.Restart) string {
	switch r {
	case process.Unexpected:
		return "unexpected"
	case process.Always:
		return "true"
	case process.Never:
	}
	return "false"
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

// seconds returns t as seconds since 1970, and 0 for never.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return capped(t.Unix())
}

// capped returns n, or what is nearest to it in 32 bits: more is not for XML-RPC's int,
// and Python's server answers HTTP 500 then.
func capped(n int64) int64 { return min(max(n, math.MinInt32), math.MaxInt32) }
