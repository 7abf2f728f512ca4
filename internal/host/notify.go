package host

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// notifyTimeout bounds the wait for a service manager that does not read.
const notifyTimeout = time.Second

// Notifier tells the service manager that started the daemon how it is, with the
// protocol of sd_notify(3). The zero value, and one taken where no service manager
// listens, does nothing.
type Notifier struct {
	socket string
}

// TakeNotifier returns the notifier for the socket named by NOTIFY_SOCKET, and removes
// the variable from the environment, so that programs neither inherit it nor speak for
// the daemon.
func TakeNotifier() (Notifier, error) {
	const name = "NOTIFY_SOCKET"
	n := Notifier{socket: os.Getenv(name)}
	return n, os.Unsetenv(name)
}

// Ready says that the daemon serves, at start or again after Reloading.
func (n Notifier) Ready() error {
	return n.Notify("READY=1")
}

// Stopping says that the daemon has begun to shut down.
func (n Notifier) Stopping() error {
	return n.Notify("STOPPING=1")
}

// Reloading says that the daemon reads its configuration again; Ready ends it. The time
// goes with it, as systemd wants it from a service of Type=notify-reload.
func (n Notifier) Reloading() error {
	return n.Notify("RELOADING=1" + monotonicLine())
}

// Notify sends state, lines of NAME=value, as one datagram. It may block for a second.
func (n Notifier) Notify(state string) error {
	if n.socket == "" {
		return nil
	}
	if !strings.HasPrefix(n.socket, "/") && !strings.HasPrefix(n.socket, "@") {
		return fmt.Errorf("NOTIFY_SOCKET=%s: neither a path nor an abstract socket", n.socket)
	}
	// Package net turns a leading @ into the zero byte of an abstract socket.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify the service manager: %w", err)
	}
	defer conn.Close()
	if err := conn.SetWriteDeadline(time.Now().Add(notifyTimeout)); err != nil {
		return fmt.Errorf("notify the service manager: %w", err)
	}
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("notify the service manager: %w", err)
	}
	return nil
}
