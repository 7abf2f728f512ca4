package startlimit_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host/startlimit"
)

const roleVariable = "STARTLIMIT_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "lower":
		lowerAndExec()
	case "show":
		limit, ok := startlimit.OpenFiles()
		fmt.Print(limit, ok)
		os.Exit(0)
	default:
		os.Exit(m.Run())
	}
}

// lowerAndExec replaces the process by one that is started with a soft limit of 123.
func lowerAndExec() {
	err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 123, Max: 456})
	if err == nil {
		err = syscall.Exec("/proc/self/exe", os.Args, []string{roleVariable + "=show", "GORACE=atexit_sleep_ms=0"})
	}
	fmt.Println(err)
	os.Exit(1)
}

func TestOpenFilesIsTheLimitBeforeGoRaisedIt(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	child, err := os.StartProcess("/proc/self/exe", os.Args[:1], &os.ProcAttr{
		Env:   []string{roleVariable + "=lower"},
		Files: []*os.File{nil, w, os.Stderr},
	})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, 100)
	n, err := r.Read(out)
	if err != nil {
		t.Error(err)
	}
	if _, err := child.Wait(); err != nil {
		t.Error(err)
	}
	want := fmt.Sprint(startlimit.Limit{Soft: 123, Hard: 456}, true)
	if diff := cmp.Diff(want, string(out[:n])); diff != "" {
		t.Errorf("limit at start (-want +got):\n%s", diff)
	}
}
