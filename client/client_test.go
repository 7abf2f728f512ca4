package client_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc"
	"supervisord/internal/rpc/rpctest"
)

func newClient(t testing.TB, o client.Options) *client.Client {
	t.Helper()
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts a server on a unix socket and returns a client of it.
func serve(t testing.TB, handler http.Handler) *client.Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
	return newClient(t, client.Options{ServerURL: "unix://" + socket})
}

func serveAPI(t testing.TB, api control.API) *client.Client {
	t.Helper()
	return serve(t, rpc.NewHandler(api, slog.New(slog.DiscardHandler)))
}

// supervisor returns a supervisor with a process of every kind.
func supervisor() *rpctest.Supervisor {
	now := time.Unix(1_800_000_000, 0)
	uid := 33
	return &rpctest.Supervisor{
		Info:    control.SupervisorInfo{Mood: control.MoodRunning, PID: 17, Identifier: "here", Version: "4.2.5"},
		MainLog: []byte("one\ntwo\n"),
		Now:     now,
		Processes: []*rpctest.Process{
			{
				Info: control.Info{
					Name: "cat", Group: "cat", Phase: process.Running, PID: 99, Started: now.Add(-time.Hour),
					StdoutLog: "/var/log/cat", StderrLog: "/var/log/cat.err",
					Pending: []string{"stdout_logfile", "log_format"},
				},
				Config: control.ProgramInfo{
					Name: "cat", Group: "cat", InUse: true, AutoStart: true, AutoRestart: process.Always,
					GroupPriority: 5, Priority: 6, Command: "/bin/cat", Directory: "/tmp", UID: &uid,
					ExitCodes: []int{0, 2}, StartRetries: 3, StartSecs: time.Second, StopSignal: 15,
					StopWaitSecs: 10 * time.Second, KillAsGroup: true, RedirectStderr: true, ServerURL: "http://x",
					Stdout: control.LogInfo{Logfile: "/var/log/cat", MaxBytes: 50 << 20, Backups: 10, CaptureMax: 7, EventsEnabled: true},
					Stderr: control.LogInfo{Logfile: "none", Syslog: true},
				},
				Out: []byte("0123456789é\n"), Err: []byte("oops\n"), Needs: "grp:a",
			},
			{
				Info: control.Info{
					Name: "a", Group: "grp", Phase: process.Exited, Started: now.Add(-2 * time.Hour), Ended: now.Add(-time.Hour),
					ExitStatus: 3, SpawnErr: "Bad exit code 3",
				},
				Config: control.ProgramInfo{
					Name: "a", Group: "grp", InUse: true, AutoRestart: process.Unexpected,
					Stdout: control.LogInfo{Logfile: "auto"}, Stderr: control.LogInfo{Logfile: "none"},
				},
			},
			{
				Info: control.Info{Name: "b", Group: "grp"},
				Config: control.ProgramInfo{
					Name: "b", Group: "grp", InUse: true,
					Stdout: control.LogInfo{Logfile: "none"}, Stderr: control.LogInfo{Logfile: "none"},
				},
				StartFault: control.NewFault(control.SpawnError, "grp:b"),
			},
		},
		Planned: control.Plan{Sections: []control.SectionPlan{
			{Name: "supervisord", Fate: control.GroupChanged, Changes: []control.OptionChange{{Option: "umask", Old: "022", New: "027", Takes: "daemon restart"}}},
			{Name: "inet_http_server", Fate: control.GroupAdded, Problem: "in use"},
		}, Groups: []control.GroupPlan{
			{
				Name: "grp", Fate: control.GroupChanged, Changes: []control.OptionChange{{Option: "priority", Old: "1", New: "2", Takes: "live"}},
				Processes: []control.ProcessPlan{{
					Name: "a", Step: control.StepRestart,
					Changes: []control.OptionChange{{Option: "command", Old: "/bin/a <b>", New: "", Takes: "restart"}},
				}},
				Problem: "cannot be stopped",
			},
			{Name: "new", Fate: control.GroupAdded, Processes: []control.ProcessPlan{{Name: "new", Step: control.StepAdd}}},
			{Name: "old", Fate: control.GroupRemoved, Whole: true},
		}, Needed: []control.NeededStart{
			{Process: control.ParseSelector("db"), For: []control.Selector{control.ParseSelector("grp:a"), control.ParseSelector("new")}},
			{Process: control.ParseSelector("grp:b")},
		}},
	}
}

