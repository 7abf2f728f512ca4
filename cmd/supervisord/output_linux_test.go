package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// An output that cannot be written is no mistake in the command line.
func TestOutputThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, line := range []string{
		"supervisord schema", "supervisord version", "supervisord version --json", "supervisord init -o -",
		"supervisord completion bash", "supervisorctl help", "supervisord ctl help",
	} {
		words := strings.Fields(line)
		cmd := asProcess(t, words[0], words[1:]...)
		cmd.Dir = t.TempDir()
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &errs
		exit, ok := errors.AsType[*exec.ExitError](cmd.Run())
		if want := "Error: write /dev/stdout: no space left on device\n"; !ok || exit.ExitCode() != 1 || errs.String() != want {
			t.Errorf("%s: %v, stderr %q; want exit code 1 and %q", line, exit, errs.String(), want)
		}
	}
}
