package timestamp

import (
	"strconv"
	"time"
)

// Clock writes times in one Layout. It is for one goroutine at a time.
type Clock struct {
	parts     []part
	last      time.Time // of which text tells
	text      []byte
	fractions []fraction
}

// fraction is where in the text the fraction of a second stands.
type fraction struct{ at, digits int }

// NewClock returns a Clock for l.
func NewClock(l Layout) *Clock {
	// Who has a Layout has it from Parse, which found no error; or it is zero.
	parts, _ := l.parts()
	return &Clock{parts: parts}
}

// At returns t in the Clock's Layout. The bytes are good until the next call.
func (c *Clock) At(t time.Time) []byte {
	if c.text == nil || t.Unix() != c.last.Unix() || t.Location() != c.last.Location() {
		c.write(t)
	}
	for _, f := range c.fractions {
		n := t.Nanosecond()
		for range 9 - f.digits {
			n /= 10
		}
		for i := f.at + f.digits - 1; i >= f.at; i-- {
			c.text[i] = byte('0' + n%10)
			n /= 10
		}
	}
	c.last = t
	return c.text
}

// write writes all but the fractions, for which it leaves room.
func (c *Clock) write(t time.Time) {
	text := c.text[:0]
	c.fractions = c.fractions[:0]
	for _, p := range c.parts {
		switch {
		case p.digits > 0:
			c.fractions = append(c.fractions, fraction{len(text), p.digits})
			text = append(text, "000000000"[:p.digits]...)
		case p.unix:
			text = strconv.AppendInt(text, t.Unix(), 10)
		case p.format != "":
			text = t.AppendFormat(text, p.format)
		default:
			text = append(text, p.text...)
		}
	}
	c.text = text
}
