package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// threadsThatFork returns those threads of the daemon that have descriptors of their own:
// far fewer than the others.
func (d *daemon) threadsThatFork() (tids []int) {
	d.t.Helper()
	count := func(dir string) int {
		entries, err := os.ReadDir(filepath.Join(dir, "fd"))
		if err != nil {
			return -1 // the thread has ended
		}
		return len(entries)
	}
	process := fmt.Sprintf("/proc/%d", d.pid())
	tasks, err := os.ReadDir(process + "/task")
	if err != nil {
		d.t.Fatal(err)
	}
	for _, task := range tasks {
		if n := count(filepath.Join(process, "task", task.Name())); n >= 0 && n < count(process)/2 {
			tid, err := strconv.Atoi(task.Name())
			if err != nil {
				d.t.Fatal(err)
			}
			tids = append(tids, tid)
		}
	}
	return tids
}

// What the runtime has to say when a thread crashes that has descriptors of its own is
// seen all the same.
func TestThreadsThatForkTellOfACrash(t *testing.T) {
	t.Parallel()
	var programs []string
	for i := range 10 {
		programs = append(programs, program(fmt.Sprint("p", i), "/bin/sleep 1000", "startsecs=0"))
	}
	s := newSite(t, programs...)
	d := s.start()
	if numberOf(t, d.pid(), "Seccomp") != 0 {
		t.Skip("with a filter of system calls no thread has descriptors of its own")
	}
	s.allRun()
	for i := range d.threadsThatFork() {
		if err := unix.Tgkill(d.pid(), d.threadsThatFork()[i], unix.SIGABRT); err != nil {
			t.Fatal(err)
		}
		d.awaitExit()
		if text := readFile(t, d.stderr); !strings.Contains(text, "SIGABRT") {
			t.Errorf("thread %d of those that fork: %v, and stderr says\n%s", i, d.cmd.ProcessState, text)
		}
		d = s.start()
		s.allRun()
	}
	if n := len(d.threadsThatFork()); n != 2 {
		t.Errorf("%d threads fork", n)
	}
}
