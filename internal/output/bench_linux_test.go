package output_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/output"
)

// cpu is the processor time of this process alone, in nanoseconds.
func cpu(b *testing.B) float64 {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// child benchmarks a command that writes size bytes into a rotating file.
func child(b *testing.B, size int, script string) {
	b.Helper()
	f, err := output.OpenFile(filepath.Join(b.TempDir(), "log"), output.FileOptions{MaxBytes: 50 << 20, Backups: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	p := newPump(b)
	stream := output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}})
	b.SetBytes(int64(size))
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		w, s := pumped(b, p, stream)
		cmd := exec.CommandContext(b.Context(), "/bin/sh", "-c", script)
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		w.Close()
		<-s.Done()
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	gib := float64(b.N) * float64(size) / (1 << 30)
	b.ReportMetric((cpu(b)-before)/1e9/gib, "cpu-s/GiB")
}

func BenchmarkOneFastWriter(b *testing.B) {
	child(b, 256<<20, "exec dd if=/dev/zero bs=1M count=256 status=none")
}

func BenchmarkOneWriterOfLines(b *testing.B) {
	// dd writes 2 million blocks of 64 bytes, with a system call for each.
	child(b, 64*2_000_000, "exec dd if=/dev/zero bs=64 count=2000000 status=none")
}

// The cost of a short line from one of many programs, with the write(2) of the program
// but without its switching.
func BenchmarkLineOfOneInHundred(b *testing.B) {
	const n = 100
	p := newPump(b)
	var seen atomic.Int64
	dir := b.TempDir()
	ends := make([]*os.File, n)
	for i := range n {
		f, err := output.OpenFile(filepath.Join(dir, strconv.Itoa(i)), output.FileOptions{MaxBytes: 50 << 20, Backups: 2})
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		ends[i], _ = pumped(b, p, writerFunc(func(p []byte) (int, error) {
			seen.Add(int64(len(p)))
			return f.Write(p)
		}))
	}
	line := strings.Repeat("x", 79) + "\n"
	b.ReportAllocs()
	before := cpu(b)
	lines := 0
	for b.Loop() {
		if _, err := io.WriteString(ends[lines%n], line); err != nil {
			b.Fatal(err)
		}
		lines++
	}
	b.ReportMetric((cpu(b)-before)/float64(lines), "cpu-ns/line")
}

// How long a line waits on its way into its log while a hundred programs write 10,000
// lines a second between them.
func BenchmarkDelayOfALineOfOneInHundred(b *testing.B) {
	const n = 100
	p := newPump(b)
	delays := make(chan time.Duration, 1000)
	ends := make([]*os.File, n)
	for i := range n {
		ends[i], _ = pumped(b, p, writerFunc(func(line []byte) (int, error) {
			var then time.Time
			err := then.UnmarshalBinary(line[:len(line)-1])
			delays <- time.Since(then)
			return len(line), err
		}))
	}
	tick := time.NewTicker(100 * time.Microsecond)
	defer tick.Stop()
	var seen []time.Duration
	written := 0
	for b.Loop() {
		now := <-tick.C
		stamp, err := now.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ends[written%n].Write(append(stamp, '\n')); err != nil {
			b.Fatal(err)
		}
		written++
		for len(delays) > 0 {
			seen = append(seen, <-delays)
		}
	}
	for len(seen) < written {
		seen = append(seen, <-delays)
	}
	slices.Sort(seen)
	b.ReportMetric(float64(seen[len(seen)/2].Microseconds()), "µs-median")
	b.ReportMetric(float64(seen[len(seen)*99/100].Microseconds()), "µs-99%")
}
