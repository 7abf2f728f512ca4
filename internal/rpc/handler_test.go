package rpc_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc"
	"supervisord/internal/rpc/rpctest"
	"supervisord/internal/testenv"
)

// serve starts a server for api, and returns its address and a client.
func serve(t testing.TB, api control.API, log io.Writer) (string, *testenv.Client) {
	t.Helper()
	server := httptest.NewServer(rpc.NewHandler(api, slog.New(slog.NewTextHandler(log, nil))))
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	return address, testenv.Dial("tcp", address)
}

func TestHTTPStatus(t *testing.T) {
	address, _ := serve(t, wireSupervisor(), io.Discard)
	const body = "<methodCall><methodName>system.listMethods</methodName></methodCall>"
	cases := []struct{ name, request, want string }{
		{"post", "POST /RPC2 HTTP/1.0\r\nContent-Length: 68\r\n\r\n" + body, "200 OK"},
		{"get", "GET /RPC2 HTTP/1.0\r\n\r\n", "400 Bad Request"},
		{"no length", "POST /RPC2 HTTP/1.0\r\n\r\n" + body, "411 Length Required"},
		{"chunked", "POST /RPC2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n44\r\n" + body + "\r\n0\r\n\r\n", "411 Length Required"},
		{"empty", "POST /RPC2 HTTP/1.0\r\nContent-Length: 0\r\n\r\n", "400 Bad Request"},
		{"too long", "POST /RPC2 HTTP/1.0\r\nContent-Length: 8388609\r\n\r\n", "413 Request Entity Too Large"},
		{"not XML", "POST /RPC2 HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "400 Bad Request"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			resp := exchangeRaw(t, address, c.request)
			if resp.Status != c.want {
				t.Errorf("got %s, want %s", resp.Status, c.want)
			}
			if resp.StatusCode == http.StatusOK {
				got := []string{resp.Header.Get("Content-Type"), fmt.Sprint(resp.ContentLength > 0)}
				if d := cmp.Diff([]string{"text/xml", "true"}, got); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			}
		})
	}
}

// exchangeRaw sends request as it is.
func exchangeRaw(t *testing.T, address, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

func TestBodyLimitSetOutsideIs413(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/RPC2", strings.NewReader("<methodCall/>"))
	w := httptest.NewRecorder()
	r.Body = http.MaxBytesReader(w, r.Body, 5)
	rpc.NewHandler(wireSupervisor(), slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", w.Code)
	}
}

// wantFault checks that err is this fault.
func wantFault(t *testing.T, err error, code int64, text string) {
	t.Helper()
	if d := cmp.Diff(error(&testenv.Fault{Code: code, String: text}), err); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A name without a group would select every process if it reached the API.
func TestEmptyNameIsNotEverything(t *testing.T) {
	api := wireSupervisor()
	_, client := serve(t, api, io.Discard)
	before, _ := api.Status(t.Context(), control.All())
	for _, name := range []string{"", ":", ":*", ":cat"} {
		for _, method := range []string{"stopProcess", "stopProcessGroup", "startProcess", "clearProcessLogs", "getProcessInfo"} {
			_, err := client.Call(t.Context(), "supervisor."+method, name)
			if f, ok := err.(*testenv.Fault); !ok || f.Code != 10 {
				t.Errorf("%s(%q): %v", method, name, err)
			}
		}
		_, err := client.Call(t.Context(), "supervisor.signalProcess", name, "HUP")
		if f, ok := err.(*testenv.Fault); !ok || f.Code != 10 {
			t.Errorf("signalProcess(%q): %v", name, err)
		}
	}
	after, _ := api.Status(t.Context(), control.All())
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("something happened (-before +after):\n%s", d)
	}
}

func TestGoneClientEndsTheWait(t *testing.T) {
	api := wireSupervisor()
	api.Processes[0].NeverDone = true
	waiting := api.Waiting()
	ended := make(chan error, 1)
	_, client := serve(t, watched{api, ended}, io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-waiting
		cancel()
	}()
	if _, err := client.Call(ctx, "supervisor.startProcess", "cat"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the start ended with %v", err)
	}
}

// watched tells how each start ends.
type watched struct {
	control.API
	ended chan<- error
}

func (w watched) Start(ctx context.Context, sel control.Selector, wait control.Wait) ([]control.Result, error) {
	results, err := w.API.Start(ctx, sel, wait)
	w.ended <- err
	return results, err
}

// broken fails in ways that an API should not.
type broken struct{ control.API }

func (broken) Status(context.Context, control.Selector) ([]control.Info, error) { panic("oops") }
func (broken) ReopenLogs(context.Context) error                                 { return errors.New("disk on fire") }

func (broken) ClearMainLog(context.Context) error { return errors.New("disk on fire") }

func TestPanicInMethodIsLoggedAndAnswered(t *testing.T) {
	var log bytes.Buffer
	_, client := serve(t, broken{wireSupervisor()}, &log)
	_, err := client.Call(t.Context(), "supervisor.getAllProcessInfo")
	if d := cmp.Diff(error(&testenv.HTTPError{Status: 500}), err); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if _, err := client.Call(t.Context(), "supervisor.getState"); err != nil {
		t.Errorf("the server is gone: %v", err)
	}
	for _, want := range []string{"level=ERROR", "method=supervisor.getAllProcessInfo", "err=oops", "handler_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %s in the log:\n%s", want, &log)
		}
	}
}

