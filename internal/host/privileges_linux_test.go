package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host"
)

// playUser becomes another user with several threads running, shows who each of them is
// then, and tries to come back.
func playUser() error {
	const threads = 4
	var running sync.WaitGroup
	running.Add(threads)
	for range threads {
		go func() {
			runtime.LockOSThread()
			running.Done()
			select {}
		}()
	}
	running.Wait()
	msg, err := host.DropPrivileges(65534, 65533, []int{65533, 4242})
	fmt.Println(msg)
	if err != nil {
		return err
	}
	if err := showThreads(threads); err != nil {
		return err
	}
	fmt.Println("setuid:", syscall.Setuid(0))
	fmt.Println("setresuid:", syscall.Setresuid(-1, 0, -1))
	fmt.Println("setgid:", syscall.Setgid(0))
	fmt.Println("setgroups:", syscall.Setgroups([]int{0}))
	msg, err = host.DropPrivileges(65534, 65533, nil)
	fmt.Println("same user:", msg, err)
	_, err = host.DropPrivileges(0, 0, nil)
	return err
}

// showThreads prints each different identity that a thread of the process has.
func showThreads(atLeast int) error {
	files, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil {
		return err
	}
	if len(files) < atLeast {
		return fmt.Errorf("only %d threads", len(files))
	}
	seen := map[string]bool{}
	for _, file := range files {
		status, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")
			switch name {
			case "Uid", "Gid", "Groups", "CapPrm", "CapEff":
				identity := name + " " + strings.Join(strings.Fields(value), " ")
				if !seen[identity] {
					fmt.Println(identity)
				}
				seen[identity] = true
			default: // of no interest
			}
		}
	}
	return nil
}

func TestDropPrivilegesIsForAllThreadsAndForGood(t *testing.T) {
	needRoot(t)
	want := []string{
		"Set uid to user 65534 succeeded",
		"Uid 65534 65534 65534 65534",
		"Gid 65533 65533 65533 65533",
		"Groups 4242 65533",
		"CapPrm 0000000000000000",
		"CapEff 0000000000000000",
		"setuid: operation not permitted",
		"setresuid: operation not permitted",
		"setgid: operation not permitted",
		"setgroups: operation not permitted",
		"same user: Set uid to user 65534 succeeded <nil>",
		"error: Can't drop privilege as nonroot user",
	}
	if diff := cmp.Diff(want, output(t, command(t, "user", self(t)))); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
}
