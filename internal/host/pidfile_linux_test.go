package host_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/host"
)

// playPidfile holds the pidfile until its stdin ends, and removes it then.
func playPidfile() error {
	p, err := host.CreatePidfile(os.Getenv("PIDFILE"))
	if err != nil {
		return err
	}
	fmt.Println("held")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return p.Remove()
}

// hold starts a process that holds the pidfile until its stdin is closed.
func hold(t *testing.T, path string) (holder *exec.Cmd, stdin io.Closer) {
	t.Helper()
	holder = command(t, "pidfile", self(t))
	holder.Env = append(holder.Env, "PIDFILE="+path)
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "held\n" {
		t.Fatalf("holder says %q, %v", line, err)
	}
	return holder, in
}

func wantContent(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got error:\n%v\nwant:\n%s", err, want)
	}
}

func ownLine() string {
	return fmt.Sprintf("%d\n", os.Getpid())
}

func TestPidfileLivesAsLongAsTheDaemon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	p, err := host.CreatePidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, ownLine())
	for range 2 {
		if err := p.Remove(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the pidfile is still there: %v", err)
	}
}

func TestPidfileOfALiveDaemonIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	holder, stdin := hold(t, path)
	_, err := host.CreatePidfile(path)
	wantError(t, err, fmt.Sprintf("pidfile %s: another supervisord (pid %d) is running with it", path, holder.Process.Pid))
	wantContent(t, path, fmt.Sprintf("%d\n", holder.Process.Pid))
	stdin.Close()
	if err := holder.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := host.CreatePidfile(path); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestPidfileOfACrashedDaemonIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	if err := os.WriteFile(path, []byte("99999999 and more than we write\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	holder, _ := hold(t, path)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := holder.Wait(); err == nil {
		t.Fatal("the holder was not killed")
	}
	wantContent(t, path, fmt.Sprintf("%d\n", holder.Process.Pid))
	p, err := host.CreatePidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Remove() }() // what is left goes with the directory
	wantContent(t, path, ownLine())
}

func TestPidfileOfAnotherDaemonIsNotRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	p, err := host.CreatePidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	// An administrator has removed ours, and another daemon has started.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := host.CreatePidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Remove() }() // what is left goes with the directory
	if err := p.Remove(); err != nil {
		t.Error(err)
	}
	wantContent(t, path, ownLine())
}

func TestPidfileIsNotInherited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	p, err := host.CreatePidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Remove() }() // what is left goes with the directory
	out, err := exec.CommandContext(t.Context(), "ls", "-l", "/proc/self/fd").Output()
	if err != nil || strings.Contains(string(out), path) {
		t.Errorf("descriptors of a program: %v\n%s", err, out)
	}
}

func TestPidfileTouchesOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	victim := in("victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", in("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for _, err := range []error{
		os.Symlink(victim, in("link")),
		os.Symlink(in("nowhere"), in("dangling")),
		syscall.Mkfifo(in("fifo"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		dir:            "is a directory, not a regular file",
		in("link"):     "is a symbolic link, not a regular file",
		in("dangling"): "is a symbolic link, not a regular file",
		in("fifo"):     "is a named pipe, not a regular file",
		in("socket"):   "is a socket, not a regular file",
		in("no/s.pid"): "no such file or directory",
	} {
		_, err := host.CreatePidfile(path)
		wantError(t, err, "pidfile "+path+": "+want)
	}
	wantContent(t, victim, "precious")
	if _, err := os.Lstat(in("nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("written through the dangling link: %v", err)
	}
}

func TestPidfileMayBeDevNull(t *testing.T) {
	p, err := host.CreatePidfile(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	second, err := host.CreatePidfile(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*host.Pidfile{p, second} {
		if err := p.Remove(); err != nil {
			t.Error(err)
		}
	}
	info, err := os.Lstat(os.DevNull)
	if err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		t.Fatalf("/dev/null is %v, %v", info, err)
	}
}

// However daemons come and go, no two of them have the pidfile at a time.
func TestPidfileHasOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	var holders, held atomic.Int32
	var daemons sync.WaitGroup
	for range 4 {
		daemons.Go(func() {
			for range 300 {
				p, err := host.CreatePidfile(path)
				if err != nil {
					continue // somebody else has it
				}
				held.Add(1)
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d holders", n)
				}
				holders.Add(-1)
				if err := p.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	daemons.Wait()
	if held.Load() == 0 {
		t.Error("nobody ever had it")
	}
}
