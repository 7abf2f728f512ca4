package host_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/host"
	"supervisord/internal/testenv"
)

// playProgram is a daemon as main would build it. CASE says how its start goes.
func playProgram() error {
	ready, isDaemon := host.DaemonChild()
	if !isDaemon {
		code, err := host.Daemonize(os.Args, os.Environ())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(code)
	}
	time.AfterFunc(2*testenv.Patience, func() { os.Exit(9) }) // a failed test leaves nothing behind
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	switch os.Getenv("CASE") {
	case "serves":
		inherits := slices.ContainsFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "SUPERVISORD_") })
		_, again := host.DaemonChild()
		leaks := exec.Command("readlink", "/proc/self/fd/3").Run() == nil
		fmt.Println(os.Getpid(), os.Args[1:], inherits, again, leaks)
		if err := ready.Ready(); err != nil {
			return err
		}
		<-signals
	case "fails":
		fmt.Fprintln(os.Stderr, "Error: no such option")
		os.Exit(2)
	case "dies":
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "closes":
		// A daemon that lives but can never become ready.
		if err := syscall.Close(3); err != nil {
			return err
		}
		<-signals
	case "waits":
		fmt.Println("waiting")
		fmt.Println(<-signals)
		os.Exit(7)
	default: // ends without a word
	}
	return nil
}

// daemon is a process that is not our child, but that we have to end.
type daemon struct {
	pid, fd int
}

func openDaemon(t *testing.T, pid int) daemon {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) // it has ended if all went well
		_ = unix.Close(fd)
	})
	return daemon{pid, fd}
}

// end asks the daemon to end and waits until it has.
func (d daemon) end(t *testing.T) {
	t.Helper()
	if err := unix.PidfdSendSignal(d.fd, unix.SIGTERM, nil, 0); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}}, int(testenv.Patience.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n != 1 {
			t.Errorf("the daemon has not ended: %v", err)
		}
		return
	}
}

// A shell that captures the output of `supervisord -d` gets its prompt back, and the
// daemon holds nothing of it.
func TestDaemonizeLetsGoOfTheCaller(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	cmd := command(t, "program", "sh", "-c", `out=$("$0" -d "two words" 2>&1); echo "$? $out"`, self(t))
	cmd.Env = append(cmd.Env, "CASE=serves")
	cmd.ExtraFiles = []*os.File{w, w, w}
	out := strings.Join(output(t, cmd), "\n")
	var exitCode, pid int
	if _, err := fmt.Sscan(out, &exitCode, &pid); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	d := openDaemon(t, pid)
	want := fmt.Sprintf("0 %d [-d two words] false false false", pid)
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("exit code, pid, arguments; mark in the environment, child again, pipe inherited (-want +got):\n%s", diff)
	}
	wantFiles := []string{"/dev/null", "/dev/null", "/dev/null"}
	if diff := cmp.Diff(wantFiles, openFiles(t, pid)); diff != "" {
		t.Errorf("descriptors of the daemon (-want +got):\n%s", diff)
	}
	session, err := unix.Getsid(pid)
	if err != nil || session != pid {
		t.Errorf("session %d, %v; want its own, %d", session, err, pid)
	}
	d.end(t)
}

// openFiles lists what the process has open, except what Go's runtime needs for itself.
func openFiles(t *testing.T, pid int) []string {
	t.Helper()
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/sys/fs/cgroup/") {
			files = append(files, target)
		}
	}
	return files
}

func TestDaemonizeReportsAFailedStart(t *testing.T) {
	type result struct {
		ExitCode int
		Stderr   string
	}
	for name, want := range map[string]result{
		"fails":  {2, "Error: no such option\n"},
		"ends":   {1, "daemonize: ended before it was ready\n"},
		"dies":   {137, "daemonize: ended by SIGKILL before it was ready\n"},
		"closes": {1, "daemonize: ended before it was ready\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, "program", self(t))
			cmd.Env = append(cmd.Env, "CASE="+name)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if _, ok := errors.AsType[*exec.ExitError](cmd.Run()); !ok {
				t.Error("the start did not fail")
			}
			got := result{cmd.ProcessState.ExitCode(), stderr.String()}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDaemonizePassesSignalsOn(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(unix.SignalName(sig), func(t *testing.T) {
			t.Parallel()
			cmd := command(t, "program", self(t))
			cmd.Env = append(cmd.Env, "CASE=waits")
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
				got = append(got, scanner.Text())
				if len(got) > 1 {
					continue
				}
				if err := cmd.Process.Signal(sig); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff([]string{"waiting", sig.String()}, got); diff != "" {
				t.Errorf("the daemon says (-want +got):\n%s", diff)
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 7 {
				t.Errorf("exit code %d, %v; want that of the daemon, 7", cmd.ProcessState.ExitCode(), err)
			}
		})
	}
}

// A caller that was killed does not leave a daemon behind that nobody knows of.
func TestDaemonGivesUpWithoutItsCaller(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cmd := command(t, "program", self(t))
	cmd.Env = append(cmd.Env, "CASE=serves", "SUPERVISORD_DAEMON_PIPE=3")
	cmd.ExtraFiles = []*os.File{w}
	out := strings.Join(output(t, cmd), "\n")
	if want := fmt.Sprintf("%d [] false false false", cmd.Process.Pid); out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestDaemonChildIgnoresAForeignMark(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	other := fmt.Sprint(file.Fd())
	for _, mark := range []string{"", "x", "1", "-1", "99999", "99999999999999999999", other} {
		t.Setenv("SUPERVISORD_DAEMON_PIPE", mark)
		if _, ok := host.DaemonChild(); ok {
			t.Errorf("mark %q was believed", mark)
		}
	}
}