// step is a request, and a name for it.
type step struct {
	name string
	do   func(context.Context, client.API) (any, error)
}

// steps are requests of every kind. What comes back through XML-RPC must be what the
// supervisor itself says.
var steps = []step{
	{"supervisor", func(ctx context.Context, a client.API) (any, error) { return a.Supervisor(ctx) }},
	{"status all", status(client.All())},
	{"status one", status(client.ParseSelector("cat"))},
	{"status in group", status(client.ParseSelector("grp:a"))},
	{"status group", status(client.OfGroup("grp"))},
	{"status unknown", status(client.ParseSelector("nope"))},
	{"status unknown group", status(client.OfGroup("nope"))},
	{"config", func(ctx context.Context, a client.API) (any, error) { return a.Config(ctx) }},
	{"start running", start(client.ParseSelector("cat"))},
	{"start one", start(client.ParseSelector("grp:a"))},
	{"start fails", start(client.ParseSelector("grp:b"))},
	{"start group", start(client.OfGroup("grp"))},
	{"start all", start(client.All())},
	{"start unknown", start(client.ParseSelector("nope"))},
	{"signal one", signal(client.ParseSelector("cat"), "HUP")},
	{"signal number", signal(client.ParseSelector("cat"), "28")},
	{"signal group", signal(client.OfGroup("grp"), "HUP")},
	{"signal all", signal(client.All(), "HUP")},
	{"signal down", signal(client.ParseSelector("grp:b"), "HUP")},
	{"signal unknown group", signal(client.OfGroup("nope"), "HUP")},
	{"dependents", dependents(client.OfGroup("grp"))},
	{"dependents of none", dependents(client.ParseSelector("cat"))},
	{"dependents of unknown", dependents(client.ParseSelector("nope"))},
	{"stop cascade", cascade(client.ParseSelector("grp:a"))},
	{"stop cascade down", cascade(client.ParseSelector("grp:a"))},
	{"start alone", alone(client.ParseSelector("cat"))},
	{"start alone up", alone(client.ParseSelector("cat"))},
	{"start alone group", alone(client.OfGroup("grp"))},
	{"start alone all", alone(client.All())},
	{"start alone unknown", alone(client.ParseSelector("nope"))},
	{"stop cascade all", cascade(client.All())},
	{"start all again", start(client.All())},
	{"stop one", stop(client.ParseSelector("cat"))},
	{"stop down", stop(client.ParseSelector("cat"))},
	{"stop group", stop(client.OfGroup("grp"))},
	{"stop all", stop(client.All())},
	{"start again", start(client.ParseSelector("cat"))},
	{"stdin", func(ctx context.Context, a client.API) (any, error) {
		return nil, a.WriteStdin(ctx, client.ParseSelector("cat"), "a <é>\n")
	}},
	{"stdin down", func(ctx context.Context, a client.API) (any, error) {
		return nil, a.WriteStdin(ctx, client.ParseSelector("grp:b"), "x")
	}},
	{"read main", func(ctx context.Context, a client.API) (any, error) {
		return a.ReadLog(ctx, client.LogName{Main: true}, -4, 0)
	}},
	{"read stdout", func(ctx context.Context, a client.API) (any, error) {
		return a.ReadLog(ctx, client.LogName{Of: client.ParseSelector("cat")}, 2, 5)
	}},
	{"read stderr", func(ctx context.Context, a client.API) (any, error) {
		return a.ReadLog(ctx, client.LogName{Of: client.ParseSelector("cat"), Stream: client.Stderr}, 0, 0)
	}},
	{"read badly", func(ctx context.Context, a client.API) (any, error) {
		return a.ReadLog(ctx, client.LogName{Of: client.ParseSelector("cat")}, -1, 1)
	}},
	{"tail stdout", func(ctx context.Context, a client.API) (any, error) {
		return a.TailLog(ctx, client.LogName{Of: client.ParseSelector("cat")}, 0, 5)
	}},
	{"tail stderr", func(ctx context.Context, a client.API) (any, error) {
		return a.TailLog(ctx, client.LogName{Of: client.ParseSelector("cat"), Stream: client.Stderr}, 0, 100)
	}},
	{"tail unknown", func(ctx context.Context, a client.API) (any, error) {
		return a.TailLog(ctx, client.LogName{Of: client.ParseSelector("nope")}, 0, 5)
	}},
	{"clear one", clear(client.ParseSelector("cat"))},
	{"clear group", clear(client.OfGroup("grp"))},
	{"clear all", clear(client.All())},
	{"clear unknown", clear(client.ParseSelector("nope"))},
	{"reopen", func(ctx context.Context, a client.API) (any, error) { return nil, a.ReopenLogs(ctx) }},
	{"clear main", func(ctx context.Context, a client.API) (any, error) { return nil, a.ClearMainLog(ctx) }},
	{"remove", func(ctx context.Context, a client.API) (any, error) { return nil, a.RemoveGroup(ctx, "grp") }},
	{"remove running", func(ctx context.Context, a client.API) (any, error) { return nil, a.RemoveGroup(ctx, "cat") }},
	{"reread", func(ctx context.Context, a client.API) (any, error) { return a.Reread(ctx) }},
	{"plan", func(ctx context.Context, a client.API) (any, error) { return a.Plan(ctx) }},
	{"update", func(ctx context.Context, a client.API) (any, error) { return a.Update(ctx, nil) }},
	{"update one", func(ctx context.Context, a client.API) (any, error) { return a.Update(ctx, []string{"grp"}) }},
	{"scale", func(ctx context.Context, a client.API) (any, error) { return a.Scale(ctx, "cat", 3) }},
	{"scale unknown", func(ctx context.Context, a client.API) (any, error) { return a.Scale(ctx, "nope", 3) }},
	{"add", func(ctx context.Context, a client.API) (any, error) { return nil, a.AddGroup(ctx, "grp") }},
	{"add again", func(ctx context.Context, a client.API) (any, error) { return nil, a.AddGroup(ctx, "grp") }},
	{"publish", func(ctx context.Context, a client.API) (any, error) { return nil, a.Publish(ctx, "kind", "data\n") }},
	{"shutdown", func(ctx context.Context, a client.API) (any, error) { return nil, a.Shutdown(ctx) }},
}

