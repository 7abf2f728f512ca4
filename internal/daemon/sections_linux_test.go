package daemon_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
)

// inet is the section of a TCP server.
func inet(name, address string, options ...string) string {
	return lines(append([]string{"[inet_http_server" + name + "]", "port=" + address}, options...)...)
}

// at returns a client of a server of the site.
func (s *site) at(url string) *client.Client {
	s.t.Helper()
	c, err := client.New(client.Options{ServerURL: url, Timeout: bound})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// answers reports whether a server answers at an address.
func (s *site) answers(address string) bool {
	_, err := s.at("http://" + address).Supervisor(s.t.Context())
	return err == nil
}

// updateBy updates everything and returns what became of the sections, in short.
func (s *site) updateBy(api *client.Client) []string {
	s.t.Helper()
	plan, err := api.Update(s.t.Context(), nil)
	if err != nil {
		s.t.Fatalf("update: %v\n%s", err, s.log())
	}
	return short(plan)
}

func short(plan client.Plan) (sections []string) {
	for _, sec := range plan.Sections {
		words := sec.Name + " " + string(sec.Fate)
		for _, c := range sec.Changes {
			words += fmt.Sprintf(" %s:%s->%s(%s)", c.Option, c.Old, c.New, c.Takes)
		}
		sections = append(sections, words+sec.Problem)
	}
	return sections
}

// files returns what the daemon has open, as far as it has a name.
func (d *daemon) files() (names []string) {
	d.t.Helper()
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", d.pid())) // the pattern is good
	for _, link := range links {
		if name, err := os.Readlink(link); err == nil { // or it has just been closed
			names = append(names, name)
		}
	}
	return names
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// inodes returns the numbers that the kernel has for the sockets that listen at a path.
func inodes(t *testing.T, path string) (numbers []string) {
	t.Helper()
	for line := range strings.Lines(readFile(t, "/proc/net/unix")) {
		if f := strings.Fields(line); len(f) == 8 && strings.HasPrefix(f[7], path) { // bound as path.pid
			numbers = append(numbers, f[6])
		}
	}
	return numbers
}

// connection is an HTTP connection that is used for one request after the other.
type connection struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func connect(t *testing.T, address string) *connection {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &connection{t, conn, bufio.NewReader(conn)}
}

// status returns the status of a request with a password.
func (c *connection) status(password string) int {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://x/", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.SetBasicAuth("me", password)
	if err := r.Write(c.conn); err != nil {
		c.t.Fatal(err)
	}
	answer, err := http.ReadResponse(c.in, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := bufio.NewReader(answer.Body).WriteTo(new(strings.Builder)); err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode
}

// A new password holds from the next request on, also on a connection that is open; no
// socket is closed for it.
func TestPasswordChangesOnOpenConnections(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	s := newSite(t, inet("", address, "username=me", "password=old"))
	s.start()
	c, sockets := connect(t, address), inodes(t, s.path("s.sock"))
	before := []int{c.status("old"), c.status("new")}
	s.configure(inet("", address, "username=me", "password=new"))
	same(t, "update", []string{"inet_http_server changed password:*****->*****(live)"}, s.updateBy(s.api))
	after := []int{c.status("old"), c.status("new")}
	if d := cmp.Diff([][]int{{404, 401}, {401, 404}}, [][]int{before, after}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff(sockets, inodes(t, s.path("s.sock"))); d != "" || len(sockets) == 0 {
		t.Errorf("the other socket is another one: %s", d)
	}
	s.configure(inet("", address))
	same(t, "without", []string{"inet_http_server changed username:me->(live) password:*****->(live)"}, s.updateBy(s.api))
	if got := c.status("any"); got != 404 {
		t.Errorf("without a password: status %d", got)
	}
	s.awaitLog("CRIT Server 'inet_http_server' running without any HTTP authentication checking")
	same(t, "again", nil, s.updateBy(s.api))
}

// Servers come, go and move. The request that moves its own server is answered, and who
// follows a log through another server does not notice.
func TestServersComeGoAndMove(t *testing.T) {
	t.Parallel()
	first, second, third := freeAddress(t), freeAddress(t), freeAddress(t)
	s := newSite(t, program("web", "/bin/cat", "startsecs=0"), inet("", first))
	s.start()
	pid := s.await("web", client.Running).PID
	chunks, err := s.api.FollowLog(t.Context(), client.LogName{Of: client.ParseSelector("web")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		text := ""
		for chunk, err := range chunks {
			if text += string(chunk); err != nil || strings.HasSuffix(text, "end\n") {
				break
			}
		}
		got <- text
	}()
	web := program("web", "/bin/cat", "startsecs=0")
	s.configure(web, inet("", second), inet(":more", third), lines("[unix_http_server:b]", "file=DIR/b.sock"))
	same(t, "move", []string{
		"unix_http_server:b added", "inet_http_server changed port:" + first + "->" + second + "(live)", "inet_http_server:more added",
	}, s.updateBy(s.at("http://"+first)))
	if !s.answers(second) || !s.answers(third) {
		t.Error("the new servers do not answer")
	}
	s.until("the old address is free", func() bool {
		l, err := net.Listen("tcp", first)
		if err == nil {
			_ = l.Close()
		}
		return err == nil
	})
	s.configure(web, inet(":more", second)) // the other section takes the socket over
	same(t, "remove", []string{
		"unix_http_server:b removed", "inet_http_server:more changed port:" + third + "->" + second + "(live)", "inet_http_server removed",
	}, s.updateBy(s.api))
	s.until("what is removed is gone", func() bool { return !s.answers(third) && !exists(s.path("b.sock")) })
	if !s.answers(second) {
		t.Error("the server that was kept does not answer")
	}
	if err := s.api.WriteStdin(t.Context(), client.ParseSelector("web"), "end\n"); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "end\n" {
		t.Errorf("followed %q", text)
	}
	if now := s.info("web").PID; now != pid {
		t.Errorf("web has pid %d, had %d", now, pid)
	}
	if n := s.count("did not close in order|left behind"); n > 0 {
		t.Errorf("the log complains:\n%s", s.log())
	}
}

// If one server cannot be opened nothing is changed at all, and why is told.
func TestPortInUseChangesNothing(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(freeAddress(t))
	old := inet("", "127.0.0.1:"+port, "username=me", "password=old")
	s := newSite(t, program("web", "/bin/sleep 1000"), old)
	d := s.start()
	pid := s.await("web", client.Running).PID
	before := readFile(t, s.path("s.conf"))
	s.main = []string{"loglevel=debug", "logfile=DIR/other.log"}
	// *:port needs the place of 127.0.0.1:port, which has to be given back.
	s.configure(program("new", "/bin/sleep 1000"), inet("", "*:"+port, "username=me", "password=new"),
		lines("[unix_http_server:b]", "file=DIR/b.sock"), inet(":x", taken.Addr().String()))
	_, err = s.api.Update(t.Context(), nil)
	if f, ok := errors.AsType[*client.Fault](err); !ok || f.Code != client.CantReread || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("update: %v", err)
	}
	if open := d.files(); slices.Contains(open, s.path("other.log")) || !slices.Contains(open, s.path("s.log")) {
		t.Errorf("the daemon has open %q", open)
	}
	c := connect(t, "127.0.0.1:"+port)
	if d := cmp.Diff([]int{404, 401}, []int{c.status("old"), c.status("new")}); d != "" {
		t.Errorf("the old server (-want +got):\n%s", d)
	}
	if now := s.info("web").PID; now != pid || exists(s.path("b.sock")) {
		t.Errorf("web has pid %d, had %d; b.sock exists: %v", now, pid, exists(s.path("b.sock")))
	}
	if _, err := s.api.Status(t.Context(), client.ParseSelector("new")); err == nil {
		t.Error("there is a new program")
	}
	writeFile(t, s.path("s.conf"), before)
	if plan, err := s.api.Plan(t.Context()); err != nil || len(plan.Sections)+len(plan.Groups) > 0 {
		t.Errorf("%+v, %v", plan, err)
	}
	writeFile(t, s.path("s.conf"), strings.Replace(before, "127.0.0.1:", "*:", 1))
	same(t, "wider", []string{"inet_http_server changed port:127.0.0.1:" + port + "->*:" + port + "(live)"}, s.updateBy(s.api))
	if got := connect(t, "127.0.0.2:"+port).status("old"); got != 404 {
		t.Errorf("status %d at another address", got)
	}
}

// The log goes elsewhere and says more or less at once; the size at which it is rotated
// changes too.
func TestLogChangesLive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	s.main = []string{"loglevel=debug", "logfile=DIR/other.log", "log_format=json", "childlogdir=/tmp"}
	s.configure()
	same(t, "update", []string{"supervisord changed logfile:" + s.path("s.log") + "->" + s.path("other.log") +
		"(live) log_format:text->json(live) loglevel:info->debug(live) childlogdir:" + s.dir + "->/tmp(next start)"}, s.updateBy(s.api))
	const first = `"level":"info","msg":"[supervisord] changed"`
	s.until("the new log begins", func() bool { return strings.Contains(readFile(t, s.path("other.log")), first) })
	if text := readFile(t, s.path("s.log")); strings.Contains(text, "changed") {
		t.Errorf("the old log: %s", text)
	}
	s.until("requests are logged", func() bool { return strings.Contains(readFile(t, s.path("other.log")), `"method":"POST"`) })
	text, err := s.api.ReadLog(t.Context(), client.LogName{Main: true}, 0, 10)
	if err != nil || !strings.HasPrefix(string(text), `{"time":"`) {
		t.Errorf("the main log begins with %q, %v", text, err)
	}
	s.main = append(s.main, "logfile_maxbytes=2KB", "logfile_backups=2")
	s.configure()
	s.updateBy(s.api)
	s.until("the log is rotated", func() bool { return s.serves() && exists(s.path("other.log.2")) })
}

// What takes a restart of the daemon is told every time, and not done.
func TestWhatTakesARestartOfTheDaemonWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start()
	s.main = []string{"pidfile=DIR/other.pid", "identifier=other"}
	s.configure()
	want := []string{"supervisord changed pidfile:" + s.path("s.pid") + "->" + s.path("other.pid") +
		"(daemon restart) identifier:supervisor->other(daemon restart)"}
	same(t, "first", want, s.updateBy(s.api))
	same(t, "second", want, s.updateBy(s.api))
	s.awaitLog(`WARN \[supervisord\] needs a restart of the daemon: pidfile, identifier`)
	if !exists(s.path("s.pid")) || exists(s.path("other.pid")) {
		t.Error("the pidfile has changed")
	}
	d.send(syscall.SIGHUP)
	s.until("the new pidfile is there", func() bool { return exists(s.path("other.pid")) && s.serves() })
	same(t, "after the restart", nil, s.updateBy(s.api))
}

// The mode of a unix socket changes on its file; logs called AUTO go to a new directory
// from the next start on, and so does the address that programs are told.
func TestSocketAndSurroundingsOfPrograms(t *testing.T) {
	t.Parallel()
	web := program("web", `/bin/sh -c 'echo "$SUPERVISOR_SERVER_URL"; exec sleep 1000'`, "startsecs=0", "stdout_logfile=AUTO")
	s := newSite(t, web, lines("[unix_http_server:b]", "file=DIR/b.sock", "chmod=0700"))
	s.start()
	s.await("web", client.Running)
	if err := os.Mkdir(s.path("logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	sockets := inodes(t, s.path("b.sock"))
	s.main = []string{"childlogdir=DIR/logs"}
	s.configure(web, lines("[unix_http_server:b]", "file=DIR/b.sock", "chmod=0770", "chown=nobody"))
	same(t, "update", []string{
		"supervisord changed childlogdir:" + s.dir + "->" + s.path("logs") + "(next start)",
		"unix_http_server:b changed chmod:0700->0770(live) chown:->nobody(live)",
	}, s.updateBy(s.api))
	if got, want := mode(t, s.path("b.sock")), fs.ModeSocket|0o770; got != want && got != want.Perm() {
		t.Errorf("mode %v, want %v", got, want)
	}
	if d := cmp.Diff(sockets, inodes(t, s.path("b.sock"))); d != "" || len(sockets) == 0 {
		t.Errorf("the socket is another one: %s", d)
	}
	// Without the first server programs are told of the other one.
	text := readFile(t, s.path("s.conf"))
	writeFile(t, s.path("s.conf"), strings.Replace(text, "[unix_http_server]\nfile="+s.path("s.sock"), "", 1))
	s.updateBy(s.api)
	api := s.at("unix://" + s.path("b.sock"))
	s.api = api
	if _, err := api.Stop(t.Context(), client.ParseSelector("web"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if _, err := api.Start(t.Context(), client.ParseSelector("web"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	s.until("web has a log in the new directory", func() bool {
		found, _ := filepath.Glob(s.path("logs/web-stdout*")) // the pattern is good
		return len(found) == 1 && readFile(t, found[0]) == "unix://"+s.path("b.sock")+"\n"
	})
}
