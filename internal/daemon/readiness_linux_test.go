package daemon_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/client"
)

// notifier compiles the program of testdata/clients/notify.c.
func notifier(t *testing.T) string {
	t.Helper()
	cc := needProgram(t, "gcc")
	path := t.TempDir() + "/notify"
	if out, err := exec.Command(cc, "-Wall", "-Wextra", "-o", path, testdata(t, "clients/notify.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// gates makes fifos in the site.
func (s *site) gates(names ...string) {
	s.t.Helper()
	for _, name := range names {
		if err := syscall.Mkfifo(s.path(name), 0o666); err != nil {
			s.t.Fatal(err)
		}
	}
}

// open lets the program that waits at a gate pass.
func (s *site) open(gate string) {
	s.t.Helper()
	s.until("somebody waits at "+gate, func() bool {
		f, err := os.OpenFile(s.path(gate), os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return false
		}
		_, err = f.WriteString("go\n")
		return f.Close() == nil && err == nil
	})
}

// saysOfItself waits until the description of a process in a phase ends so.
func (s *site) saysOfItself(name string, phase client.Phase, status string) client.Info {
	s.t.Helper()
	var i client.Info
	s.until(name+" is "+phase.String()+" "+status, func() bool {
		i = s.info(name)
		return i.Phase == phase && strings.HasSuffix(i.Description, status)
	})
	return i
}

// A program in C speaks the protocol of sd_notify(3), partly from a grandchild, with what
// nobody knows in between. When it falls silent it is aborted, and starts again.
func TestNotifyOfAProgramInC(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	says := []string{
		"STATUS=loading", "MAINPID=1|FDSTORE=1|X_WHAT=ever", "=|==||READY|READY=2|garbage", "@DIR/a",
		"&", "READY=1|STATUS=serving", "@DIR/b", "RELOADING=1|MONOTONIC_USEC=1|STATUS=reloading", "@DIR/c",
		"READY=1|STATUS=reloaded", "~12", "STATUS=silent", "STOPPING=1", ">DIR/silent", "!",
	}
	s.configure(program("svc", notifier(t)+` "`+strings.Join(says, `" "`)+`"`, "readiness=notify", "watchdog_secs=1500ms", "stopwaitsecs=0", "killasgroup=true"),
		program("web", "/bin/sleep 1000", "depends_on=svc", "startsecs=0"))
	s.gates("a", "b", "c")
	s.start()
	s.saysOfItself("svc", client.Starting, "loading")
	if got := s.info("web"); got.Phase != client.Stopped || got.Description != "waiting for svc: STARTING" {
		t.Errorf("meanwhile web is %s %s", got.Phase, got.Description)
	}
	s.open("a")
	pid := s.saysOfItself("svc", client.Running, " - serving").PID
	s.await("web", client.Running)
	s.open("b")
	s.saysOfItself("svc", client.Running, " - reloading")
	s.open("c")
	s.awaitLog(`hung: svc \(no WATCHDOG=1 within 1.5 seconds \(watchdog_secs\)\)`)
	if !exists(s.path("silent")) {
		t.Errorf("it was not silent yet\n%s", s.log())
	}
	s.awaitLog(`exited: svc \(terminated by SIGABRT.*; not expected\)`)
	if again := s.saysOfItself("svc", client.Starting, "loading"); again.PID == pid {
		t.Errorf("still pid %d", pid)
	}
}

// A program of another user may ask for more time than readiness_timeout allows, also where
// the child is a shell that runs it.
func TestNotifyOfAProgramInPython(t *testing.T) {
	t.Parallel()
	python := needProgram(t, "python3")
	s := newSite(t)
	section := func(name string, options ...string) string {
		says := `"STATUS=long" "EXTEND_TIMEOUT_USEC=60000000" @DIR/` + name + ` "READY=1" @DIR/` + name
		return program(name, `/bin/sh -c '"$@" & wait' sh `+python+" "+testdata(t, "clients/notify.py")+" "+says, append(options, "readiness=notify", "readiness_timeout=3s", "stopasgroup=true", "killasgroup=true")...)
	}
	var user []string
	if os.Getuid() == 0 {
		python = "/usr/bin/python3"
		user = []string{"user=nobody"}
	}
	s.configure(section("svc", user...),
		program("never", "/bin/sleep 1000", "readiness=notify", "readiness_timeout=3s", "startretries=0"))
	s.gates("svc")
	s.start()
	s.await("never", client.Fatal) // after svc would have been, too
	s.saysOfItself("svc", client.Starting, "long")
	s.open("svc")
	s.await("svc", client.Running)
	if n := s.count("spawned: 'svc'"); n != 1 {
		t.Errorf("started %d times\n%s", n, s.log())
	}
	if got := s.info("never").Description; got != "Not ready within 3s (readiness_timeout)" {
		t.Errorf("never: %s", got)
	}
}

// Debian's systemd-notify, which waits until its message has been read.
func TestNotifyOfSystemdNotify(t *testing.T) {
	t.Parallel()
	notify := needProgram(t, "systemd-notify")
	s := newSite(t, program("svc", `/bin/sh -c '`+notify+` --ready --status="up and well" && exec sleep 1000'`, "readiness=notify"))
	s.start()
	s.saysOfItself("svc", client.Running, " - up and well")
}

// Programs of s6's kind write a newline to a descriptor. Closing it is no newline.
func TestDescriptorOfProgramsOfS6(t *testing.T) {
	t.Parallel()
	s6log := needProgram(t, "s6-log")
	s := newSite(t,
		program("s6", `/bin/sh -c 'sleep 0.2; echo >&3; exec sleep 100'`, "readiness=fd:3"),
		program("log", s6log+" -d 5 T DIR/log", "readiness=fd:5", "depends_on=s6"),
		program("after", "/bin/sleep 1000", "depends_on=s6, log", "startsecs=0"),
		program("closes", `/bin/sh -c 'exec 3>&-; exec sleep 100'`, "readiness=fd:3", "readiness_timeout=700ms", "startretries=0"))
	s.start()
	s.await("after", client.Running)
	s.awaitLog(`spawned: 's6'(?s:.*)success: s6 entered RUNNING state, it is ready(?s:.*)success: log entered RUNNING state, it is ready(?s:.*)spawned: 'after'`)
	if got := s.await("closes", client.Fatal).Description; got != "Not ready within 700ms (readiness_timeout)" {
		t.Errorf("closes: %s", got)
	}
}

// port is a socket that has an address, where it refuses connections until it listens.
type port int

func bindPort(t *testing.T) port {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	return port(fd)
}

func (p port) address(t *testing.T) string {
	t.Helper()
	a, err := unix.Getsockname(int(p))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", a.(*unix.SockaddrInet4).Port)
}

// Programs that say nothing are asked, or their output is read.
func TestReadinessFromOutside(t *testing.T) {
	t.Parallel()
	var well atomic.Bool
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !well.Load() || r.URL.Path != "/health" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer page.Close()
	port := bindPort(t)
	s := newSite(t)
	sleeper := func(name, readiness string, options ...string) string {
		return program(name, "/bin/sleep 1000", append(options, "readiness="+readiness)...)
	}
	s.configure(
		sleeper("tcp", "tcp:"+port.address(t)), sleeper("http", "http:"+strings.TrimPrefix(page.URL, "http:")+"/health"), sleeper("exec", "exec:test -e DIR/up"),
		program("log", `/bin/sh -c 'echo starting; read go <DIR/gate; echo listening on :80; exec sleep 1000'`, `readiness=log:^listening on :[0-9]+$`),
		program("web", "/bin/sleep 1000", "depends_on=tcp, http, exec, log", "startsecs=0"),
		sleeper("sick", "http:"+strings.TrimPrefix(page.URL, "http:")+"/no", "readiness_timeout=500ms", "startretries=1"),
		program("needy", "/bin/sleep 1000", "depends_on=sick", "startsecs=0"),
	)
	s.gates("gate")
	s.start()
	const reason = "Not ready within 500ms (readiness_timeout)"
	s.saysOfItself("needy", client.Stopped, "waiting for sick: BACKOFF ("+reason+")")
	s.saysOfItself("needy", client.Stopped, "waiting for sick: FATAL ("+reason+")")
	if got := s.info("sick").Description; got != reason {
		t.Errorf("sick: %s", got)
	}
	got := map[string]string{}
	for _, name := range []string{"tcp", "http", "exec", "log", "web"} {
		got[name] = s.info(name).Phase.String()
	}
	want := map[string]string{"tcp": "STARTING", "http": "STARTING", "exec": "STARTING", "log": "STARTING", "web": "STOPPED"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("before they are up: -want +got\n%s", d)
	}
	if err := unix.Listen(int(port), 1); err != nil {
		t.Fatal(err)
	}
	s.await("tcp", client.Running)
	well.Store(true)
	s.await("http", client.Running)
	writeFile(t, s.path("up"), "")
	s.await("exec", client.Running)
	if got := s.info("web").Description; got != "waiting for log: STARTING" {
		t.Errorf("web: %s", got)
	}
	s.open("gate")
	s.await("web", client.Running)
}