type do = func(context.Context, client.API) (any, error)

func status(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.Status(ctx, sel) }
}

func start(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.Start(ctx, sel, client.WaitDone) }
}

func stop(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.Stop(ctx, sel, client.NoWait) }
}

func alone(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.StartAlone(ctx, sel, client.WaitDone) }
}

func cascade(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.StopCascade(ctx, sel, client.NoWait) }
}

func dependents(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) {
		sels, err := a.Dependents(ctx, sel)
		var names []string
		for _, s := range sels {
			names = append(names, s.String())
		}
		return names, err
	}
}

func signal(sel client.Selector, name string) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.Signal(ctx, sel, name) }
}

func clear(sel client.Selector) do {
	return func(ctx context.Context, a client.API) (any, error) { return a.ClearLogs(ctx, sel) }
}

func TestClientSaysWhatTheSupervisorSays(t *testing.T) {
	near, far := supervisor(), supervisor()
	c := serveAPI(t, far)
	for _, s := range steps {
		want, wantErr := s.do(t.Context(), near)
		got, err := s.do(t.Context(), c)
		if d := cmp.Diff(want, got, cmp.AllowUnexported(client.Selector{})); d != "" && wantErr == nil {
			t.Errorf("%s (-want +got):\n%s", s.name, d)
		}
		var wantFault, fault *client.Fault
		if errors.As(wantErr, &wantFault) != errors.As(err, &fault) || wantFault != nil && !errors.Is(err, wantFault) || fault == nil && err != nil {
			t.Errorf("%s: got %v, want %v", s.name, err, wantErr)
		}
	}
	for i := range near.Processes {
		if d := cmp.Diff(near.Processes[i], far.Processes[i]); d != "" {
			t.Errorf("%s afterwards (-want +got):\n%s", near.Processes[i].Info.Name, d)
		}
	}
	if near.Alone() != far.Alone() {
		t.Errorf("started alone %d times, want %d", far.Alone(), near.Alone())
	}
	if d := cmp.Diff(near.Published(), far.Published()); d != "" {
		t.Errorf("published (-want +got):\n%s", d)
	}
	_, err := c.Supervisor(t.Context())
	if want := client.NewFault(client.ShutdownState, ""); cmp.Diff(error(want), err) != "" {
		t.Errorf("supervisor during shutdown: %v", err)
	}
}