func TestOtherErrorIsFaultFailedAndLogged(t *testing.T) {
	var log bytes.Buffer
	_, client := serve(t, broken{wireSupervisor()}, &log)
	_, err := client.Call(t.Context(), "supervisor.clearLog")
	wantFault(t, err, 30, "FAILED: disk on fire")
	if !strings.Contains(log.String(), `method=supervisor.clearLog err="disk on fire"`) {
		t.Errorf("not in the log: %s", &log)
	}
}

func TestShutdownStateRefusesAllButEvents(t *testing.T) {
	for _, mood := range []control.Mood{control.MoodShutdown, control.MoodRestarting} {
		api := wireSupervisor()
		api.Info.Mood = mood
		_, client := serve(t, api, io.Discard)
		list, err := client.Call(t.Context(), "system.listMethods")
		if err != nil {
			t.Fatal(err)
		}
		var passed []string
		for _, m := range list.([]any) {
			name := m.(string)
			_, err := client.Call(t.Context(), name, callable(t, client, name)...)
			if f, ok := err.(*testenv.Fault); !ok || f.Code != 6 {
				passed = append(passed, name)
			}
		}
		want := []string{"supervisor.sendRemoteCommEvent", "system.listMethods", "system.methodHelp", "system.methodSignature", "system.multicall"}
		if d := cmp.Diff(want, passed); d != "" {
			t.Errorf("%v (-want +got):\n%s", mood, d)
		}
		if d := cmp.Diff([]string{"x x"}, api.Published()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

// callable returns arguments that fit the signature of a method.
func callable(t *testing.T, client *testenv.Client, name string) []any {
	t.Helper()
	signature, err := client.Call(t.Context(), "system.methodSignature", name)
	if err != nil {
		t.Fatal(err)
	}
	var params []any
	for _, typ := range signature.([]any)[1:] {
		params = append(params, map[any]any{"string": "x", "int": 0, "boolean": true, "array": []any{}}[typ])
	}
	return params
}

// TestMethodTable holds the signatures that Python's Supervisor reports, and shows that
// every method has a help text.
func TestMethodTable(t *testing.T) {
	_, client := serve(t, wireSupervisor(), io.Discard)
	list, err := client.Call(t.Context(), "system.listMethods")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range list.([]any) {
		signature, err := client.Call(t.Context(), "system.methodSignature", m)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, m, signature)
		help, err := client.Call(t.Context(), "system.methodHelp", m)
		if err != nil || !strings.Contains(help.(string), "@return "+signature.([]any)[0].(string)+"\n") {
			t.Errorf("%s: %q, %v", m, help, err)
		}
	}
	testenv.Golden(t, "testdata/signatures.txt", b.String())
}

func TestTimesAndSizesAreCapped(t *testing.T) {
	late := time.Unix(1<<32, 0)
	uid := 33
	api := &rpctest.Supervisor{Info: control.SupervisorInfo{Mood: control.MoodRunning}, Now: late, Processes: []*rpctest.Process{{
		Info: control.Info{Name: "web", Group: "web", Phase: process.Running, PID: 1, Started: late, Ended: late},
		Config: control.ProgramInfo{
			Name: "web", Group: "web", UID: &uid, AutoRestart: process.Always, StartSecs: 1 << 33 * time.Second,
			Stdout: control.LogInfo{Logfile: "auto", MaxBytes: 1 << 31, CaptureMax: 1 << 40},
		},
	}}}
	_, client := serve(t, api, io.Discard)
	info, err := client.Call(t.Context(), "supervisor.getProcessInfo", "web")
	if err != nil {
		t.Fatal(err)
	}
	const most = int64(2147483647)
	if d := cmp.Diff(map[string]any{"start": most, "stop": most, "now": most}, subset(info, "start", "stop", "now")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	config, err := client.Call(t.Context(), "supervisor.getAllConfigInfo")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"uid": int64(33), "autorestart": "true", "startsecs": most, "directory": "none", "serverurl": "none",
		"stdout_logfile": "auto", "stdout_logfile_maxbytes": most, "stdout_capture_maxbytes": most, "stderr_logfile": "none",
	}
	if d := cmp.Diff(want, subset(config.([]any)[0], "uid", "autorestart", "startsecs", "directory", "serverurl",
		"stdout_logfile", "stdout_logfile_maxbytes", "stdout_capture_maxbytes", "stderr_logfile")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func subset(v any, keys ...string) map[string]any {
	out := make(map[string]any)
	for k, e := range v.(map[string]any) {
		if slices.Contains(keys, k) {
			out[k] = e
		}
	}
	return out
}

func TestMulticallStopsAtItsLimit(t *testing.T) {
	api := wireSupervisor()
	api.MainLog = make([]byte, 1<<20) // each byte becomes three
	_, client := serve(t, api, io.Discard)
	var calls []any
	for range 30 {
		calls = append(calls, map[string]any{"methodName": "supervisor.readLog", "params": []any{0, 0}})
	}
	_, err := client.Call(t.Context(), "system.multicall", calls)
	wantFault(t, err, 30, "FAILED: the answer is too long")
}

func TestStdinArrives(t *testing.T) {
	api := wireSupervisor()
	_, client := serve(t, api, io.Discard)
	const text = "a <b> & ü 😀\t\n"
	if _, err := client.Call(t.Context(), "supervisor.sendProcessStdin", "cat", text); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(text, api.Processes[0].Stdin); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// shut is a supervisor whose processes have closed their standard input.
type shut struct{ control.API }

func (shut) WriteStdin(context.Context, control.Selector, string) error {
	return control.NewFault(control.NoFile, "")
}

// Recorded from Supervisor 4.2.5, with a program started by sh -c "exec sleep 9999 <&-".
func TestClosedStdinNamesTheProcess(t *testing.T) {
	_, client := serve(t, shut{wireSupervisor()}, io.Discard)
	_, err := client.Call(t.Context(), "supervisor.sendProcessStdin", "cat", "x")
	wantFault(t, err, 20, "NO_FILE: cat")
}

// waits remembers how each start was to wait.
type waits struct {
	control.API
	got *[]control.Wait
}

func (w waits) Start(_ context.Context, _ control.Selector, wait control.Wait) ([]control.Result, error) {
	*w.got = append(*w.got, wait)
	return nil, nil
}

func TestWaitIsWhatPythonTakesForTrue(t *testing.T) {
	var got, want []control.Wait
	_, client := serve(t, waits{wireSupervisor(), &got}, io.Discard)
	for wait, values := range [][]any{
		control.NoWait:   {false, 0, 0.0, "", []any{}, map[string]any{}},
		control.WaitDone: {true, 1, 0.5, "x", "0", []any{0}, map[string]any{"a": 0}},
	} {
		for _, v := range values {
			if _, err := client.Call(t.Context(), "supervisor.startProcess", "cat", v); err != nil {
				t.Errorf("%v: %v", v, err)
			}
			want = append(want, control.Wait(wait))
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
