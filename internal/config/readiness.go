package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// ReadyBy is a way to find out whether a program is up.
type ReadyBy string

// The kinds of readiness.
const (
	ReadyStartSecs ReadyBy = "startsecs" // it has lived for startsecs
	ReadyNotify    ReadyBy = "notify"    // it says READY=1, as in sd_notify(3)
	ReadyFD        ReadyBy = "fd"        // it writes a newline to a descriptor
	ReadyLog       ReadyBy = "log"       // a line of its output matches
	ReadyTCP       ReadyBy = "tcp"       // it accepts connections
	ReadyHTTP      ReadyBy = "http"      // it answers a GET with a status from 200 to 399
	ReadyExec      ReadyBy = "exec"      // a command ends with exit status 0
)

// Readiness is how one finds out whether a program is up.
type Readiness struct {
	By ReadyBy
	// Value is the descriptor, the regular expression, host:port, the URL or the command.
	Value string
}

// Awaited reports whether more than startsecs says that a program is up.
func (r Readiness) Awaited() bool { return r.By != "" && r.By != ReadyStartSecs }

// FD returns the descriptor of [ReadyFD].
func (r Readiness) FD() int {
	fd, _ := strconv.Atoi(r.Value) // it was read by parseReadiness
	return fd
}

// mostFD is the highest descriptor that a program may report by.
const mostFD = 255

var readiness = pure("`startsecs`, `notify`, fd:N, log:REGEX, tcp:PORT, tcp:HOST:PORT, http:URL or exec:COMMAND", shape{words: []string{"startsecs", "notify"}, pattern: readinessPattern}, parseReadiness, printReadiness)

const readinessPattern = `\s*([fF][dD]:\s*[0-9]+|[lL][oO][gG]:[\s\S]+|[tT][cC][pP]:(.*:)?\s*[0-9]+|[hH][tT][tT][pP][sS]?:[\s\S]+|[eE][xX][eE][cC]:[\s\S]+)\s*`

func parseReadiness(s string) (Readiness, error) {
	s = strings.TrimSpace(s)
	word, value, _ := strings.Cut(s, ":")
	value = strings.TrimSpace(value)
	bad := func(why string) (Readiness, error) { return Readiness{}, fmt.Errorf("%s: '%s'", why, s) }
	switch by := ReadyBy(strings.ToLower(word)); {
	case (by == ReadyStartSecs || by == ReadyNotify) && value == "":
		return Readiness{By: by}, nil
	case by == ReadyFD:
		fd, err := strconv.Atoi(value)
		if err != nil || fd < 3 || fd > mostFD {
			return bad("not fd: and a descriptor from 3 to 255")
		}
		return Readiness{by, strconv.Itoa(fd)}, nil
	case by == ReadyLog && value != "":
		if _, err := regexp.Compile(value); err != nil {
			return Readiness{}, err
		}
		return Readiness{by, value}, nil
	case by == ReadyTCP:
		return parseReadyTCP(value)
	case by == ReadyHTTP || by == "https":
		if strings.HasPrefix(value, "//") {
			value = s
		}
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return bad("not http: and a URL")
		}
		return Readiness{ReadyHTTP, u.String()}, nil
	case by == ReadyExec && value != "":
		return Readiness{by, value}, nil
	}
	return bad("not startsecs, notify, fd:N, log:REGEX, tcp:PORT, tcp:HOST:PORT, http:URL or exec:COMMAND")
}

func parseReadyTCP(value string) (Readiness, error) {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		host, port = "localhost", value
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return Readiness{}, fmt.Errorf("not tcp:PORT or tcp:HOST:PORT: 'tcp:%s'", value)
	}
	return Readiness{ReadyTCP, net.JoinHostPort(host, port)}, nil
}

func printReadiness(r Readiness) string {
	if r.Value == "" {
		return string(r.By)
	}
	return string(r.By) + ":" + r.Value
}
