package runner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/process"
	"supervisord/internal/runner"
)

// talking is a child to whose stdin a test writes.
type talking struct {
	*runner.Runner
	pid  int
	died chan struct{}
}

// talkTo starts a shell command.
func talkTo(t *testing.T, command string) talking {
	t.Helper()
	var b bus.Bus
	p := config.Program{Name: "web_0", Group: "web", Command: `/bin/sh -c "` + command + `"`}
	r := talking{Runner: realChildren(t, &b).New(&p), died: make(chan struct{})}
	spawned := make(chan int, 1)
	r.Start(child.Rank{}, func(in process.Input) {
		if up, ok := in.(process.Spawned); ok {
			spawned <- up.PID
		}
		if failed, ok := in.(process.SpawnFailed); ok {
			t.Error(failed.Reason)
			close(spawned)
		}
		if _, ok := in.(process.Died); ok {
			close(r.died)
		}
	})
	r.pid = <-spawned
	t.Cleanup(func() {
		_ = syscall.Kill(-r.pid, syscall.SIGKILL) // it may have ended
		<-r.died
	})
	return r
}

// await waits until a file is there.
func await(t *testing.T, path string) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if t.Context().Err() != nil {
			t.Fatal("no " + path)
		}
	}
}

// large is more than any pipe takes.
var large = bytes.Repeat([]byte("0123456789abcdef"), 256<<10/16)

func TestLargeInputReachesAProgramThatReadsSlowly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "all")
	r := talkTo(t, "while dd bs=8192 count=1 iflag=fullblock 2>/dev/null; do sleep 0.01; done >"+file)
	if err := r.WriteStdin(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	var got []byte
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		got, _ = os.ReadFile(file) // it may not be there yet
		if len(got) >= len(large) || t.Context().Err() != nil {
			break
		}
	}
	if !bytes.Equal(got, large) {
		t.Errorf("%d of %d bytes, or others, arrived", len(got), len(large))
	}
}

func TestInputOfAProgramThatHasClosedItsStdin(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	r := talkTo(t, "exec <&-; >"+ready+"; exec sleep 1000")
	await(t, ready)
	for range 2 {
		if d := cmp.Diff("NO_FILE: web:web_0", fmt.Sprint(r.WriteStdin(t.Context(), []byte("x")))); d != "" {
			t.Error(d)
		}
	}
}

func TestWriterWaitsNoLongerThanItsClient(t *testing.T) {
	r := talkTo(t, "exec sleep 1000")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if err := r.WriteStdin(ctx, large); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error: %v", err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// The pipe stays open, since an heir of the program holds it.
func TestDeathEndsAWrite(t *testing.T) {
	r := talkTo(t, "exec 3<&0; sleep 1000 <&3 & exec sleep 1000")
	written := make(chan error, 1)
	begin := time.Now()
	go func() { written <- r.WriteStdin(t.Context(), large) }()
	time.AfterFunc(100*time.Millisecond, func() { _ = syscall.Kill(r.pid, syscall.SIGKILL) })
	if d := cmp.Diff("NO_FILE: web:web_0", fmt.Sprint(<-written)); d != "" {
		t.Error(d)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestProgramThatDoesNotReadIsGivenUp(t *testing.T) {
	r := talkTo(t, "exec sleep 1000")
	err := fmt.Sprint(r.WriteStdin(t.Context(), large))
	if !strings.HasPrefix(err, "FAILED: web_0 does not read its stdin: ") || !strings.HasSuffix(err, " of 262144 bytes were written") {
		t.Error(err)
	}
	// What fits is not refused because of those before.
	if err := r.WriteStdin(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
