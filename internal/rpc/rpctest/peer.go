package rpctest

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"supervisord/internal/testenv"
)

// Peer is a running Python Supervisor, listening on a unix socket.
type Peer struct {
	Dir    string // where its files are; "DIR" in the configuration
	Socket string
}

// StartPeer starts Debian's supervisord with the programs that config describes, and
// returns once as many of them run as it starts by itself. The test ends it. If it
// is not installed the test is skipped.
func StartPeer(t testing.TB, config string) Peer {
	t.Helper()
	program := testenv.Peer(t, "/usr/bin/supervisord")
	dir, err := os.MkdirTemp("", "peer") // short: it holds the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what is left harms nobody
	p := Peer{Dir: dir, Socket: filepath.Join(dir, "s.sock")}
	file := filepath.Join(dir, "s.conf")
	text := strings.ReplaceAll(peerBase+config, "DIR", dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The cleanup below ends it in order; the test's context would kill it before.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-n", "-c", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have been told to end already
		for lines.Scan() {
		}
		_ = cmd.Wait() // how it ended is of no interest
	})
	waiting := strings.Count(config, "autostart=true")
	for waiting > 0 && lines.Scan() {
		if strings.Contains(lines.Text(), "entered RUNNING state") {
			waiting--
		}
	}
	if waiting > 0 {
		t.Fatalf("supervisord ended before its programs ran")
	}
	return p
}

const peerBase = `[supervisord]
logfile=DIR/main.log
pidfile=DIR/pid
childlogdir=DIR
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[unix_http_server]
file=DIR/s.sock
`
