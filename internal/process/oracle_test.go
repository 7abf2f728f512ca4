package process_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// TestAgainstPython plays random scripts to the Subprocess class of Python's
// Supervisor and to Next, and wants the same transcript: events with their payloads,
// signals, and after every input the phase, PID, failures, exit status, times and
// spawn error. What differs on purpose is in class Differences of oracle.py.
//
// Every run has a new seed, unless ORACLE_SEED gives one; ORACLE_SCRIPTS is the
// number of scripts, of which -short has a tenth.
func TestAgainstPython(t *testing.T) {
	python := pythonWithSupervisor(t)
	seed := number(t, "ORACLE_SEED", int(rand.Int32()))
	scripts := 50000
	if testing.Short() {
		scripts = 5000
	}
	scripts = number(t, "ORACLE_SCRIPTS", scripts)
	t.Logf("ORACLE_SEED=%d ORACLE_SCRIPTS=%d", seed, scripts)
	const shards = 2 // Python uses one core
	for i := range shards {
		t.Run(fmt.Sprintf("shard %d", i), func(t *testing.T) {
			t.Parallel()
			compareWithPython(t, python, seed+i, (scripts+shards-1)/shards)
		})
	}
}

func compareWithPython(t *testing.T, python string, seed, scripts int) {
	t.Helper()
	// Opened here, the oracle is an input of the test to the go command's cache.
	oracle, err := os.Open(filepath.Join("..", "..", "oracle", "oracle.py"))
	if err != nil {
		t.Fatal(err)
	}
	defer oracle.Close()
	cmd := exec.CommandContext(t.Context(), python, "-", strconv.Itoa(seed), strconv.Itoa(scripts))
	cmd.Stdin = oracle
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n, differ := 0, 0
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); n++ {
		var c oracleCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("seed %d, script %d: %v", seed, n, err)
		}
		ours := c.replay()
		if slices.Equal(c.Transcript, ours) {
			continue
		}
		if differ++; differ <= 3 {
			t.Errorf("seed %d, script %d: %+v (-python +ours):\n%s", seed, n, c.Options, cmp.Diff(c.Transcript, ours))
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, &stderr)
	}
	if n != scripts || differ > 0 {
		t.Errorf("seed %d: %d of %d scripts came, %d differ", seed, n, scripts, differ)
	}
}

// pythonWithSupervisor returns an interpreter that can import Python's Supervisor
// and its tests. Debian's python3 is asked first: another may come before it in PATH.
func pythonWithSupervisor(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import supervisor.process, supervisor.tests.base").Run() == nil {
			return python
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no python3 with Python's Supervisor (Debian's package is named supervisor)")
	}
	t.Skip("no python3 with Python's Supervisor (Debian's package is named supervisor)")
	return ""
}

func number(t *testing.T, env string, otherwise int) int {
	t.Helper()
	s := os.Getenv(env)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", env, err)
	}
	return n
}

// oracleCase is a line of oracle.py.
type oracleCase struct {
	Options struct {
		Restart                      string
		StartSecs, Retries, StopWait int
		ExitCodes                    []int
		StopSignal                   int
		StopAsGroup, KillAsGroup     bool
	}
	Script     []scriptOp
	Transcript []string
}

// scriptOp is one input of a script: [microsecond, name, argument].
type scriptOp struct {
	at   int64
	name string
	arg  any // a string or a float64
}

func (o *scriptOp) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&o.at, &o.name, &o.arg})
}

// spawnErrors are the ways in which the oracle makes a spawn fail, and Python's words
// for them.
var spawnErrors = map[string]string{
	"empty command":  "command is empty",
	"bad quotes":     `can't parse command '/bin/x "': No closing quotation`,
	"no file":        "can't find command '/no/such'",
	"not executable": "command at '/etc/passwd' is not executable",
	"fork EAGAIN":    "Too many processes in process table to spawn 'x'",
	"fork ENOMEM":    "unknown error during fork for 'x': ENOMEM",
	"pipes EMFILE":   "too many open files to spawn 'x'",
	"pipes EIO":      "unknown error making dispatchers for 'x': EIO",
}

