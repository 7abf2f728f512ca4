package runner

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

const (
	// standardPatience is how long the daemon's own output may take no more before what
	// programs write to it is lost: a terminal that is stopped, a pipe that nobody reads.
	standardPatience = 5 * time.Second
	// standardPiece is how much a pipe takes at once if it takes anything (PIPE_BUF).
	standardPiece = 4096
)

// standard is a sink that writes to a standard output of the daemon, which programs
// share with each other and with whoever started the daemon.
type standard struct {
	file *os.File
	log  *slog.Logger

	mu   sync.Mutex
	lost int // bytes since it took no more; zero: it takes what comes
}

// standard returns the sink for the daemon's stdout or stderr.
func (c *Children) standard(f *os.File) *standard {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.standards == nil {
		c.standards = make(map[*os.File]*standard)
	}
	if c.standards[f] == nil {
		c.standards[f] = &standard{file: f, log: c.Log}
	}
	return c.standards[f]
}

// Write writes p, or loses and counts it if the output takes nothing for too long.
func (s *standard) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	patience := standardPatience
	if s.lost > 0 {
		patience = 0
	}
	for sent := 0; sent < len(p); {
		if !writable(s.file, patience) {
			if s.lost == 0 {
				s.log.Error(s.file.Name() + " takes no more output; what programs write to it is lost")
			}
			s.lost += len(p) - sent
			return sent, os.ErrDeadlineExceeded
		}
		if s.lost > 0 {
			s.log.Warn(fmt.Sprintf("%s takes output again, %d bytes were lost", s.file.Name(), s.lost))
			s.lost = 0
		}
		n, err := s.file.Write(p[sent:min(sent+standardPiece, len(p))])
		if err != nil {
			return sent, err
		}
		sent += n
	}
	return len(p), nil
}

// Close does nothing: it is the daemon's.
func (*standard) Close() error { return nil }
