//go:build unix

package compat

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"supervisord/internal/testenv"
)

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
	port, err := freePort(env.Defer)
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

// freePort returns a port that nobody else gets until the script ends.
func freePort(atEnd func(func())) (string, error) {
	port, release, err := testenv.ReservePort()
	if err != nil {
		return "", err
	}
	atEnd(release)
	return strconv.Itoa(port), nil
}

// await calls done until it returns true, or fails the script with what msg says.
func await(ts *testscript.TestScript, done func() bool, msg func() string) {
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	timeout := time.NewTimer(testenv.Patience)
	defer timeout.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-timeout.C:
			ts.Fatalf("after %v: %s", testenv.Patience, msg())
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
