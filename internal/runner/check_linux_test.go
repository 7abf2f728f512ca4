package runner

import (
	"errors"
	"net"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/process"
)

// What a child has said before it died counts, even if nobody has read it by then.
func TestLastWordsOfAChild(t *testing.T) {
	for range 20 {
		for by, say := range map[config.ReadyBy]func(*check) error{config.ReadyNotify: notifyReady, config.ReadyFD: writeNewline} {
			var told []process.Input
			n := &run{Runner: &Runner{}, post: func(in process.Input) { told = append(told, in) }}
			n.configured.Store(&config.Program{Readiness: config.Readiness{By: by, Value: "3"}})
			c := n.newCheck()
			if err := say(c); err != nil {
				t.Fatal(err)
			}
			c.begin(0)
			c.end()
			if d := cmp.Diff([]process.Input{process.Ready{}}, told); d != "" {
				t.Fatalf("%s: -want +got\n%s", by, d)
			}
		}
	}
}

func notifyReady(c *check) error {
	conn, err := net.Dial("unixgram", c.socket.Name())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err = conn.Write([]byte("STATUS=nearly")); err == nil {
		_, err = conn.Write([]byte("READY=1"))
	}
	return err
}

func writeNewline(c *check) error {
	fd, err := c.pipe.open()
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "pipe")
	_, err = f.WriteString("\n")
	return errors.Join(err, f.Close())
}
