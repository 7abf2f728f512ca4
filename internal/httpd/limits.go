package httpd

import "time"

// Limits bounds what clients may use of a server. There is no limit on the time of an
// answer: stopping a program or following a log takes as long as it takes. But what is
// there to be read must be read.
type Limits struct {
	Connections int           // open at a time; more wait in the kernel's queue
	HeaderTime  time.Duration // to send a request's header
	RequestTime time.Duration // to send a whole request, header and body
	IdleTime    time.Duration // between two requests on a connection
	WriteTime   time.Duration // to take a piece of an answer; 0: for ever
	HeaderBytes int           // of a request's header, roughly (http.Server adds 4 KiB)
	BodyBytes   int64         // of a request's body
}

// DefaultLimits returns what fits a supervisor: its requests are small, the largest being
// input for a program's stdin.
func DefaultLimits() Limits {
	return Limits{
		Connections: 512,
		HeaderTime:  10 * time.Second,
		RequestTime: 30 * time.Second,
		IdleTime:    2 * time.Minute,
		WriteTime:   30 * time.Second,
		HeaderBytes: 64 << 10,
		BodyBytes:   8 << 20,
	}
}