func TestVersionsAndCall(t *testing.T) {
	c := serveAPI(t, supervisor())
	api, err := c.APIVersion(t.Context())
	if api != "3.0" || err != nil {
		t.Errorf("%q, %v", api, err)
	}
	version, err := c.SupervisorVersion(t.Context())
	if version != "4.2.5" || err != nil {
		t.Errorf("%q, %v", version, err)
	}
	got, err := c.Call(t.Context(), "supervisor.startProcessGroup", "grp", true)
	if d := cmp.Diff([]any{
		map[string]any{"group": "grp", "name": "a", "status": int64(80), "description": "OK"},
		map[string]any{"group": "grp", "name": "b", "status": int64(50), "description": "SPAWN_ERROR: grp:b"},
	}, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if _, err := c.TailLog(t.Context(), client.LogName{Main: true}, 0, 1); !errors.Is(err, client.NewFault(client.UnknownMethod, "")) {
		t.Errorf("tail of the main log: %v", err)
	}
	if _, err := c.Call(t.Context(), "m", struct{}{}); err == nil {
		t.Error("a struct{} was sent")
	}
}

func TestNewRefusesOtherURLs(t *testing.T) {
	for _, u := range []string{"", "unix://", "/run/s.sock", "http://", "ftp://host", "localhost:9001", "http://a b", "serial:///dev/x"} {
		if _, err := client.New(client.Options{ServerURL: u}); err == nil {
			t.Errorf("%q was accepted", u)
		}
	}
}

func TestURLs(t *testing.T) {
	var path, user, password string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.RequestURI()
		user, password, _ = r.BasicAuth()
		w.WriteHeader(http.StatusTeapot)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	cases := []struct {
		options client.Options
		want    []string
	}{
		{client.Options{ServerURL: "http://" + host}, []string{"/RPC2", "", ""}},
		{client.Options{ServerURL: "http://" + host + "/"}, []string{"/RPC2", "", ""}},
		{client.Options{ServerURL: "http://" + host + "/RPC2"}, []string{"/RPC2", "", ""}},
		{client.Options{ServerURL: "http://" + host + "/behind/proxy?x=y#z"}, []string{"/behind/proxy/RPC2", "", ""}},
		{client.Options{ServerURL: "http://in:url@" + host}, []string{"/RPC2", "in", "url"}},
		{client.Options{ServerURL: "http://in:url@" + host, Username: "me", Password: "a:b"}, []string{"/RPC2", "me", "a:b"}},
	}
	for _, c := range cases {
		_, err := newClient(t, c.options).Status(t.Context(), client.All())
		if e, ok := errors.AsType[*client.HTTPError](err); !ok || e.Status != http.StatusTeapot || strings.Contains(err.Error(), "url") {
			t.Errorf("%v: %v", c.options, err)
		}
		if d := cmp.Diff(c.want, []string{path, user, password}); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.options, d)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	missing := newClient(t, client.Options{ServerURL: "unix://" + socket})
	if _, err := missing.Status(t.Context(), client.All()); !errors.Is(err, fs.ErrNotExist) ||
		err.Error() != "unix://"+socket+": dial unix "+socket+": connect: no such file or directory" {
		t.Errorf("missing socket: %v", err)
	}
	// A listener that is closed without being unlinked leaves what a crash leaves.
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := missing.Status(t.Context(), client.All()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("stale socket: %v", err)
	}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := newClient(t, client.Options{ServerURL: server.URL}).Status(t.Context(), client.All()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("closed port: %v", err)
	}
}

func TestHTTPErrors(t *testing.T) {
	status := 0
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://elsewhere.invalid/")
		w.WriteHeader(status)
	}))
	for _, status = range []int{302, 307, 400, 404, 500, 503} {
		_, err := c.Status(t.Context(), client.All())
		if e, ok := errors.AsType[*client.HTTPError](err); !ok || e.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
	status = http.StatusUnauthorized
	if _, err := c.Status(t.Context(), client.All()); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("401: %v", err)
	}
}

