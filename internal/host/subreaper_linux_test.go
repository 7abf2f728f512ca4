package host_test

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host"
)

// playSubreaper makes an orphan and reaps it.
func playSubreaper() error {
	if err := host.BecomeSubreaper(); err != nil {
		return err
	}
	out, err := exec.Command("sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!").Output()
	if err != nil {
		return err
	}
	orphan, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return err
	}
	if err := syscall.Kill(orphan, syscall.SIGKILL); err != nil {
		return err
	}
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(orphan, &status, 0, nil)
	fmt.Println("reaped:", pid == orphan, status.Signal())
	return err
}

func TestSubreaperGetsOrphans(t *testing.T) {
	want := []string{"reaped: true killed"}
	if diff := cmp.Diff(want, output(t, command(t, "subreaper", self(t)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
