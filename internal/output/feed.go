package output

// Feed is a tap that calls a function with the output of a program, in chunks of at
// most 64 KiB that cut no character of UTF-8 in two. The beginning of a character at the
// end of a chunk is held back until its end comes, or until the program ends.
type Feed struct {
	take func(p []byte)
	held []byte // less than a character
}

// maxFeed is the longest chunk of a Feed.
const maxFeed = 64 << 10

// NewFeed returns a Feed for one Stream. take must neither keep p nor block.
func NewFeed(take func(p []byte)) *Feed { return &Feed{take: take} }

// Write calls the function.
func (f *Feed) Write(p []byte) (int, error) {
	if len(f.held) == 0 {
		f.feed(p)
		return len(p), nil
	}
	buf := buffers.Get().(*[]byte)
	joined := append(append((*buf)[:0], f.held...), p...)
	f.held = f.held[:0]
	f.feed(joined)
	*buf = joined
	buffers.Put(buf)
	return len(p), nil
}

func (f *Feed) feed(p []byte) {
	for len(p) > maxFeed {
		n := wholeRunes(p[:maxFeed])
		f.take(p[:n])
		p = p[n:]
	}
	n := wholeRunes(p)
	f.held = append(f.held, p[n:]...)
	if n > 0 {
		f.take(p[:n])
	}
}

// Flush gives out what is held back.
func (f *Feed) Flush() error {
	if len(f.held) > 0 {
		f.take(f.held)
		f.held = f.held[:0]
	}
	return nil
}

// Close flushes.
func (f *Feed) Close() error { return f.Flush() }
