package host_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host"
	"supervisord/internal/testenv"
)

func TestNotifierSpeaksToTheServiceManager(t *testing.T) {
	for name, socket := range map[string]string{
		"path":     filepath.Join(t.TempDir(), "notify"),
		"abstract": fmt.Sprintf("@host-test-%d", os.Getpid()),
	} {
		t.Run(name, func(t *testing.T) {
			manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
			if err != nil {
				t.Fatal(err)
			}
			defer manager.Close()
			t.Setenv("NOTIFY_SOCKET", socket)
			n, err := host.TakeNotifier()
			if err != nil {
				t.Fatal(err)
			}
			if value, set := os.LookupEnv("NOTIFY_SOCKET"); set {
				t.Errorf("programs inherit NOTIFY_SOCKET=%s", value)
			}
			var got []string
			for _, tell := range []func() error{n.Ready, n.Reloading, n.Stopping} {
				if err := tell(); err != nil {
					t.Fatal(err)
				}
				got = append(got, receive(t, manager))
			}
			want := []string{"READY=1", "RELOADING=1\nMONOTONIC_USEC=<n>", "STOPPING=1"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// receive returns the next message, with the time in it scrubbed.
func receive(t *testing.T, manager *net.UnixConn) string {
	t.Helper()
	if err := manager.SetReadDeadline(time.Now().Add(testenv.Patience)); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 1000)
	n, err := manager.Read(message)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`=\d{2,}$`).ReplaceAllString(string(message[:n]), "=<n>")
}

func TestNotifierWithoutServiceManager(t *testing.T) {
	var none host.Notifier
	if err := none.Ready(); err != nil {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", "vsock:2:1234")
	n, err := host.TakeNotifier()
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, n.Ready(), "NOTIFY_SOCKET=vsock:2:1234: neither a path nor an abstract socket")
	t.Setenv("NOTIFY_SOCKET", "/nonexistent/notify")
	n, err = host.TakeNotifier()
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, n.Ready(), "notify the service manager: dial unixgram /nonexistent/notify: connect: no such file or directory")
}
