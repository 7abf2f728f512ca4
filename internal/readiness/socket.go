package readiness

import (
	"crypto/rand"
	"fmt"
	"net"
	"time"
)

// maxDatagram is the longest message that is read, in bytes; systemd's limit. What is
// longer is cut off there.
const maxDatagram = 4096

// Socket receives the messages of one child. Its name cannot be guessed, so that who
// knows it was told: the child, by NOTIFY_SOCKET, and its descendants.
type Socket struct {
	conn *net.UnixConn
	name string
	buf  [maxDatagram]byte
}

// Listen opens a socket.
func Listen() (*Socket, error) {
	name, err := socketName(rand.Text())
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("open a notify socket: %w", err)
	}
	return &Socket{conn: conn, name: name}, nil
}

// Name is the value of NOTIFY_SOCKET.
func (s *Socket) Name() string { return s.name }

// Receive returns the next message. It waits for one until Interrupt or Close is called,
// and fails then. Descriptors that come with a message are closed, which is what the sender of a
// BARRIER=1 waits for.
func (s *Socket) Receive() (Message, error) {
	n, err := s.conn.Read(s.buf[:])
	if err != nil {
		return Message{}, err
	}
	return ParseMessage(s.buf[:n]), nil
}

// Interrupt makes Receive fail, so that Pending may be called.
func (s *Socket) Interrupt() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) } // it fails when the socket is closed

// Pending returns a message that has come already, and fails if there is none. It is not
// for use beside Receive.
func (s *Socket) Pending() (Message, error) {
	if err := s.conn.SetReadDeadline(time.Time{}); err != nil {
		return Message{}, err
	}
	n, err := ReadNow(s.conn, s.buf[:])
	if err != nil {
		return Message{}, err
	}
	return ParseMessage(s.buf[:n]), nil
}

// Close closes the socket, and removes its file where it has one.
func (s *Socket) Close() error { return s.conn.Close() }
