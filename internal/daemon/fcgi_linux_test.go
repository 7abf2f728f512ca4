package daemon_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/testenv"
)

// acceptRole makes the test binary a program that accepts connections on its stdin, one at
// a time, as FastCGI programs do.
const acceptRole = "accept"

func accept(string) error {
	l, err := net.FileListener(os.Stdin)
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		if _, err = fmt.Fprintln(c, os.Getpid()); err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, c) // until the client goes
		_ = c.Close()                 // nothing is expected any more
	}
}

// fcgi is a section of a program that accepts.
func fcgi(name, socket string, options ...string) string {
	return lines(append([]string{
		"[fcgi-program:" + name + "]", "command=" + self(), "environment=" + roleVar + "=" + acceptRole,
		"socket=" + socket, "startsecs=0",
	}, options...)...)
}

// visitor is a connection to a program.
type visitor struct {
	net.Conn
	t *testing.T
}

func visit(t *testing.T, network, address string) visitor {
	t.Helper()
	c, err := net.DialTimeout(network, address, bound)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // the test may have done so
	return visitor{c, t}
}

// pid returns the pid of the process that serves the connection, once one does.
func (v visitor) pid() int {
	v.t.Helper()
	text := make([]byte, 20)
	n, err := v.Read(text)
	if err != nil {
		v.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		v.t.Fatal(err)
	}
	return pid
}

func refused(network, address string) func() bool {
	return func() bool {
		c, err := net.Dial(network, address)
		if err == nil {
			_ = c.Close() // nobody serves it
		}
		return err != nil
	}
}

// look returns type, permissions, owner and group of a file, and nothing if it is not there.
func look(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return ""
	}
	st := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%v %d %d", info.Mode(), st.Uid, st.Gid)
}

// freeAddress returns an address at which nobody listens, and which nobody gets by chance.
func freeAddress(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(t))
}

func TestProcessesOfAnFCGIProgramShareItsSocket(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	s := newSite(t, fcgi("web", "tcp://"+address, "numprocs=2", "process_name=%(process_num)d"))
	s.start()
	want := map[int]bool{}
	for _, name := range []string{"web:0", "web:1"} {
		want[s.await(name, client.Running).PID] = true
	}
	first, second := visit(t, "tcp", address), visit(t, "tcp", address) // none is served after the other
	if d := cmp.Diff(want, map[int]bool{first.pid(): true, second.pid(): true}); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, name := range []string{"web:0", "web:1"} {
		if refused("tcp", address)() {
			t.Errorf("refused while %s runs", name)
		}
		if _, err := s.api.Stop(t.Context(), client.ParseSelector(name), client.WaitDone); err != nil {
			t.Fatal(err)
		}
	}
	s.until("the socket is closed", refused("tcp", address))
	if got := s.count("Creating socket tcp://"+address+"\n") + s.count("Closing socket tcp://"+address+"\n"); got != 2 {
		t.Errorf("opened and closed %d times\n%s", got, s.log())
	}
}

// The process is away for a while; who connects meanwhile waits.
func TestSocketIsKeptWhileTheProgramIsRestarted(t *testing.T) {
	t.Parallel()
	s := newSite(t, fcgi("web", "unix://DIR/web.sock", "restartpause=1", "autorestart=true"))
	s.start()
	before := s.await("web", client.Running).PID
	socket := s.path("web.sock")
	if got := visit(t, "unix", socket).pid(); got != before {
		t.Errorf("served by %d, not by %d", got, before)
	}
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.await("web", client.Exited)
	waiting := visit(t, "unix", socket)
	if now := s.awaitOther("web", before).PID; waiting.pid() != now {
		t.Errorf("not served by %d", now)
	}
	if got := s.count("Creating socket"); got != 1 {
		t.Errorf("opened %d times\n%s", got, s.log())
	}
}

// Descriptor 0 is the socket, so that there is nothing to write to.
func TestStdinOfAnFCGIProgramCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t, fcgi("web", "unix://DIR/web.sock"))
	s.start()
	s.await("web", client.Running)
	err := s.api.WriteStdin(t.Context(), client.ParseSelector("web"), "x")
	if d := cmp.Diff("NO_FILE: web", fmt.Sprint(err)); d != "" {
		t.Error(d)
	}
}