func TestTimeoutSparesCallsThatWait(t *testing.T) {
	server := httptest.NewServer(rpc.NewHandler(supervisor(), slog.New(slog.DiscardHandler)))
	defer server.Close()
	// So short that it is over before a call begins.
	c := newClient(t, client.Options{ServerURL: server.URL, Timeout: time.Nanosecond})
	ctx, sel := t.Context(), client.ParseSelector("grp:a")
	for name, err := range map[string]error{
		"status":         last(c.Status(ctx, client.All())),
		"start, no wait": last(c.Start(ctx, sel, client.NoWait)),
		"stop, no wait":  last(c.Stop(ctx, sel, client.NoWait)),
	} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Start(ctx, sel, client.WaitDone); err != nil {
		t.Errorf("start: %v", err)
	}
	if _, err := c.Stop(ctx, sel, client.WaitDone); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := c.Call(ctx, "supervisor.getState"); err != nil {
		t.Errorf("call: %v", err)
	}
}

func TestContextEndsAWait(t *testing.T) {
	api := supervisor()
	api.Processes[1].NeverDone = true
	waiting := api.Waiting()
	c := serveAPI(t, api)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-waiting
		cancel()
	}()
	if _, err := c.Start(ctx, client.ParseSelector("grp:a"), client.WaitDone); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestBadAnswersAreErrors(t *testing.T) {
	var answer string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	value := func(v string) string {
		return "<methodResponse><params><param><value>" + v + "</value></param></params></methodResponse>"
	}
	all := func(name string) string {
		return value("<struct><member><name>" + name + "</name><value>x</value></member></struct>")
	}
	for _, answer = range []string{
		"", "<html>hello</html>", value("x"), value("<int>1</int>"), value("<nil/>"), all("name"), all("state"),
		value("<array><data><value>x</value></data></array>"),
		value("<array><data><value><array><data/></array></value></data></array>"),
		value("<array><data/></array>"),
	} {
		for name, err := range map[string]error{
			"status": last(c.Status(t.Context(), client.ParseSelector("x"))),
			"tail":   last(c.TailLog(t.Context(), client.LogName{}, 0, 1)),
			"diff":   last(c.Reread(t.Context())),
			"super":  last(c.Supervisor(t.Context())),
		} {
			if _, ok := errors.AsType[*client.Fault](err); ok || err == nil {
				t.Errorf("%s of %q: %v", name, answer, err)
			}
		}
	}
}

func last[T any](_ T, err error) error { return err }

func TestLongAnswerIsRefused(t *testing.T) {
	answer, err := rpc.AppendResponse(nil, "3.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, chunked := range []bool{false, true} {
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if chunked {
				w.(http.Flusher).Flush()
			}
			_, _ = w.Write(answer)
		}))
		c.SetMaxResponse(int64(len(answer)))
		if got, err := c.APIVersion(t.Context()); got != "3.0" || err != nil {
			t.Errorf("at the limit, chunked %v: %q, %v", chunked, got, err)
		}
		c.SetMaxResponse(int64(len(answer)) - 1)
		if _, err := c.APIVersion(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": the answer is too long") {
			t.Errorf("beyond the limit, chunked %v: %v", chunked, err)
		}
	}
}
