package listener

import "supervisord/internal/event"

// delivery is an event on its way to a listener. Its numbers are the same at each
// attempt.
type delivery struct {
	event      event.Event
	serial     uint64 // among all events that a pool has accepted
	poolSerial uint64 // among those of its pool
	rejections int    // attempts that ended with another result than OK
}

// cost is how much memory a delivery takes, in bytes, about.
func (d *delivery) cost() int { return deliveryCost + len(d.event.Data) + len(d.event.Kind) }

const deliveryCost = 256

// queue holds deliveries in their order. The zero queue is empty. It takes memory as it
// fills.
type queue struct {
	items []delivery // a ring
	first int
	count int
	bytes int // the cost of all
}

func (q *queue) at(i int) *delivery { return &q.items[(q.first+i)%len(q.items)] }

func (q *queue) pushBack(d delivery) {
	q.grow()
	*q.at(q.count) = d
	q.count++
	q.bytes += d.cost()
}

func (q *queue) pushFront(d delivery) {
	q.grow()
	q.first = (q.first + len(q.items) - 1) % len(q.items)
	*q.at(0) = d
	q.count++
	q.bytes += d.cost()
}

// pop removes the first; there has to be one.
func (q *queue) pop() delivery {
	d := *q.at(0)
	*q.at(0) = delivery{} // its data may be long
	q.first = (q.first + 1) % len(q.items)
	q.count--
	q.bytes -= d.cost()
	if q.count == 0 && len(q.items) > keptItems {
		*q = queue{} // a burst is over
	}
	return d
}

// keptItems is how long the ring of an empty queue may be for its memory to be kept.
const keptItems = 64

// grow makes room for one more.
func (q *queue) grow() {
	if q.count < len(q.items) {
		return
	}
	items := make([]delivery, max(2*len(q.items), 4))
	n := copy(items, q.items[q.first:])
	copy(items[n:], q.items[:q.first])
	q.items, q.first = items, 0
}
