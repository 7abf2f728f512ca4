//go:build unix

package compat

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdCtlFollow is for a supervisorctl that ends by Ctrl-C alone.
func cmdCtlFollow(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, -1, "ctlfollow REGEX ARGS...")
	s := of(ts)
	until, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	cmd := exec.Command(s.pair.ctl, ctlWords(ts, args[1:])...)
	cmd.Dir = s.work
	cmd.Env = environment(ts)
	out := create(ts, "follow.out")
	cmd.Stdout, cmd.Stderr = out, out
	ts.Check(start(cmd))
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the exit code is what counts
		close(done)
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill() // it has ended, if all went well
		<-done
	})
	var text []byte
	await(ts, func() bool {
		text, err = os.ReadFile(ts.MkAbs("follow.out"))
		ts.Check(err)
		select {
		case <-done:
			ts.Fatalf("it ended with %d:\n%s", cmd.ProcessState.ExitCode(), text)
		default:
		}
		return until.Match(text)
	}, func() string { return fmt.Sprintf("it shows no %s:\n%s", args[0], text) })
	ts.Check(cmd.Process.Signal(syscall.SIGINT))
	await(ts, func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}, func() string { return "it does not end" })
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		ts.Fatalf("exit code %d, want 0", code)
	}
	fmt.Fprint(ts.Stdout(), s.scrub.Text(ts.ReadFile("follow.out")))
}
