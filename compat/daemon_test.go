//go:build unix

package compat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"supervisord/internal/testenv"
)

// daemon is a supervisord that runs in the foreground. Its exit code may be read
// when done is closed.
type daemon struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// environment is what a daemon and a ctl see: what testscript gives, and no more,
// so that a golden does not depend on who runs the tests.
func environment(ts *testscript.TestScript, extra ...string) []string {
	env := []string{scriptMarker + of(ts).work, runMarker + strconv.Itoa(os.Getpid()), "TZ=UTC", "LANG=C.UTF-8"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "WORK", "PORT"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return append(env, extra...)
}

// split takes the leading -flags and NAME=VALUE words from args.
func split(args []string, known ...string) (flags map[string]bool, env, rest []string) {
	flags = map[string]bool{}
	for i, a := range args {
		switch {
		case slices.Contains(known, a):
			flags[a] = true
		case strings.Contains(a, "=") && !strings.HasPrefix(a, "-"):
			env = append(env, a)
		default:
			return flags, env, args[i:]
		}
	}
	return flags, env, nil
}

func cmdSupervise(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 0, -1, "supervise [-tcp] [-daemonize] [NAME=VALUE...] [ARGS...]")
	s := of(ts)
	flags, env, rest := split(args, "-tcp", "-daemonize")
	words := append([]string{"-c", filepath.Join(s.work, "s.conf")}, rest...)
	switch {
	case !flags["-daemonize"]:
		words = append([]string{"-n"}, words...)
	case s.pair.daemonIsOurs: // Python's does it unless told not to
		words = append([]string{"-d"}, words...)
	}
	cmd := exec.Command(s.pair.daemon, words...)
	cmd.Dir = s.work
	cmd.Env = environment(ts, env...)
	cmd.Stdout = create(ts, "daemon.out")
	cmd.Stderr = create(ts, "daemon.err")
	ts.Check(start(cmd))
	d := &daemon{cmd, make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit code is what counts
		close(d.done)
	}()
	s.daemon = d
	ts.Defer(func() { d.end() })
	if flags["-daemonize"] {
		cmdAwaitExit(ts, false, []string{"0"})
	}
	client := s.client(ts, flags["-tcp"])
	answers := func() bool {
		if !flags["-daemonize"] && d.ended() {
			ts.Fatalf("the daemon ended with %d\n%s%s", cmd.ProcessState.ExitCode(), ts.ReadFile("daemon.out"), ts.ReadFile("daemon.err"))
		}
		_, err := client.Call(context.Background(), "supervisor.getState")
		status, isHTTP := errors.AsType[*testenv.HTTPError](err)
		_, isFault := errors.AsType[*testenv.Fault](err) // it has no interface of Supervisor
		return err == nil || isFault || isHTTP && status.Status == 401
	}
	await(ts, answers, func() string {
		return "the daemon does not answer\n" + ts.ReadFile("daemon.out") + ts.ReadFile("daemon.err")
	})
}

func start(cmd *exec.Cmd) error {
	starting.RLock()
	defer starting.RUnlock()
	return cmd.Start()
}

func create(ts *testscript.TestScript, name string) *os.File {
	f, err := os.Create(ts.MkAbs(name))
	ts.Check(err)
	ts.Defer(func() { f.Close() })
	return f
}

func (d *daemon) ended() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// end stops the daemon as an administrator would, then as one in a hurry would.
func (d *daemon) end() {
	if d.ended() {
		return
	}
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // it may just have ended
	select {
	case <-d.done:
	case <-time.After(5 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}

func cmdDaemonFails(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, -1, "daemonfails CODE [ARGS...]")
	s := of(ts)
	code := number(ts, args[0])
	words := args[1:]
	if len(words) == 0 {
		words = []string{"-n", "-c", filepath.Join(s.work, "s.conf")}
	}
	runProgram(ts, s.pair.daemon, words, "", code)
}

// runProgram runs a program that has to end with code; its scrubbed output
// becomes the script's stdout and stderr.
func runProgram(ts *testscript.TestScript, path string, args []string, stdin string, code int) {
	runProgramTo(ts, ts.Stdout(), path, args, stdin, code)
}

func runProgramTo(ts *testscript.TestScript, out io.Writer, path string, args []string, stdin string, code int) {
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), testenv.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = s.work
	cmd.Env = environment(ts)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err := start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	// Written even if empty, so that nothing older is compared by mistake.
	_, _ = io.WriteString(out, s.scrub.Text(stdout.String()))
	_, _ = io.WriteString(ts.Stderr(), s.scrub.Text(stderr.String()))
	if cmd.ProcessState == nil {
		ts.Fatalf("%s: %v", path, err)
	}
	if ctx.Err() != nil {
		ts.Fatalf("%s %q still ran after %v", filepath.Base(path), args, testenv.Patience)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		ts.Fatalf("%s %q: exit code %d, want %d", filepath.Base(path), args, got, code)
	}
}

func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "signal SIG")
	if of(ts).daemon == nil {
		ts.Fatalf("no daemon")
	}
	ts.Check(of(ts).daemon.cmd.Process.Signal(signalNamed(ts, args[0])))
}

func cmdAwaitExit(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "awaitexit CODE")
	d := of(ts).daemon
	if d == nil {
		ts.Fatalf("no daemon")
	}
	await(ts, d.ended, func() string { return "the daemon still runs" })
	if got, want := d.cmd.ProcessState.ExitCode(), number(ts, args[0]); got != want {
		ts.Fatalf("the daemon ended with %d, want %d\n%s", got, want, ts.ReadFile("daemon.err"))
	}
}

func number(ts *testscript.TestScript, word string) int {
	n, err := strconv.Atoi(word)
	ts.Check(err)
	return n
}

func signalNamed(ts *testscript.TestScript, name string) syscall.Signal {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		ts.Fatalf("no signal %s", name)
	}
	return sig
}
