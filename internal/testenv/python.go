package testenv

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// AskPython runs a Python script that reads JSON from its standard input and writes
// JSON to its standard output: in is what it reads, and out gets what it writes. The
// test is skipped where there is no python3, or fails where CI=true.
func AskPython(t testing.TB, script string, in, out any) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		python = Peer(t, "/usr/bin/python3")
	}
	question, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", script)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(question), os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatal(err)
	}
}
