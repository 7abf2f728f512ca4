package host_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host"
)

// playPlace sets umask and directory if asked to, and runs a shell.
func playPlace() error {
	if dir := os.Getenv("DIR"); dir != "" {
		before, err := host.Umask(0o077)
		fmt.Println("umask before:", before, err)
		msg, err := host.Chdir(dir)
		fmt.Println(msg, err)
	}
	sh := exec.Command("sh", "-c", os.Getenv("RUN"))
	sh.Stdout, sh.Stderr = os.Stdout, os.Stderr
	return sh.Run()
}

func TestUmaskAndChdirReachPrograms(t *testing.T) {
	cmd := command(t, "place", "sh", "-c", `umask 027; exec "$0"`, self(t))
	cmd.Env = append(cmd.Env, "DIR=/usr", "RUN=umask; /bin/pwd")
	want := []string{
		"umask before: -----w-rwx <nil>",
		"set current directory: '/usr' <nil>",
		"0077",
		"/usr",
	}
	if diff := cmp.Diff(want, output(t, cmd)); diff != "" {
		t.Errorf("place of a program (-want +got):\n%s", diff)
	}
}

func TestChdirNamesTheDirectory(t *testing.T) {
	_, err := host.Chdir("/nonexistent/dir")
	want := "can't chdir into '/nonexistent/dir': no such file or directory"
	if err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}
