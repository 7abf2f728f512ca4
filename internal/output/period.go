package output

import "time"

// Period is how often a log is rotated by time; 0 means never.
//
// The boundaries are points of the local wall clock, not of the start of the daemon:
// Daily is midnight, whatever daylight saving does to the length of the day. A period
// that divides a day, such as Hourly or 6h, counts from midnight; any other, such as
// 7h or 48h, from the first second of 1970 in UTC.
type Period time.Duration

const (
	// Hourly rotates at each full hour.
	Hourly = Period(time.Hour)
	// Daily rotates at midnight.
	Daily = Period(24 * time.Hour)
)

// next is the first boundary after t, in the zone of t.
func (p Period) next(t time.Time) time.Time {
	every := time.Duration(p)
	if Daily%p != 0 {
		// Truncate would count from year 1.
		since := t.Sub(time.Unix(0, 0))
		return t.Round(0).Add(every - since%every)
	}
	year, month, day := t.Date()
	midnight := time.Date(year, month, day+1, 0, 0, 0, 0, t.Location())
	for !midnight.After(t) {
		// Daylight saving began at midnight, and the clock has none today.
		midnight = midnight.Add(time.Hour)
	}
	if p == Daily {
		return midnight
	}
	passed := t.Sub(time.Date(year, month, day, 0, 0, 0, 0, t.Location()))
	next := t.Round(0).Add(every - passed%every)
	if next.After(midnight) {
		return midnight
	}
	return next
}

// span is the time between two boundaries, during which a log is not rotated.
type span struct {
	from, due time.Time // zero: for ever
}

// spanFrom is the span that begins at t and ends with the next boundary.
func (p Period) spanFrom(t time.Time) span {
	if p <= 0 {
		return span{}
	}
	t = t.Round(0) // the wall clock counts, not the time since the start
	return span{from: t, due: p.next(t)}
}

// over reports whether the boundary has passed.
func (s span) over(now time.Time) bool {
	return !s.due.IsZero() && !now.Before(s.due)
}

// early reports whether the clock was set back so far that s says nothing any more.
// A small step back is no reason for another boundary.
func (s span) early(now time.Time) bool {
	return !s.due.IsZero() && s.from.Sub(now) > s.due.Sub(s.from)
}
