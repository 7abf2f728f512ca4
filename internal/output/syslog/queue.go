package syslog

// queue is a bounded first-in first-out of messages in one ring of bytes, each behind
// its length in two bytes. It takes no memory until there is a message, grows up to its
// limit and is not safe for concurrent use.
type queue struct {
	maxCount, maxBytes int

	ring  []byte
	head  int // index of the first byte in use
	used  int // bytes in use
	count int // messages
}

const (
	// lengthBytes precede each message in the ring.
	lengthBytes = 2
	// firstRing is the size of the ring when the first message comes, in bytes.
	firstRing = 16 << 10
	// keptRing is the largest ring that an empty queue holds on to.
	keptRing = 256 << 10
)

// put appends a message that comes in two parts, or reports that there is no room.
func (q *queue) put(head, text []byte) bool {
	size := len(head) + len(text)
	need := lengthBytes + size
	if q.count >= q.maxCount || q.used+need > q.maxBytes {
		return false
	}
	if q.used+need > len(q.ring) {
		q.grow(q.used + need)
	}
	q.write([]byte{byte(size >> 8), byte(size)})
	q.write(head)
	q.write(text)
	q.count++
	return true
}

func (q *queue) grow(need int) {
	size := max(len(q.ring), firstRing)
	for size < need {
		size *= 2
	}
	ring := make([]byte, min(size, q.maxBytes))
	q.read(ring[:q.used], 0)
	q.ring, q.head = ring, 0
}

func (q *queue) write(p []byte) {
	tail := (q.head + q.used) % len(q.ring)
	n := copy(q.ring[tail:], p)
	copy(q.ring, p[n:])
	q.used += len(p)
}

// read copies the bytes that begin at offset behind the head.
func (q *queue) read(p []byte, offset int) {
	if len(p) == 0 {
		return
	}
	from := (q.head + offset) % len(q.ring)
	n := copy(p, q.ring[from:])
	copy(p[n:], q.ring)
}

// length returns the length of the message at offset.
func (q *queue) length(offset int) int {
	from := (q.head + offset) % len(q.ring)
	return int(q.ring[from])<<8 | int(q.ring[(from+1)%len(q.ring)])
}

// copyTo adds messages from the front to b while they fit, and leaves them queued.
func (q *queue) copyTo(b *batch) {
	offset := 0
	for range q.count {
		n := q.length(offset)
		room := b.add(n)
		if room == nil {
			return
		}
		q.read(room, offset+lengthBytes)
		offset += lengthBytes + n
	}
}

// drop removes n messages from the front.
func (q *queue) drop(n int) {
	for range n {
		size := lengthBytes + q.length(0)
		q.head = (q.head + size) % len(q.ring)
		q.used -= size
		q.count--
	}
}

// shrink gives a large ring back when the queue is empty.
func (q *queue) shrink() {
	if q.count == 0 && q.large() {
		q.ring, q.head = nil, 0
	}
}

// large reports whether shrink is worth a look.
func (q *queue) large() bool { return len(q.ring) > keptRing }

// half reports whether there is much room again.
func (q *queue) half() bool { return q.count <= q.maxCount/2 && q.used <= q.maxBytes/2 }