func TestUnixSocketHasItsModeAndOwnerAndGoesWithTheLastProcess(t *testing.T) {
	needRoot(t)
	t.Parallel()
	s := newSite(t, fcgi("own", "unix://DIR/own.sock", "socket_mode=0660", "socket_owner=nobody:daemon"),
		lines("[fcgi-program:user]", "command=/bin/sleep 1000", "startsecs=0", "socket=unix://DIR/user.sock", "user=nobody"), fcgi("plain", "unix://DIR/plain.sock"))
	s.start()
	want := map[string]string{"own": "Srw-rw---- 65534 1", "user": "Srwx------ 65534 65534", "plain": "Srwx------ 0 0"}
	got := map[string]string{}
	for name := range want {
		s.await(name, client.Running)
		got[name] = look(s.path(name + ".sock"))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("own"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	s.until("the socket is removed", func() bool { return !exists(s.path("own.sock")) })
	if _, err := s.api.Start(t.Context(), client.ParseSelector("own"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if got := visit(t, "unix", s.path("own.sock")).pid(); got != s.info("own").PID {
		t.Errorf("after a new start it is served by %d", got)
	}
}

// Python's daemon ends, or answers with HTTP 500, when a socket cannot be opened; it
// removes whatever has its name.
func TestSocketThatCannotBeOpenedFailsTheStartAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, fcgi("file", "unix://DIR/precious", "startretries=0"), fcgi("dir", "unix://DIR/no/dir.sock", "startretries=1"),
		fcgi("live", "unix://DIR/live.sock", "startretries=0"), fcgi("host", "tcp://nosuchhost.invalid:9000", "startretries=0"), program("good", "/bin/sleep 1000", "startsecs=0"))
	writeFile(t, s.path("precious"), "precious")
	l, err := net.Listen("unix", s.path("live.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.start()
	s.await("good", client.Running)
	sorry := "Could not create FastCGI socket unix://" + s.dir
	want := map[string]string{
		"file": sorry + "/precious: " + s.path("precious") + " exists and is no socket (-rw-r--r--); it is left alone: remove it, or choose another path",
		"dir":  sorry + "/no/dir.sock: open " + s.path("no/dir.sock") + ".opening: no such file or directory",
		"live": sorry + "/live.sock: another program is listening there",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = s.await(name, client.Fatal).Description
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if got := s.await("host", client.Fatal).Description; !strings.HasPrefix(got, "Could not create FastCGI socket tcp://nosuchhost.invalid:9000: lookup nosuchhost.invalid") {
		t.Errorf("description: %s", got)
	}
	if d := cmp.Diff("precious", readFile(t, s.path("precious"))); d != "" {
		t.Error(d)
	}
	if err := os.Remove(s.path("precious")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.api.Start(t.Context(), client.ParseSelector("file"), client.WaitDone); err != nil {
		t.Error(err)
	}
	visit(t, "unix", s.path("precious")).pid()
}

// In Python's daemon a program gets no socket in a group.
func TestMembersOfAGroupGetTheirSockets(t *testing.T) {
	t.Parallel()
	s := newSite(t, fcgi("a", "unix://DIR/%(group_name)s.sock"), fcgi("b", "unix://DIR/b.sock"), program("c", "/bin/cat", "startsecs=0"),
		lines("[group:g]", "programs=a,b,c"))
	s.start()
	for name, socket := range map[string]string{"g:a": "g.sock", "g:b": "b.sock"} {
		pid := s.await(name, client.Running).PID
		if got := visit(t, "unix", s.path(socket)).pid(); got != pid {
			t.Errorf("%s is served by %d, not by %d", socket, got, pid)
		}
	}
}

func TestChangedSocketIsOpenedAnew(t *testing.T) {
	t.Parallel()
	kept := fcgi("kept", "unix://DIR/kept.sock")
	s := newSite(t, kept, fcgi("web", "unix://DIR/web.sock", "autorestart=false"))
	d := s.start()
	before := s.await("kept", client.Running).PID
	s.await("web", client.Running)
	s.configure(kept, fcgi("web", "unix://DIR/web2.sock", "socket_mode=0666"))
	s.update("web")
	s.await("web", client.Running)
	if d := cmp.Diff([]string{"", "Srw-rw-rw-"}, []string{look(s.path("web.sock")), strings.Fields(look(s.path("web2.sock")))[0]}); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if got := visit(t, "unix", s.path("kept.sock")).pid(); got != before {
		t.Errorf("the other program is served by %d, not by %d", got, before)
	}
	d.send(syscall.SIGTERM)
	d.awaitExit()
	if exists(s.path("kept.sock")) || exists(s.path("web2.sock")) {
		t.Error("a socket is left behind")
	}
}

// update does what the verb of that name does for one changed group.
func (s *site) update(group string) {
	s.t.Helper()
	diff, err := s.api.Reread(s.t.Context())
	if d := cmp.Diff([]string{group}, diff.Changed); d != "" || err != nil {
		s.t.Fatal(d, err)
	}
	if _, err := s.api.Stop(s.t.Context(), client.ParseSelector(group+":*"), client.WaitDone); err != nil {
		s.t.Fatal(err)
	}
	if err := s.api.RemoveGroup(s.t.Context(), group); err != nil {
		s.t.Fatal(err)
	}
	if err := s.api.AddGroup(s.t.Context(), group); err != nil {
		s.t.Fatal(err)
	}
}
