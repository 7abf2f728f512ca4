package host_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/host"
)

// playLimits raises limits twice, as a reload does, and shows those of a real child.
func playLimits() error {
	minfds, err := strconv.Atoi(os.Getenv("MINFDS"))
	if err != nil {
		return err
	}
	minprocs, err := strconv.Atoi(os.Getenv("MINPROCS"))
	if err != nil {
		return err
	}
	if os.Getenv("DROP") != "" && os.Getuid() == 0 {
		if _, err := host.DropPrivileges(65534, 65534, []int{65534}); err != nil {
			return err
		}
	}
	for range 2 {
		msgs, err := host.RaiseLimits(minfds, minprocs)
		fmt.Printf("%q\n", msgs)
		if err != nil {
			return err
		}
	}
	sh := exec.Command("sh", "-c", "ulimit -Sn; ulimit -Hn; awk '/^Max processes/{print $3}' /proc/self/limits")
	out, err := sh.Output()
	fmt.Print(string(out))
	return err
}

// The limits a child gets are those Python's daemon would give it.
func TestRaiseLimits(t *testing.T) {
	const procs = 90000 // high enough to leave everybody else on the machine in peace
	tests := map[string]struct {
		soft, hard, softProcs int
		minfds, minprocs      int
		want                  []string
	}{
		"enough": {
			500, 900, procs, 400, procs,
			[]string{`[]`, `[]`, "500", "900", "90000"},
		},
		"just enough": {
			500, 900, procs, 500, 200,
			[]string{`[]`, `[]`, "500", "900", "90000"},
		},
		"too few files": {
			200, 900, procs, 500, 200,
			[]string{`["Increased RLIMIT_NOFILE limit to 500"]`, `[]`, "500", "900", "90000"},
		},
		"one below the hard limit": {
			200, 900, procs, 899, 200,
			[]string{`["Increased RLIMIT_NOFILE limit to 899"]`, `[]`, "900", "900", "90000"},
		},
		"soft limit one below the hard limit": {
			899, 900, procs, 800, 200,
			[]string{`[]`, `[]`, "899", "900", "90000"},
		},
		"too few processes": {
			500, 900, procs - 10, 400, procs - 5,
			[]string{`["Increased RLIMIT_NPROC limit to 89995"]`, `[]`, "500", "900", "89995"},
		},
		"files out of reach": {
			200, 300, procs, 500, 200,
			[]string{`[]`, `error: The minimum number of file descriptors required to run this process is 500 as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open 300 file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.`},
		},
		"processes out of reach": {
			500, 900, procs, 400, procs + 1,
			[]string{`[]`, `error: The minimum number of available processes required to run this program is 90001 as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open 90000 processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.`},
		},
		"nothing asked": {
			200, 900, procs, 0, -1,
			[]string{`[]`, `[]`, "200", "900", "90000"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now unix.Rlimit
			if err := unix.Getrlimit(unix.RLIMIT_NPROC, &now); err != nil {
				t.Fatal(err)
			}
			if now.Max < procs {
				t.Skipf("only %d processes are allowed here", now.Max)
			}
			// The shell sets the limits, and the limit on processes too, which sh lacks.
			script := fmt.Sprintf("ulimit -Sn %d; ulimit -Hn %d; ulimit -Su %d; ulimit -Hu %d; exec \"$0\"",
				test.soft, test.hard, test.softProcs, procs)
			cmd := command(t, "limits", "bash", "-c", script, self(t))
			cmd.Env = append(cmd.Env, fmt.Sprint("MINFDS=", test.minfds), fmt.Sprint("MINPROCS=", test.minprocs))
			// Root may be allowed to raise hard limits.
			if len(test.want) == 2 {
				cmd.Env = append(cmd.Env, "DROP=1")
			}
			if diff := cmp.Diff(test.want, output(t, cmd)); diff != "" {
				t.Errorf("messages and limits of a child (-want +got):\n%s", diff)
			}
		})
	}
}

// Without RaiseLimits Go gives a child the limit that we were started with; a test of
// what openFilesOfChildren relies on.
func TestGoGivesChildrenTheFirstLimit(t *testing.T) {
	var own syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &own); err != nil {
		t.Fatal(err)
	}
	script := `ulimit -Sn 321; exec "$0"`
	cmd := command(t, "place", "sh", "-c", script, self(t))
	cmd.Env = append(cmd.Env, "RUN=ulimit -Sn; ulimit -Hn")
	hard := fmt.Sprint(own.Max)
	if diff := cmp.Diff([]string{"321", hard}, output(t, cmd)); diff != "" {
		t.Errorf("limits of a child (-want +got):\n%s", diff)
	}
}
