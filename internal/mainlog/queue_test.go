package mainlog_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/mainlog"
)

// gate is a writer that can be held up.
type gate struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.Write(p)
}

func (g *gate) text() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.String()
}

func TestQueueWritesAllInOrder(t *testing.T) {
	var g gate
	q := mainlog.NewQueue(&g, mainlog.NewHandler)
	var want strings.Builder
	for i := range 5000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		if _, err := q.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	q.Flush()
	if diff := cmp.Diff(want.String(), g.text()); diff != "" {
		t.Error(diff)
	}
	q.Close()
}

func TestQueueNeverBlocksAndCountsWhatItLoses(t *testing.T) {
	var g gate
	q := mainlog.NewQueue(&g, mainlog.NewHandler)
	line := []byte(strings.Repeat("x", 1023) + "\n")
	g.mu.Lock() // the writer is stuck
	const all = 5000
	for range all {
		if _, err := q.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	g.mu.Unlock()
	q.Flush()
	kept := strings.Count(g.text(), string(line))
	if kept < 1000 || kept > 2*1024+1 {
		t.Errorf("%d lines of 1 KiB were kept", kept)
	}
	if _, err := q.Write([]byte("again\n")); err != nil {
		t.Fatal(err)
	}
	q.Close()
	want := fmt.Sprintf(" WARN %d lines of the log could not be written here\nagain\n", all-kept)
	if !strings.HasSuffix(g.text(), want) {
		t.Errorf("log ends with %q, want %q", g.text()[len(g.text())-200:], want)
	}
}

// stuck never returns from a write until it is let go.
type stuck struct{ letGo chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	<-s.letGo
	return len(p), nil
}

func TestQueueDoesNotWaitForEverToClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stuck{make(chan struct{})}
		q := mainlog.NewQueue(s, mainlog.NewHandler)
		if _, err := q.Write([]byte("line\n")); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		q.Close()
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("Close took %v, want 2s", took)
		}
		close(s.letGo)
	})
}

func TestQueueClosedTwiceOrWrittenToLaterDoesNoHarm(t *testing.T) {
	var g gate
	q := mainlog.NewQueue(&g, mainlog.NewHandler)
	q.Close()
	q.Close()
	if _, err := q.Write([]byte("late\n")); err != nil || g.text() != "" {
		t.Errorf("got %v %q", err, g.text())
	}
}
