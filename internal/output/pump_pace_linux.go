package output

import "time"

// pace decides how long the pump lets bytes gather before it looks for ready pipes
// again. When a hundred programs each write a line now and then, most of what a line
// costs is to be woken for it; waking for many at once costs little more than for one.
//
// The gap between two looks grows while they find little in the pipes, and shrinks
// when a pipe is found well filled, long before its program has to wait for us, or when
// nothing gathers: a line that comes alone is never delayed, nor paid for twice.
type pace struct {
	none    bool          // never wait
	gap     time.Duration // to be left between two looks
	looked  time.Time     // the last look
	fullest int           // bytes that one pipe has had since then
}

const (
	// longestGap is how long a line may wait in its pipe because of others. It is less
	// than a person or a test that follows a log can notice.
	longestGap = 8 * time.Millisecond
	// gapStep is by how much the gap grows from look to look.
	gapStep = 100 * time.Microsecond
	// leastGap is the shortest gap that is kept: a rest costs a wake-up, too.
	leastGap = 5 * gapStep
	// seldom is the time between two looks at which the longest gap would gather little.
	seldom = longestGap / 2
	// wellFilled is how many bytes in one pipe make the gap shrink: a quarter of what
	// it holds.
	wellFilled = smallBuffer / 4
)

// found notes that a pipe had so many bytes in it.
func (p *pace) found(bytes int) { p.fullest = max(p.fullest, bytes) }

// rest returns how long to wait until the next look, given what has been found since
// the last one. Zero or less means not to wait.
func (p *pace) rest(now time.Time) time.Duration {
	if p.fullest >= wellFilled {
		p.gap /= 4
	} else {
		p.gap = min(p.gap+gapStep, longestGap)
	}
	p.fullest = 0
	if p.gap < leastGap || p.none {
		return 0
	}
	return p.gap - now.Sub(p.looked)
}

// woke notes the end of a look that has found so many pipes ready.
func (p *pace) woke(now time.Time, ready int) {
	if ready <= 1 && now.Sub(p.looked) > seldom {
		p.gap /= 2
	}
	p.looked = now
}
