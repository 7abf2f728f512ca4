package output

import (
	"io"
	"slices"
)

// smallChunks is the optional ability of a writer to ask for chunks no longer than
// 64 KiB, which is what a pipe holds unless the pump enlarges it.
type smallChunks interface {
	SmallChunks() bool
}

// prefersSmall reports whether w asks for small chunks.
func prefersSmall(w io.Writer) bool {
	s, ok := w.(smallChunks)
	return ok && s.SmallChunks()
}

// SmallChunks reports whether the file rotates so early that the long chunks of an
// enlarged pipe would make it much longer than MaxBytes. It waits for nobody.
func (f *File) SmallChunks() bool {
	return f.small.Load()
}

// largeLog is the MaxBytes for which one long chunk does not matter.
const largeLog = 16 << 20

// SmallChunks reports whether one of the sinks or taps asks for small chunks.
func (s *Stream) SmallChunks() bool {
	return slices.ContainsFunc(s.sinks, sinkPrefersSmall) || slices.ContainsFunc(s.taps, sinkPrefersSmall)
}

func sinkPrefersSmall(s Sink) bool { return prefersSmall(s) }
