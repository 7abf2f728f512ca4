package syslog

import "strconv"

// batchBytes is about how much goes to a server in one write.
const batchBytes = 32 << 10

// framing says how messages are told apart on their way.
type framing int

const (
	datagrams framing = iota // one write per message
	counted                  // RFC 6587, 3.4.1: the length in decimal and a space before each
	lines                    // a newline after each, on local streams
)

// batch is a number of messages framed and ready to be written.
type batch struct {
	framing framing
	buf     []byte
	ends    []int // where each message ends in buf
}

func (b *batch) reset() { b.buf, b.ends = b.buf[:0], b.ends[:0] }

// add makes room for a message of n bytes and returns it, or nil if b is full.
func (b *batch) add(n int) []byte {
	if len(b.ends) > 0 && len(b.buf)+n > batchBytes {
		return nil
	}
	if b.framing == counted {
		b.buf = strconv.AppendInt(b.buf, int64(n), 10)
		b.buf = append(b.buf, ' ')
	}
	start := len(b.buf)
	for cap(b.buf) < start+n+1 {
		b.buf = append(b.buf[:cap(b.buf)], 0)
	}
	b.buf = b.buf[:start+n]
	if b.framing == lines {
		b.buf = append(b.buf, '\n')
	}
	b.ends = append(b.ends, len(b.buf))
	return b.buf[start : start+n]
}

// whole returns how many messages are complete in the first n bytes.
func (b *batch) whole(n int) int {
	for i, end := range b.ends {
		if end > n {
			return i
		}
	}
	return len(b.ends)
}
