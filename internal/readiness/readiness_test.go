package readiness_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/readiness"
)

func TestParseMessage(t *testing.T) {
	for text, want := range map[string]readiness.Message{
		"":                                    {},
		"READY=1":                             {Ready: true},
		"READY=1\nSTATUS=Serving 3 requests":  {Ready: true, Status: "Serving 3 requests", HasStatus: true},
		"STATUS=\n":                           {HasStatus: true},
		"RELOADING=1\nMONOTONIC_USEC=12":      {Reloading: true},
		"STOPPING=1\n\n":                      {Stopping: true},
		"WATCHDOG=1":                          {Alive: true},
		"WATCHDOG=trigger":                    {Hung: true},
		"EXTEND_TIMEOUT_USEC=1500000":         {Extend: 1500 * time.Millisecond},
		"EXTEND_TIMEOUT_USEC=-1":              {},
		"EXTEND_TIMEOUT_USEC=99999999999999":  {},
		"READY=0\nready=1\nREADY\nX=READY=1":  {},
		"STATUS=a\x1b[2Jb\xff\tc":             {Status: "a [2Jb\ufffd c", HasStatus: true},
		"STATUS=" + strings.Repeat("é", 1000): {Status: strings.Repeat("é", 128), HasStatus: true},
	} {
		if d := cmp.Diff(want, readiness.ParseMessage([]byte(text))); d != "" {
			t.Errorf("%.40q: -want +got\n%s", text, d)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add([]byte("READY=1\nSTATUS=x\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=5"))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		m := readiness.ParseMessage(datagram)
		if len(m.Status) > 256 || strings.ContainsAny(m.Status, "\x00\x1b\n\r") || m.Extend < 0 {
			t.Errorf("%+v", m)
		}
	})
}

// A program of systemd's kind reports by the socket, from a process of its own.
func TestSocket(t *testing.T) {
	s, err := readiness.Listen()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("unixgram", s.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, text := range []string{"STATUS=starting", "", "READY=1", "STATUS=" + strings.Repeat("x", 5000)} {
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(readiness.ParseMessage([]byte(text)), got); d != "" {
			t.Errorf("%.40q: -want +got\n%s", text, d)
		}
	}
	failed := make(chan error)
	go func() { _, err := s.Receive(); failed <- err }()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Receive after Close: %v", err)
	}
}

func TestSocketNamesDiffer(t *testing.T) {
	a, b := listen(t), listen(t)
	if a.Name() == b.Name() {
		t.Errorf("both are %q", a.Name())
	}
}

func listen(t *testing.T) *readiness.Socket {
	t.Helper()
	s, err := readiness.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Debian's systemd-notify is understood.
func TestSystemdNotify(t *testing.T) {
	path, err := exec.LookPath("systemd-notify")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("systemd-notify is not installed")
	}
	s := listen(t)
	cmd := exec.CommandContext(t.Context(), path, "--ready", "--status=up")
	cmd.Env = []string{"NOTIFY_SOCKET=" + s.Name()}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	got, err := s.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(readiness.Message{Ready: true, Status: "up", HasStatus: true}, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	// Then it sends a descriptor, and waits until nobody has it any more.
	if got, err := s.Receive(); err != nil || got != (readiness.Message{}) {
		t.Errorf("behind it comes %+v, %v", got, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// A pattern is found however the output is cut, and once.
func TestLogMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, output string
		want            int
	}{
		{`listening on :\d+`, "hello\nlistening on :8080\nlistening on :8081\n", 1},
		{`^ready$`, "not ready\nready?\nready\r\n", 1},
		{`^ready$`, "ready", 1},
		{`^$`, "x\n\n", 1},
		{`nothing`, "x\ny", 0},
		{`z`, strings.Repeat("x", 8<<10) + "z\n", 0},
		{`z`, strings.Repeat("x", 9<<10) + "\nz", 1},
	} {
		for _, size := range []int{1, 7, 1 << 20} {
			found := 0
			m := readiness.NewLogMatch(regexp.MustCompile(tt.pattern), func() { found++ })
			for rest := tt.output; rest != ""; {
				n := min(size, len(rest))
				if wrote, err := m.Write([]byte(rest[:n])); wrote != n || err != nil {
					t.Fatal(wrote, err)
				}
				rest = rest[n:]
			}
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			if found != tt.want {
				t.Errorf("%q in %.40q by %d: found %d times, want %d", tt.pattern, tt.output, size, found, tt.want)
			}
		}
	}
}
