//go:build unix

package compat

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"supervisord/internal/testenv"
)

// patience is how long a script waits for anything. Long, since it only costs
// time when something is wrong.
const patience = 60 * time.Second

// step is how often a waiting command looks again.
const step = 20 * time.Millisecond

// The environment of a script's daemons, and so of everything they start, says
// which script that is and which run of the tests.
const (
	scriptMarker = "COMPAT_SCRIPT="
	runMarker    = "COMPAT_RUN="
)

// baseConfig stands before programs.conf.
const baseConfig = `[unix_http_server]
file=%(here)s/s.sock
[supervisord]
logfile=%(here)s/s.log
pidfile=%(here)s/s.pid
childlogdir=%(here)s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/s.sock
`

// script is the state of one running script.
type script struct {
	pair  pair
	work  string
	scrub testenv.Scrubber
	// daemon is the last that was started; nil before.
	daemon *daemon
}

type scriptKey struct{}

func of(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

func setup(env *testscript.Env, p pair) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("PORT", port)
	s := &script{pair: p, work: env.WorkDir}
	s.scrub.Names = map[string]string{
		env.WorkDir:         "$WORK",
		"127.0.0.1:" + port: "127.0.0.1:$PORT",
		"localhost:" + port: "localhost:$PORT",
		p.daemon:            "supervisord",
		p.ctl:               "supervisorctl",
	}
	env.Values[scriptKey{}] = s
	// The first of all deferred calls, so the last to run: nothing is left behind.
	env.Defer(func() { killLeftovers(scriptMarker + s.work) })
	// A program under another user must be able to enter its directory.
	for dir := env.WorkDir; dir != os.TempDir() && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			break // not ours, and then open to all
		}
	}
	programs, err := os.ReadFile(filepath.Join(env.WorkDir, "programs.conf"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "s.conf"), append([]byte(baseConfig), programs...), 0o644)
}

// lastPort is the last port given to a script of this run.
var lastPort atomic.Int32

// freePort returns a port below those the kernel gives to clients, so that it is
// still free when the daemon takes it. Runs at the same time start apart.
func freePort() (string, error) {
	lastPort.CompareAndSwap(0, int32(15000+os.Getpid()%150*100))
	for range 1000 {
		port := strconv.Itoa(int(lastPort.Add(1)))
		ln, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			return port, ln.Close()
		}
	}
	return "", fmt.Errorf("no free port")
}

// await calls done until it returns true, or fails the script with what msg says.
func await(ts *testscript.TestScript, done func() bool, msg func() string) {
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-timeout.C:
			ts.Fatalf("after %v: %s", patience, msg())
		}
	}
}

// need fails a script that uses a command with too few or too many words, or
// negates a command which has its own way to demand a failure.
func need(ts *testscript.TestScript, neg bool, args []string, least, most int, usage string) {
	if neg || len(args) < least || (most >= 0 && len(args) > most) {
		ts.Fatalf("usage: %s", usage)
	}
}
