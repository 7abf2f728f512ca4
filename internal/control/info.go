package control

import (
	"fmt"
	"strconv"
	"time"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// Info describes one process at one moment.
type Info struct {
	Name, Group string
	Phase       process.Phase
	PID         int       // zero while no child is alive
	Started     time.Time // when the last child was spawned; zero for never
	Ended       time.Time // when the last child died; zero for never
	Now         time.Time // when this was written down
	ExitStatus  int       // of the last child: zero while it runs, -1 when a signal ended it
	SpawnErr    string    // why the last start or run failed
	// StdoutLog and StderrLog are the paths of the logs; empty where there is none.
	StdoutLog, StderrLog string
	// Pending are the options that an update has changed and that have no effect before
	// the next start.
	Pending []string
	// Description is the last column of status, as Describe writes it.
	Description string
}

// Selector returns the selector of this one process.
func (i Info) Selector() Selector { return Selector{Group: i.Group, Process: i.Name} }

// Describe returns the last column of status in the words of Python's Supervisor.
func Describe(i Info) string {
	switch i.Phase {
	case process.Running:
		return "pid " + strconv.Itoa(i.PID) + ", uptime " + Uptime(i.Now.Sub(i.Started))
	case process.Fatal, process.Backoff:
		if i.SpawnErr == "" {
			return fmt.Sprintf("unknown error (try %q)", "tail "+i.Name)
		}
		return i.SpawnErr
	case process.Stopped, process.Exited:
		if i.Started.IsZero() {
			return "Not started"
		}
		return i.Ended.Local().Format("Jan 02 03:04 PM")
	case process.Starting, process.Stopping, process.Unknown: // nothing to tell yet
	}
	return ""
}

// Uptime prints a duration as Python prints a timedelta of whole seconds.
func Uptime(d time.Duration) string {
	s := max(int64(d/time.Second), 0)
	b := make([]byte, 0, 24) // by hand: a status of a thousand processes needs a thousand
	switch days := s / 86400; days {
	case 0:
	case 1:
		b = append(b, "1 day, "...)
	default:
		b = append(strconv.AppendInt(b, days, 10), " days, "...)
	}
	b = strconv.AppendInt(b, s/3600%24, 10)
	b = appendTwo(append(b, ':'), s/60%60)
	return string(appendTwo(append(b, ':'), s%60))
}

// appendTwo appends a number below 100 with two digits.
func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// Result says how a request ended for one process among several.
type Result struct {
	Group, Name string
	Fault       *Fault // nil: it went well
}

// LogStream names one of the outputs of a process.
type LogStream = event.Channel

// The streams.
const (
	Stdout = event.Stdout
	Stderr = event.Stderr
)

// LogName names a log: an output of one process or, when Main, the daemon's own log.
type LogName struct {
	Main   bool
	Of     Selector
	Stream LogStream
}

// Tail is the end of a log.
type Tail struct {
	Data     []byte
	Size     int64 // of the whole log, in bytes: where the next tail may start
	Overflow bool  // more was written since offset than length holds
}

// Diff names the groups in which a configuration file differs from what runs.
type Diff struct{ Added, Changed, Removed []string }

// Mood is what the supervisor as a whole is doing, numbered as on the wire.
type Mood int

// The moods.
const (
	MoodRestarting Mood = 0
	MoodRunning    Mood = 1
	MoodShutdown   Mood = -1
)

// String returns the name that getState reports.
func (m Mood) String() string {
	switch m {
	case MoodRestarting:
		return "RESTARTING"
	case MoodRunning:
		return "RUNNING"
	case MoodShutdown:
		return "SHUTDOWN"
	}
	return fmt.Sprintf("Mood(%d)", int(m))
}

// SupervisorInfo describes the supervisor itself.
type SupervisorInfo struct {
	Mood       Mood
	PID        int
	Identifier string
	Version    string // of Python's Supervisor whose behaviour this one has
}

// ProgramInfo is the configuration of one process, as getAllConfigInfo reports it.
type ProgramInfo struct {
	Name, Group              string
	InUse                    bool // whether the group is active
	AutoStart                bool
	AutoRestart              process.Restart
	GroupPriority            int
	Priority                 int
	Command, Directory       string
	UID                      *int // nil: the daemon's own
	ExitCodes                []int
	StartRetries             int
	StartSecs                time.Duration
	StopSignal               int // the first of them
	StopWaitSecs             time.Duration
	StopAsGroup, KillAsGroup bool
	RedirectStderr           bool
	ServerURL                string
	Stdout, Stderr           LogInfo
}

// LogInfo is the configuration of one output of a process.
type LogInfo struct {
	Logfile       string // a path, "auto" or "none"
	MaxBytes      int64
	Backups       int
	CaptureMax    int64
	EventsEnabled bool
	Syslog        bool
}
