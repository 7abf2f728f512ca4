//go:build unix

package ctl_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
	"supervisord/internal/testenv"
)

// Who waits for input and gives up leaves what comes then to the next reader.
func TestWaitStdinTakesNothing(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	before := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = before }()
	e := ctl.SystemEnv()

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	waited := make(chan error)
	defer cancel()
	go func() { waited <- e.WaitStdin(ctx) }()
	select {
	case err := <-waited:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want that of the context", err)
		}
	case <-time.After(testenv.Patience):
		t.Fatal("it waits after its context has ended")
	}

	if _, err := io.WriteString(w, "for the next\n"); err != nil {
		t.Fatal(err)
	}
	if err := e.WaitStdin(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want that of the context: it ended first", err)
	}
	if err := e.WaitStdin(t.Context()); err != nil {
		t.Errorf("there is input, but: %v", err)
	}
	w.Close()
	got, err := io.ReadAll(e.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("for the next\n", string(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if err := e.WaitStdin(t.Context()); err != nil {
		t.Errorf("the end of the input is there, but: %v", err)
	}
}
