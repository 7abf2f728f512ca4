package bus

// ring is a queue of bounded size. A full one forgets its oldest element. It takes
// memory as it fills, and none while it was never used.
type ring[T any] struct {
	size  int
	items []T
	first int // index of the oldest element
	count int
}

// push adds v and reports whether the oldest element was forgotten for it.
func (r *ring[T]) push(v T) (lost bool) {
	if r.count == r.size {
		r.items[r.first] = v
		r.first = (r.first + 1) % r.size
		return true
	}
	if r.count == len(r.items) {
		r.grow()
	}
	r.items[(r.first+r.count)%len(r.items)] = v
	r.count++
	return false
}

func (r *ring[T]) grow() {
	items := make([]T, min(max(2*len(r.items), 4), r.size))
	n := copy(items, r.items[r.first:])
	copy(items[n:], r.items[:r.first])
	r.items, r.first = items, 0
}

// pop removes the oldest element and returns it.
func (r *ring[T]) pop() (v T, ok bool) {
	if r.count == 0 {
		return v, false
	}
	var zero T
	v, r.items[r.first] = r.items[r.first], zero
	r.first = (r.first + 1) % len(r.items)
	r.count--
	return v, true
}
