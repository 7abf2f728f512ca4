//go:build !race

// A sync.Pool forgets at random under the race detector.

package output_test

import (
	"strings"
	"testing"

	"supervisord/internal/output"
)

// TestStreamDoesNotAllocate writes through every combination of filters.
func TestStreamDoesNotAllocate(t *testing.T) {
	line := strings.Repeat("x", 60)
	for _, tt := range []struct{ name, text string }{
		{"long", strings.Repeat(line+"\n", 3000)},
		{"plain", strings.Repeat(line+"\n", 100) + "half"},
		{"escapes", strings.Repeat(line+"\x1b[31m\xff\n", 100) + "half\x1b"},
		{"captures", strings.Repeat(line+begin+line+end+"\n", 100) + "half<!--X"},
	} {
		for mask := range 2 * 2 * 3 {
			o := output.StreamOptions{
				Sinks:  []output.Sink{sinkFunc(func([]byte) {})},
				Taps:   []output.Sink{output.NewFeed(func([]byte) {})},
				Format: output.Format{Kind: output.FormatKind(mask % 3), Program: "p", Stream: "stdout"},
			}
			if mask/3%2 == 1 {
				o.StripANSI = true
			}
			if mask/6 == 1 {
				o.Capture = output.Capture{MaxBytes: 100, Done: func([]byte) {}}
			}
			s, text := output.NewStream(o), []byte(tt.text)
			got := testing.AllocsPerRun(100, func() { _, _ = s.Write(text) })
			if got != 0 {
				t.Errorf("%s, format %d, strip %v, capture %d: %v allocations", tt.name, o.Format.Kind, o.StripANSI, o.Capture.MaxBytes, got)
			}
			noError(t, s.Close())
		}
	}
}
