package daemon_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"supervisord/client"
)

// roleVar makes the test binary a program that a daemon under test runs: it writes
// numbered lines.
const roleVar = "SUPERVISORD_TEST_COUNTER"

// lineSize is the length of a numbered line, in bytes.
const lineSize = 64

// counter is a section of a program that writes lines numbered from 0, as fast as it can,
// until it has written n of them or is told to stop with TERM, and then writes their
// number to DIR/<name>.count.
func counter(name string, n int, options ...string) string {
	options = append(options, "autorestart=false", "startsecs=0", "stdout_logfile=DIR/"+name+".log",
		fmt.Sprintf("environment=%s=\"%d DIR/%s.count\"", roleVar, n, name))
	return program(name, self(), options...)
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
}

// count is the program: what it writes goes out in pieces of 64 KiB and a bit, so that
// lines are cut anywhere.
func count(role string) error {
	var n int
	var result string
	if _, err := fmt.Sscan(role, &n, &result); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	out := bufio.NewWriterSize(os.Stdout, 64<<10+7)
	line := bytes.Repeat([]byte{'.'}, lineSize)
	line[lineSize-1] = '\n'
	i := 0
	for ; i < n && len(stop) == 0; i++ {
		number := strconv.AppendInt(line[:0], int64(i), 10)
		line[len(number)] = ' '
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return os.WriteFile(result, []byte(strconv.Itoa(i)), 0o644)
}

// counted returns how many lines a counter has written.
func (s *site) counted(name string) int {
	s.t.Helper()
	n, err := strconv.Atoi(readFile(s.t, s.path(name+".count")))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// wantNumbers checks that r has the lines from first to last-1, each once and in order.
func wantNumbers(t *testing.T, what string, r io.Reader, first, last int) {
	t.Helper()
	lines := bufio.NewScanner(r)
	next := first
	for ; lines.Scan(); next++ {
		number, rest, _ := strings.Cut(lines.Text(), " ")
		if number != strconv.Itoa(next) || len(number)+1+len(rest) != lineSize-1 {
			t.Fatalf("%s: line %q where number %d belongs", what, lines.Text(), next)
		}
	}
	if err := lines.Err(); err != nil || next != last {
		t.Fatalf("%s: ends before number %d of %d: %v", what, next, last, err)
	}
}

// logAndBackups reads a log that has been rotated, behind its backups, the oldest first,
// compressed or not.
func (s *site) logAndBackups(path string) io.Reader {
	s.t.Helper()
	var parts []io.Reader
	for i := 1; ; i++ {
		r, err := openBackup(fmt.Sprintf("%s.%d", path, i))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			s.t.Fatal(err)
		}
		parts = append(parts, r)
	}
	if len(parts) == 0 {
		s.t.Fatalf("%s has not been rotated", path)
	}
	slices.Reverse(parts)
	return io.MultiReader(append(parts, strings.NewReader(readFile(s.t, path)))...)
}

func openBackup(path string) (io.Reader, error) {
	if text, err := os.ReadFile(path); err == nil {
		return bytes.NewReader(text), nil
	}
	text, err := os.ReadFile(path + ".gz")
	if err != nil {
		return nil, err
	}
	return gzip.NewReader(bytes.NewReader(text))
}

// read is what somebody has seen of a log that a counter writes to.
type read struct {
	next int    // the number of the next line
	rest string // the beginning of a line
	err  error
}

// take takes the next bytes.
func (r *read) take(p []byte) {
	text := r.rest + string(p)
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			r.rest = text
			return
		}
		text = rest
		if before, cleared := strings.CutSuffix(line, "==> File truncated <=="); cleared { // wherever it was
			text = before + rest
			continue
		}
		number, dots, _ := strings.Cut(line, " ")
		if r.err == nil && (number != strconv.Itoa(r.next) || len(number)+1+len(dots) != lineSize-1) {
			r.err = fmt.Errorf("line %q where number %d belongs", line, r.next)
		}
		r.next++
	}
}

// ready is the line that a log has before its counter runs.
const ready = "ready\n"

// follow reads the log of a counter that does not run yet until it has seen n lines, or
// has seen what must not be. It returns once it follows; the function it returns waits for
// the end.
func (s *site) follow(name string, n int) (wait func() error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*bound)
	chunks, err := s.api.FollowLog(ctx, client.LogName{Of: client.ParseSelector(name)}, 1<<40)
	if err != nil {
		s.t.Fatal(err)
	}
	follows, done := make(chan struct{}), make(chan error, 1)
	go func() {
		defer cancel()
		r, begun := read{}, false
		for p, err := range chunks {
			if !begun {
				close(follows)
				begun, p = true, bytes.TrimPrefix(p, []byte(ready))
			}
			if r.take(p); r.next >= n || r.err != nil || err != nil {
				done <- errors.Join(r.err, err)
				return
			}
		}
		done <- fmt.Errorf("%d lines of %d", r.next, n)
	}()
	select {
	case <-follows:
	case <-ctx.Done():
		s.t.Fatal("the log is not followed")
	}
	return func() error { return <-done }
}
