package listener

import (
	"bytes"
	"strconv"
	"strings"
)

// State is where the conversation with a listener process stands.
type State int

// The states, in Python's words.
const (
	Acknowledged State = iota // it has yet to say READY
	Ready                     // it waits for an event
	Busy                      // it has an event, and owes a result
	Unknown                   // it has broken the protocol: nothing is expected any more
)

// String returns the state as the log has it.
func (s State) String() string {
	return [...]string{"ACKNOWLEDGED", "READY", "BUSY", "UNKNOWN"}[s]
}

// Turn is what a listener has brought about by what it said.
type Turn int

// The turns of a conversation.
const (
	Nothing   Turn = iota // more is to come
	SaidReady             // READY: it may have an event
	Accepted              // the result is OK
	Rejected              // the result is something else
	BadResult             // what should have begun a result did not; it is Unknown
	Violated              // it spoke when it should not have, or not the right thing; it is Unknown
)

const (
	readyToken = "READY\n"
	okResult   = "OK"
	// resultHead is how much of a result line stands before the length. Python does not
	// look at it either.
	resultHead = len("RESULT ")
	// maxLine is how long a result line may be. Python has no limit.
	maxLine = 1 << 10
)

// Conversation is what one listener process has said since it was started. The zero
// Conversation is its beginning. It is a value; what it makes of the bytes does not
// depend on how they are cut into chunks.
type Conversation struct {
	state State
	line  string // what has come of READY, or of a result line
	// In a result: how many bytes are still to come, and the first of those that came.
	inResult bool
	left     int64
	result   string
}

// State returns where the conversation stands.
func (c *Conversation) State() State { return c.state }

// Sent notes that the process was given an event.
func (c *Conversation) Sent() { c.state = Busy }

// Line returns what should have been a result line, after BadResult.
func (c *Conversation) Line() string { return c.line }

// Next takes from p, the latest of the process's stdout, up to what brings something
// about, and returns that and the rest of p.
func (c *Conversation) Next(p []byte) (t Turn, rest []byte) {
	for len(p) > 0 && t == Nothing {
		switch {
		case c.state == Unknown:
			return Nothing, nil
		case c.state == Acknowledged:
			t, p = c.greet(p)
		case c.state == Ready:
			t = c.violate()
		case c.inResult:
			t, p = c.take(p)
		default:
			t, p = c.promise(p)
		}
	}
	return t, p
}

// greet reads READY, which Python judges once there are as many bytes as it has.
func (c *Conversation) greet(p []byte) (Turn, []byte) {
	n := min(len(readyToken)-len(c.line), len(p))
	c.line += string(p[:n])
	switch {
	case len(c.line) < len(readyToken):
		return Nothing, p[n:]
	case c.line != readyToken:
		return c.violate(), nil
	}
	c.line, c.state = "", Ready
	return SaidReady, p[n:]
}

func (c *Conversation) violate() Turn {
	*c = Conversation{state: Unknown}
	return Violated
}

// promise reads a result line, which says how long the result is.
func (c *Conversation) promise(p []byte) (Turn, []byte) {
	end := bytes.IndexByte(p, '\n')
	n := end
	if end < 0 {
		n = len(p)
	}
	if len(c.line)+n > maxLine {
		return c.misunderstand(c.line + string(p[:maxLine-len(c.line)]))
	}
	c.line += string(p[:n])
	if end < 0 {
		return Nothing, nil
	}
	length, ok := resultLength(c.line)
	if !ok {
		return c.misunderstand(c.line)
	}
	c.line, c.inResult, c.left = "", true, length
	if length == 0 {
		return c.judge(), p[n+1:]
	}
	return Nothing, p[n+1:]
}

func (c *Conversation) misunderstand(line string) (Turn, []byte) {
	*c = Conversation{state: Unknown, line: line}
	return BadResult, nil
}

// resultLength reads the length in a result line, as Python's int() does.
func resultLength(line string) (int64, bool) {
	digits := strings.TrimSpace(line[min(resultHead, len(line)):])
	if strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(digits, "_", ""), 10, 64)
	return n, err == nil && n >= 0
}

// take reads a result, of which no more is kept than tells whether it is OK.
func (c *Conversation) take(p []byte) (Turn, []byte) {
	n := int(min(int64(len(p)), c.left))
	c.result += string(p[:min(n, len(okResult)+1-len(c.result))])
	if c.left -= int64(n); c.left > 0 {
		return Nothing, nil
	}
	return c.judge(), p[n:]
}

// judge is Python's default_handler.
func (c *Conversation) judge() Turn {
	ok := c.result == okResult
	*c = Conversation{}
	if ok {
		return Accepted
	}
	return Rejected
}
