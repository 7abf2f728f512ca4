package output_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"supervisord/internal/output"
)

// chunkOfLines is what a pump reads at once, with the end of one line and the beginning
// of another.
var chunkOfLines = []byte(strings.Repeat(strings.Repeat("x", 99)+"\n", 700)[50 : 50+64<<10])

// formats are those that a user may choose.
var formats = []struct {
	name string
	output.Format
}{
	{"raw", output.Format{}},
	{"text", output.Format{Kind: output.FormatText, Program: "web", Stream: "stdout"}},
	{"json", output.Format{Kind: output.FormatJSON, Program: "web", Stream: "stdout"}},
}

// BenchmarkFormatOfOneFastWriter has a program that writes lines of 100 bytes.
func BenchmarkFormatOfOneFastWriter(b *testing.B) {
	const size = 256 << 20
	lines := filepath.Join(b.TempDir(), "lines")
	err := os.WriteFile(lines, bytes.Repeat([]byte(strings.Repeat("x", 99)+"\n"), size/100), 0o600)
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range formats {
		b.Run(tt.name, func(b *testing.B) {
			f, err := output.OpenFile(filepath.Join(b.TempDir(), "log"), output.FileOptions{MaxBytes: 50 << 20, Backups: 2})
			if err != nil {
				b.Fatal(err)
			}
			p, stream := newPump(b), output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}, Format: tt.Format})
			defer stream.Close()
			b.SetBytes(size / 100 * 100)
			before := cpu(b)
			for b.Loop() {
				w, source := pumped(b, p, stream)
				cmd := exec.CommandContext(b.Context(), "cat", lines)
				cmd.Stdout = w
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				w.Close()
				<-source.Done()
				if err := cmd.Wait(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpu(b)-before)/1e9/(float64(b.N)*size/(1<<30)), "cpu-s/GiB")
		})
	}
}

// BenchmarkStream writes lines of 100 bytes in chunks of 64 KiB.
func BenchmarkStream(b *testing.B) {
	for _, to := range []string{"discard", "file"} {
		for _, tt := range []struct {
			name string
			o    output.StreamOptions
		}{
			{"raw", output.StreamOptions{}},
			{"strip", output.StreamOptions{StripANSI: true}},
			{"capture", output.StreamOptions{Capture: output.Capture{MaxBytes: 1 << 20}}},
			{"feed", output.StreamOptions{Taps: []output.Sink{output.NewFeed(func([]byte) {})}}},
			{"text", output.StreamOptions{Format: output.Format{Kind: output.FormatText, Program: "web", Stream: "stdout"}}},
			{"json", output.StreamOptions{Format: output.Format{Kind: output.FormatJSON, Program: "web", Stream: "stdout"}}},
		} {
			b.Run(to+"/"+tt.name, func(b *testing.B) {
				sink := output.Sink(sinkFunc(func([]byte) {}))
				if to == "file" {
					f, err := output.OpenFile(filepath.Join(b.TempDir(), "log"), output.FileOptions{MaxBytes: 50 << 20, Backups: 2})
					if err != nil {
						b.Fatal(err)
					}
					sink = f
				}
				tt.o.Sinks = []output.Sink{sink}
				s := output.NewStream(tt.o)
				defer s.Close()
				b.SetBytes(int64(len(chunkOfLines)))
				b.ReportAllocs()
				before := cpu(b)
				for b.Loop() {
					_, _ = s.Write(chunkOfLines)
				}
				gib := float64(b.N) * float64(len(chunkOfLines)) / (1 << 30)
				b.ReportMetric((cpu(b)-before)/1e9/gib, "cpu-s/GiB")
			})
		}
	}
}
