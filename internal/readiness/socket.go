package readiness

import (
	"crypto/rand"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// maxDatagram is the longest message that is read, in bytes; systemd's limit. What is
// longer is cut off there.
const maxDatagram = 4096

// Socket receives the messages of one child. Where anybody could send some, those of other
// users than root, the daemon's own and the program's count for nothing, unless they come
// from the child itself.
type Socket struct {
	conn *net.UnixConn
	name string
	buf  [maxDatagram]byte
	// Whose processes may speak for the program, besides root's and the daemon's own.
	user atomic.Int64 // of the program; -1: none
	pid  atomic.Int64 // of the child; 0: not known yet
}

// Listen opens a socket.
func Listen() (*Socket, error) {
	name, err := socketName(rand.Text())
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err == nil {
		if err = identify(conn); err != nil {
			_ = conn.Close() // the error to report is the other one
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open a notify socket: %w", err)
	}
	s := &Socket{conn: conn, name: name}
	s.user.Store(-1)
	return s, nil
}

// Name is the value of NOTIFY_SOCKET.
func (s *Socket) Name() string { return s.name }

// TrustUser says as whom the program runs, if that is not as the daemon does.
func (s *Socket) TrustUser(uid int) { s.user.Store(int64(uid)) }

// Trust says who the child is.
func (s *Socket) Trust(pid int) { s.pid.Store(int64(pid)) }

// Receive returns the next message, an empty one for that of somebody who may not speak
// for the program. It waits for one until Interrupt or Close is called, and fails then.
// Descriptors that come with a message are closed, which is what the sender of a BARRIER=1
// waits for.
func (s *Socket) Receive() (Message, error) { return s.message(true) }

// Interrupt makes Receive fail, so that Pending may be called.
func (s *Socket) Interrupt() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) } // it fails when the socket is closed

// Pending returns a message that has come already, and fails if there is none. It is not
// for use beside Receive.
func (s *Socket) Pending() (Message, error) {
	if err := s.conn.SetReadDeadline(time.Time{}); err != nil {
		return Message{}, err
	}
	return s.message(false)
}

func (s *Socket) message(wait bool) (Message, error) {
	n, trusted, err := s.read(wait)
	if err != nil || !trusted {
		return Message{}, err
	}
	return ParseMessage(s.buf[:n]), nil
}

// Close closes the socket, and removes its file where it has one.
func (s *Socket) Close() error { return s.conn.Close() }
