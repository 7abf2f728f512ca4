package daemon_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"supervisord/client"
)

// smallDisk mounts a file system of 64 KiB at a directory of the site.
func (s *site) smallDisk(name string) {
	s.t.Helper()
	needRoot(s.t)
	path := s.path(name)
	if err := os.Mkdir(path, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", path, "tmpfs", 0, "size=64k"); err != nil {
		missing(s.t, "needs to mount a tmpfs: "+err.Error())
	}
	// After the daemon has been killed; lazily, since others may still look at it.
	s.t.Cleanup(func() {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			s.t.Error(err)
		}
	})
}

func TestFullDiskIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("cat", "/bin/cat", "startsecs=0", "stdout_logfile=DIR/disk/cat.log", "stdout_logfile_maxbytes=0"))
	s.smallDisk("disk")
	s.start()
	s.await("cat", client.Running)
	say := func(text string) {
		if err := s.api.WriteStdin(t.Context(), client.ParseSelector("cat"), text); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		say(strings.Repeat("x", 32<<10))
	}
	s.awaitLog(`ERRO .*write DIR/disk/cat\.log: no space left on device`)
	say("lost\n")
	if got := s.info("cat").Phase; got != client.Running {
		t.Errorf("the program is %v", got)
	}
	if err := os.Truncate(s.path("disk/cat.log"), 0); err != nil {
		t.Fatal(err)
	}
	say("space again\n")
	s.until("the new line is in the log", func() bool { return strings.HasSuffix(readFile(t, s.path("disk/cat.log")), "space again\n") })
	s.awaitLog(`WARN log file DIR/disk/cat\.log is written again, \d+ bytes were lost`)
}

func TestFullDiskUnderTheDaemonsOwnLogIsSurvived(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.smallDisk("disk")
	s.main = []string{"logfile=DIR/disk/s.log"}
	s.configure(program("a", "/bin/sleep 1000", "startsecs=0", "stdout_logfile=NONE", "stderr_logfile=NONE"))
	d := s.start()
	s.await("a", client.Running)
	writeUntilFull(t, s.path("disk/fill"))
	restart := func() {
		if _, err := s.api.Stop(t.Context(), client.All(), client.WaitDone); err != nil {
			t.Fatal(err)
		}
		if _, err := s.api.Start(t.Context(), client.All(), client.WaitDone); err != nil {
			t.Fatal(err)
		}
	}
	for range 60 { // more than is left in the last page of the log
		restart()
	}
	if err := os.Remove(s.path("disk/fill")); err != nil {
		t.Fatal(err)
	}
	before := strings.Count(readFile(t, s.path("disk/s.log")), "stopped: a")
	restart()
	after := readFile(t, s.path("disk/s.log"))
	if strings.Count(after, "stopped: a") != before+1 {
		t.Errorf("the log did not go on\n%s", after[max(0, len(after)-logTail):])
	}
	d.send(syscall.SIGTERM)
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if out := readFile(t, d.stdout); strings.Count(out, "stopped: a") < 61 {
		t.Error("lines are missing on the standard output, which had space")
	}
}

func writeUntilFull(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
}

func TestLogDirectoryThatVanishesStopsNeitherDaemonNorProgram(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("cat", "/bin/cat", "startsecs=0", "startretries=0", "stdout_logfile=DIR/logs/cat.log"))
	if err := os.Mkdir(s.path("logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	d := s.start()
	before := s.await("cat", client.Running)
	if err := os.RemoveAll(s.path("logs")); err != nil {
		t.Fatal(err)
	}
	cat := client.ParseSelector("cat")
	if err := s.api.WriteStdin(t.Context(), cat, "into the void\n"); err != nil {
		t.Fatal(err)
	}
	d.send(syscall.SIGUSR2)
	s.awaitLog(`ERRO log reopen refused: .*DIR/logs/cat\.log: no such file or directory`)
	if got := s.info("cat"); got.PID != before.PID {
		t.Errorf("%+v", got)
	}
	// Now the program dies. It cannot be started again, and status says why.
	kill(t, before.PID, syscall.SIGKILL)
	got := s.await("cat", client.Fatal)
	want := "unknown error making dispatchers for 'cat': ENOENT (open " + s.path("logs/cat.log") + ": no such file or directory)"
	if got.Description != want {
		t.Errorf("status: %s\nwant: %s", got.Description, want)
	}
	if err := os.Mkdir(s.path("logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.api.Start(t.Context(), cat, client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if err := s.api.WriteStdin(t.Context(), cat, "back\n"); err != nil {
		t.Fatal(err)
	}
	s.awaitOutput("cat", "back\n")
}

func TestRestartWithoutTheDirectoryOfTheDaemonsLogIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := os.Mkdir(s.path("logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.main = []string{"logfile=DIR/logs/s.log"}
	s.configure(program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before := s.await("a", client.Running)
	if err := os.RemoveAll(s.path("logs")); err != nil {
		t.Fatal(err)
	}
	d.send(syscall.SIGHUP)
	s.until("the restart is refused", func() bool { return strings.Contains(readFile(t, d.stdout), "restart refused") })
	if got := s.info("a"); got.PID != before.PID || d.ended() {
		t.Errorf("%+v", got)
	}
}

// A configuration that is good may still not work out: here somebody else has the
// socket. What ran must not be lost for it.
func TestRestartThatCannotOpenItsSocketGoesOnWithTheOldConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before := s.await("a", client.Running)
	text := strings.ReplaceAll(readFile(t, s.path("s.conf")), "/s.sock", "/nosuch/s.sock")
	writeFile(t, s.path("s.conf"), text)
	d.send(syscall.SIGHUP)
	s.awaitOther("a", before.PID)
	if log := readFile(t, s.path("s.log")); !strings.Contains(log, "the old one goes on: ") || !strings.Contains(log, "nosuch") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}