func (c oracleCase) policy() process.Policy {
	o := c.Options
	return process.Policy{
		StartSecs:    time.Duration(o.StartSecs) * time.Second,
		StartRetries: o.Retries,
		AutoRestart: map[string]process.Restart{
			"never": process.Never, "unexpected": process.Unexpected, "always": process.Always,
		}[o.Restart],
		ExitCodes:   o.ExitCodes,
		StopSignals: []int{o.StopSignal},
		StopWait:    time.Duration(o.StopWait) * time.Second,
		StopAsGroup: o.StopAsGroup,
		KillAsGroup: o.KillAsGroup,
	}
}

// replay plays the script to Next and returns the transcript, in oracle.py's words.
func (c oracleCase) replay() []string {
	r := &replayer{policy: c.policy(), base: time.Unix(1e4, 0), spawning: "ok", killing: "ok"}
	r.now = r.base
	for _, op := range c.Script {
		r.play(op)
	}
	return r.transcript
}

// replayer is the loop, the operating system and the clock for one script.
type replayer struct {
	policy            process.Policy
	state             process.State
	base, now         time.Time
	pids              int
	spawning, killing string
	transcript        []string
}

func (r *replayer) play(op scriptOp) {
	r.wait(r.base.Add(time.Duration(op.at) * time.Microsecond))
	switch op.name {
	case "start":
		r.do(process.Start{})
	case "stop":
		r.do(process.Stop{})
	case "hold":
		r.do(process.Hold{})
	case "drain":
		r.do(process.Drain{})
	case "exit":
		r.do(process.Died{Exit: process.Exit{Code: int(op.arg.(float64))}})
	case "signalled":
		r.do(process.Died{Exit: process.Exit{Code: -1, Signal: "SIG"}})
	case "spawning":
		r.spawning = op.arg.(string)
	case "killing":
		r.killing = op.arg.(string)
	}
	r.wait(r.now)
	s := r.state
	r.printf("%s %v: %s pid %d tries %d exit %d start %d stop %d %s", op.name, op.arg,
		s.Phase, s.PID, s.Failures, s.ExitStatus(), r.micros(s.Started), r.micros(s.Ended), s.SpawnErr)
}

// wait lets time pass until the given moment, with a Tick at every deadline.
func (r *replayer) wait(until time.Time) {
	for range tooMany {
		if r.state.Deadline.IsZero() || r.state.Deadline.After(until) {
			break
		}
		r.now = r.state.Deadline
		r.do(process.Tick{})
	}
	r.now = until
}

func (r *replayer) do(in process.Input) {
	var effects []process.Effect
	r.state, effects = process.Next(r.policy, r.state, r.now, in)
	for _, e := range effects {
		switch e := e.(type) {
		case process.Changed:
			said := event.OfChange(r.now, "g", "x", e)
			r.printf("%s %s", said.Type, said.Payload())
		case process.Spawn:
			r.spawn()
		case process.Kill:
			r.kill(e)
		}
	}
}

func (r *replayer) spawn() {
	if r.spawning != "ok" {
		r.do(process.SpawnFailed{Reason: spawnErrors[r.spawning]})
		return
	}
	r.pids++
	r.do(process.Spawned{PID: r.pids})
}

func (r *replayer) kill(k process.Kill) {
	pid := k.PID
	if k.Group {
		pid = -pid
	}
	r.printf("kill %d %d %s", pid, k.Signal, r.killing)
	if r.killing == "EPERM" {
		r.do(process.SignalFailed{Reason: "EPERM"})
	}
}

func (r *replayer) printf(format string, args ...any) {
	r.transcript = append(r.transcript, fmt.Sprintf("%d: ", r.micros(r.now))+strings.TrimSuffix(fmt.Sprintf(format, args...), "\n"))
}

// micros prints a time on the script's clock; zero is never.
func (r *replayer) micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Sub(r.base).Microseconds()
}
