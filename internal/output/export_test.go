package output

import "time"

// SetWait shortens the time that a fifo may stand still.
func (f *File) SetWait(d time.Duration) { f.wait = d }

// Strip removes escape sequences from the chunks and returns what remains.
func Strip(chunks ...[]byte) []byte {
	var s stripper
	out := []byte{}
	for _, c := range chunks {
		out = s.strip(out, c)
	}
	return append(out, s.rest()...)
}
