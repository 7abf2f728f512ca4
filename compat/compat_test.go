//go:build unix

package compat

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"supervisord/internal/testenv"
)

const scriptDir = "../testdata/scripts"

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"show": show, "tap": tap})
}

// tests runs the tests with more scripts at once than there are processors, since
// scripts wait more than they compute, and then removes what was built.
type tests struct{ m *testing.M }

func (t tests) Run() int {
	flag.Parse()
	if !isSet("test.parallel") {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	// One directory for everything, also for what testscript leaves when only some
	// scripts are run.
	dir, err := os.MkdirTemp("", "compat")
	if err == nil {
		err = os.Setenv("GOTMPDIR", dir)
	}
	if err != nil {
		panic(err)
	}
	go cleanOnInterrupt(dir)
	code := t.m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// starting is held for reading while a script starts a program, and taken for good
// when the tests are interrupted.
var starting sync.RWMutex

// cleanOnInterrupt takes the daemons along when the tests are interrupted. It ends
// with the program.
func cleanOnInterrupt(dir string) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	<-c
	starting.Lock()
	killLeftovers(runMarker + strconv.Itoa(os.Getpid()))
	_ = os.RemoveAll(dir) // nobody is left to tell
	os.Exit(1)
}

func isSet(name string) bool {
	found := false
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// pair is one of the four combinations under test.
type pair struct {
	daemon, ctl             string // paths
	daemonIsOurs, ctlIsOurs bool
}

func TestScripts(t *testing.T) {
	only := os.Getenv("PAIR")
	if testenv.Updating() && only != "python-python" {
		t.Fatal("goldens are recorded from Python alone: UPDATE=1 needs PAIR=python-python")
	}
	ran := false
	for _, daemon := range []string{"python", "ours"} {
		for _, ctl := range []string{"python", "ours"} {
			name := daemon + "-" + ctl
			if only != "" && only != name {
				continue
			}
			ran = true
			t.Run(name, func(t *testing.T) {
				runScripts(t, newPair(t, daemon == "ours", ctl == "ours"))
			})
		}
	}
	if !ran {
		t.Fatalf("PAIR=%s: no such pair", only)
	}
}

func newPair(t *testing.T, daemonIsOurs, ctlIsOurs bool) pair {
	t.Helper()
	p := pair{daemonIsOurs: daemonIsOurs, ctlIsOurs: ctlIsOurs}
	if !daemonIsOurs {
		p.daemon = testenv.Peer(t, "/usr/bin/supervisord")
	}
	if !ctlIsOurs {
		p.ctl = testenv.Peer(t, "/usr/bin/supervisorctl")
	}
	if daemonIsOurs || ctlIsOurs {
		bin := buildOurs(t)
		if daemonIsOurs {
			p.daemon = filepath.Join(bin, "supervisord")
		}
		if ctlIsOurs {
			p.ctl = filepath.Join(bin, "supervisorctl")
		}
	}
	return p
}

// built is the directory with our binary and its supervisorctl link.
var built struct {
	sync.Once
	dir string
	err error
	out []byte
}

// buildOurs builds our binary once per run of the tests.
func buildOurs(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp(os.Getenv("GOTMPDIR"), "bin"); built.err != nil {
			return
		}
		bin := filepath.Join(built.dir, "supervisord")
		cmd := exec.Command("go", "build", "-o", bin, "../cmd/supervisord")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if built.out, built.err = cmd.CombinedOutput(); built.err == nil {
			built.err = os.Symlink("supervisord", filepath.Join(built.dir, "supervisorctl"))
		}
	})
	if built.err != nil {
		t.Fatalf("build of ../cmd/supervisord: %v\n%s", built.err, built.out)
	}
	return built.dir
}

func runScripts(t *testing.T, p pair) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                scriptDir,
		UpdateScripts:      testenv.Updating(),
		RequireUniqueNames: true,
		Setup:              func(env *testscript.Env) error { return setup(env, p) },
		Cmds:               commands(),
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "ours":
				return p.daemonIsOurs, nil
			case "oursctl":
				return p.ctlIsOurs, nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}
