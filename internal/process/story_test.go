package process_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

// TestStories replays the transcripts in testdata/stories: lines that begin at the
// margin are the story, indented ones what came of it. UPDATE=1 writes them anew.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStory()
			for line := range strings.Lines(string(text)) {
				if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "\t") {
					continue
				}
				if err := s.tell(line); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
			}
			testenv.Golden(t, file, s.text.String())
		})
	}
}

// story is one process, its clock, and what is told of them.
type story struct {
	policy     process.Policy
	state      process.State
	begin, now time.Time
	text       strings.Builder
}

func newStory() *story {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return &story{
		begin: begin, now: begin,
		policy: process.Policy{
			StartSecs: time.Second, StartRetries: 3, AutoRestart: process.Unexpected, ExitCodes: []int{0},
			StopSignals: []int{15}, StopWait: 10 * time.Second, RespawnFloor: time.Second,
		},
	}
}

// tell carries out a line of a story: a comment, options of the program as
// key=value, a wait as +duration, a wait without a Tick as "late duration", or an input.
func (s *story) tell(line string) error {
	fmt.Fprintln(&s.text, line)
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0] == "#":
		return nil
	case strings.Contains(line, "="):
		for _, option := range words {
			key, value, _ := strings.Cut(option, "=")
			if err := s.set(key, value); err != nil {
				return err
			}
		}
		return nil
	case line[0] == '+':
		d, err := time.ParseDuration(line[1:])
		if err != nil {
			return err
		}
		return s.wait(d)
	}
	if words[0] == "late" { // time passes, but the Tick does not come
		d, err := time.ParseDuration(words[1])
		s.now = s.now.Add(d)
		return err
	}
	in, err := input(words)
	if err == nil {
		s.do(in)
	}
	return err
}

func (s *story) set(key, value string) (err error) {
	p := &s.policy
	switch key {
	case "startsecs":
		p.StartSecs, err = time.ParseDuration(value)
	case "startretries":
		p.StartRetries, err = strconv.Atoi(value)
	case "autorestart":
		p.AutoRestart = map[string]process.Restart{"true": process.Always, "unexpected": process.Unexpected, "false": process.Never}[value]
	case "stopsignal":
		p.StopSignals = nil
		for sig := range strings.SplitSeq(value, ",") {
			if sig == "none" {
				continue
			}
			n, e := strconv.Atoi(sig)
			p.StopSignals, err = append(p.StopSignals, n), e
		}
	case "stopwaitsecs":
		p.StopWait, err = time.ParseDuration(value)
	case "killwaitsecs":
		p.KillWait, err = time.ParseDuration(value)
	case "restartpause":
		p.RestartPause, err = time.ParseDuration(value)
	case "readiness_timeout":
		p.AwaitReady = true
		p.ReadyTimeout, err = time.ParseDuration(value)
	case "backoff":
		p.RetryWait.Growth = map[string]process.Growth{"linear": process.Linear, "exponential": process.Exponential, "constant": process.Constant}[value]
	case "backoff_max":
		p.RetryWait.Max, err = time.ParseDuration(value)
	case "restart_limit":
		count, within, _ := strings.Cut(value, "/")
		if p.RestartLimit.Count, err = strconv.Atoi(count); err == nil {
			p.RestartLimit.Within, err = time.ParseDuration(within)
		}
	case "stopasgroup":
		p.StopAsGroup = value == "true"
	case "killasgroup":
		p.KillAsGroup = value == "true"
	default:
		return fmt.Errorf("no option %s", key)
	}
	return err
}

func input(words []string) (process.Input, error) {
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "start":
		return process.Start{}, nil
	case "stop":
		return process.Stop{}, nil
	case "hold":
		return process.Hold{}, nil
	case "drain":
		return process.Drain{}, nil
	case "tick":
		return process.Tick{}, nil
	case "spawned":
		pid, err := strconv.Atoi(rest)
		return process.Spawned{PID: pid}, err
	case "spawnfailed":
		return process.SpawnFailed{Reason: rest}, nil
	case "ready":
		return process.Ready{}, nil
	case "extend":
		d, err := time.ParseDuration(rest)
		return process.Extend{For: d}, err
	case "hung":
		return process.Hung{Reason: rest}, nil
	case "signalfailed":
		return process.SignalFailed{Reason: rest}, nil
	case "died":
		if strings.HasPrefix(rest, "SIG") {
			return process.Died{Exit: process.Exit{Code: -1, Signal: rest}}, nil
		}
		code, err := strconv.Atoi(rest)
		return process.Died{Exit: process.Exit{Code: code}}, err
	}
	return nil, fmt.Errorf("no input %s", words[0])
}

// wait lets time pass, with a Tick at every deadline.
func (s *story) wait(d time.Duration) error {
	until := s.now.Add(d)
	for range tooMany {
		if s.state.Deadline.IsZero() || s.state.Deadline.After(until) {
			s.now = until
			return nil
		}
		s.now = s.state.Deadline
		s.do(process.Tick{})
	}
	return errors.New("it does not stop ticking")
}

// tooMany is a number of Ticks that no wait should need.
const tooMany = 1000

func (s *story) do(in process.Input) {
	before := s.state
	var effects []process.Effect
	s.state, effects = process.Next(s.policy, s.state, s.now, in)
	for _, e := range effects {
		s.say("%s", sayEffect(e))
	}
	if s.state.SpawnErr != before.SpawnErr && s.state.SpawnErr != "" {
		s.say("spawnerr: %s", s.state.SpawnErr)
	}
	if s.state.Deadline != before.Deadline && !s.state.Deadline.IsZero() {
		s.say("(waits for %v)", s.state.Deadline.Sub(s.now))
	}
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(&s.text, "\t%v\t%s\n", s.now.Sub(s.begin), fmt.Sprintf(format, args...))
}

func sayEffect(e process.Effect) string {
	switch e := e.(type) {
	case process.Spawn:
		return "spawn"
	case process.Kill:
		to := fmt.Sprintf("signal %d to %d", e.Signal, e.PID)
		if e.Group {
			to += " and its group"
		}
		if e.Forced {
			to += ", by force"
		}
		return to
	case process.Changed:
		change := fmt.Sprintf("%s -> %s", e.From, e.To)
		if e.PID != 0 {
			change += fmt.Sprintf(" pid %d", e.PID)
		}
		if e.Tries != 0 {
			change += fmt.Sprintf(" tries %d", e.Tries)
		}
		if e.Expected {
			change += " expected"
		}
		return change
	}
	return fmt.Sprintf("%T", e)
}
