package supervise

import (
	"container/heap"
	"time"
)

// deadlines orders the processes that wait for a moment, the earliest first, so that
// ten thousand that wait for nothing cost nothing.
type deadlines struct{ heap procHeap }

// update files p under its current deadline.
func (d *deadlines) update(p *proc) {
	switch {
	case p.state.Deadline.IsZero():
		d.remove(p)
	case p.due < 0:
		heap.Push(&d.heap, p)
	default:
		heap.Fix(&d.heap, p.due)
	}
}

func (d *deadlines) remove(p *proc) {
	if p.due >= 0 {
		heap.Remove(&d.heap, p.due)
	}
}

// earliest returns the first deadline, if there is one.
func (d *deadlines) earliest() (time.Time, bool) {
	if len(d.heap) == 0 {
		return time.Time{}, false
	}
	return d.heap[0].state.Deadline, true
}

// passed returns a process whose deadline has passed, or nil.
func (d *deadlines) passed(now time.Time) *proc {
	if len(d.heap) == 0 || d.heap[0].state.Deadline.After(now) {
		return nil
	}
	return d.heap[0]
}

// procHeap implements heap.Interface.
type procHeap []*proc

func (h procHeap) Len() int           { return len(h) }
func (h procHeap) Less(i, j int) bool { return h[i].state.Deadline.Before(h[j].state.Deadline) }

func (h procHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].due, h[j].due = i, j
}

func (h *procHeap) Push(x any) {
	p := x.(*proc)
	p.due = len(*h)
	*h = append(*h, p)
}

func (h *procHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	p.due = -1
	return p
}
