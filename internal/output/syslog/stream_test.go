package syslog_test

import (
	"bufio"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
)

// What a program says last often has no newline. Others may hold its pipe for long, and
// what they write is no part of that line.
func TestLastWordsAreSentAtTheDeathOfTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		conn := <-net.accepted
		noError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
		r := bufio.NewReader(conn)
		s := output.NewStream(output.StreamOptions{Taps: []output.Sink{k}})
		say := func(text string) {
			_, err := s.Write([]byte(text))
			noError(t, err)
		}
		say("panic: last words")
		noError(t, s.Flush())
		noError(t, s.Flush())
		say("of a grandchild\n")
		want(t, lines(t, r, 2), []string{"panic: last words", "of a grandchild"})
		noError(t, s.Close())
		noError(t, k.Flush())
		noError(t, ss.Close())
	})
}
