package syslog

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// stallTime is how long a stream may take no byte at all before its server counts as
// gone. The system alone would wait a quarter of an hour for a machine without power.
const stallTime = time.Minute

// link is one connection. It breaks once and for all: by fail, by a server that closes
// a stream, or with its context.
type link struct {
	framing framing
	conn    net.Conn // what is written to
	raw     net.Conn // the same without tls
	since   time.Time

	hungUp  func() error // says before a write to a stream whether the server has closed it
	refused func() error // says after a datagram whether it came back

	gone chan struct{} // closed when broken
	once sync.Once
	err  error // why; to be read when gone is closed

	wg sync.WaitGroup
}

// newLink returns a link over conn, which is raw or wraps it.
func newLink(ctx context.Context, conn, raw net.Conn, f framing) *link {
	l := &link{framing: f, conn: conn, raw: raw, since: time.Now(), gone: make(chan struct{})}
	l.hungUp, l.refused = hungUp(raw), refused(raw)
	l.wg.Go(func() {
		select {
		case <-ctx.Done():
			l.fail(ctx.Err())
		case <-l.gone:
		}
		_ = raw.Close() // ends the reader, and a write that is under way
	})
	if f != datagrams {
		l.wg.Go(func() {
			_, err := io.Copy(io.Discard, onlyReader{conn})
			if err == nil {
				err = io.EOF
			}
			l.fail(err)
		})
	}
	return l
}

// onlyReader hides what else a connection can do, so that io.Copy reads.
type onlyReader struct{ io.Reader }

// fail breaks the link. It does not wait.
func (l *link) fail(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.gone)
	})
}

// cause returns why the link broke; otherwise, if that did not come from outside.
func (l *link) cause(otherwise error) error {
	select {
	case <-l.gone:
		return l.err
	default:
		return otherwise
	}
}

// close gives the link up and returns when its goroutines have ended. Only without an
// error the server is bidden farewell.
func (l *link) close(err error) {
	if err == nil {
		_ = l.conn.Close() // all has been written
	}
	l.fail(net.ErrClosed)
	l.wg.Wait()
}

// send writes the messages of b and returns how many were sent whole.
func (l *link) send(b *batch) (int, error) {
	if l.framing != datagrams {
		if err := l.hungUp(); err != nil {
			return 0, err
		}
		n, err := l.conn.Write(b.buf)
		return b.whole(n), err
	}
	start := 0
	for i, end := range b.ends {
		if _, err := l.conn.Write(b.buf[start:end]); err != nil {
			return i, err
		}
		if err := l.refused(); err != nil {
			return i, err
		}
		start = end
	}
	return len(b.ends), nil
}

// patient is a stream whose writes take as long as they need, if only they proceed.
type patient struct{ net.Conn }

func (p patient) Write(b []byte) (written int, err error) {
	for {
		_ = p.SetWriteDeadline(time.Now().Add(stallTime)) // a closed connection says so below
		n, err := p.Conn.Write(b[written:])
		written += n
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
	}
}

func never() error { return nil }
