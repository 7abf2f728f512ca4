package testenv_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/testenv"
)

func TestScrubberTakesWhatIsVolatile(t *testing.T) {
	c := testenv.Scrubber{Names: map[string]string{"/tmp/x": "$TMP", "/tmp/x/deep": "$DEEP"}}
	for in, want := range map[string]string{
		"a   RUNNING   pid 12, uptime 0:00:01":             "a   RUNNING   pid PID, uptime T",
		"a   RUNNING   pid 12, uptime 2 days, 0:00:01":     "a   RUNNING   pid PID, uptime T",
		"a   EXITED    Nov 22 10:05 AM":                    "a   EXITED    DATE",
		"2024-01-02 03:04:05,678 INFO spawned: 'a'":        "STAMP INFO spawned: 'a'",
		"error: x: file: /usr/lib/p.py line: 560":          "error: x: file: FILE line: N",
		"killing 'a' (123) with SIGKILL":                   "killing 'a' (PID) with SIGKILL",
		"/tmp/x/a-stdout---supervisor-ab_D3f9z.log":        "$TMP/a-stdout---supervisor-XXXXXXXX.log",
		"/tmp/x/deep/er":                                   "$DEEP/er",
		"123\n0\n":                                         "PID\n0\n",
		"a: started\nexit status 3; pid files, 12 of them": "a: started\nexit status 3; pid files, 12 of them",
	} {
		if got := c.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestScrubberJSONKeepsZeros(t *testing.T) {
	got := testenv.Scrubber{}.JSON([]any{
		map[string]any{"pid": int64(7), "stop": int64(0), "name": "<a>", "state": int64(20)},
	})
	want := `[
  {
    "name": "<a>",
    "pid": "PID",
    "state": 20,
    "stop": 0
  }
]
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// server answers each call with reply and keeps the last request.
func server(t *testing.T, status int, reply string) (c *testenv.Client, request *string) {
	t.Helper()
	request = new(string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		user, pw, _ := r.BasicAuth()
		*request = fmt.Sprintf("%s %s %s:%s %s", r.Method, r.URL, user, pw, body)
		w.WriteHeader(status)
		fmt.Fprint(w, reply)
	}))
	t.Cleanup(srv.Close)
	return testenv.Dial("tcp", strings.TrimPrefix(srv.URL, "http://")), request
}

func TestClientSendsEveryType(t *testing.T) {
	c, request := server(t, 200, "<methodResponse><params><param><value>ok</value></param></params></methodResponse>")
	c.User, c.Password = "me", "secret"
	got, err := c.Call(t.Context(), "a.b", true, 1, int64(-2), 1.5, "<é>", []any{"x"}, map[string]any{"k": false, "j": "y"})
	if err != nil || got != "ok" {
		t.Fatalf("got %v, %v", got, err)
	}
	want := "POST /RPC2 me:secret <?xml version=\"1.0\"?>\n<methodCall><methodName>a.b</methodName><params>" +
		"<param><value><boolean>1</boolean></value></param><param><value><int>1</int></value></param>" +
		"<param><value><int>-2</int></value></param><param><value><double>1.5</double></value></param>" +
		"<param><value><string>&lt;é&gt;</string></value></param>" +
		"<param><value><array><data><value><string>x</string></value></data></array></value></param>" +
		"<param><value><struct><member><name>j</name><value><string>y</string></value></member>" +
		"<member><name>k</name><value><boolean>0</boolean></value></member></struct></value></param>" +
		"</params></methodCall>\n"
	if d := cmp.Diff(want, *request); d != "" {
		t.Error(d)
	}
	if _, err := c.Call(t.Context(), "a.b", struct{}{}); err == nil {
		t.Error("a struct{} was sent")
	}
}

func TestClientReadsEveryType(t *testing.T) {
	c, _ := server(t, 200, `<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><array><data>
<value><int>-3</int></value><value><i4>4</i4></value><value><boolean>1</boolean></value>
<value><double>2.5</double></value><value><string> a
</string></value><value>bare</value><value><string></string></value><value><base64>aGk=</base64></value>
<value><struct><member><name>k</name><value><array><data></data></array></value></member></struct></value>
</data></array></value>
</param>
</params>
</methodResponse>
`)
	got, err := c.Call(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	want := []any{int64(-3), int64(4), true, 2.5, " a\n", "bare", "", []byte("hi"), map[string]any{"k": []any{}}}
	if d := cmp.Diff(any(want), got); d != "" {
		t.Error(d)
	}
}

func TestClientTellsFaultsFromHTTPErrors(t *testing.T) {
	c, _ := server(t, 200, `<methodResponse><fault><value><struct>
<member><name>faultCode</name><value><int>10</int></value></member>
<member><name>faultString</name><value><string>BAD_NAME: x</string></value></member>
</struct></value></fault></methodResponse>`)
	_, err := c.Call(t.Context(), "x")
	if f, ok := errors.AsType[*testenv.Fault](err); !ok || *f != (testenv.Fault{Code: 10, String: "BAD_NAME: x"}) {
		t.Errorf("got %v", err)
	}
	c, _ = server(t, 401, "no")
	_, err = c.Call(t.Context(), "x")
	if e, ok := errors.AsType[*testenv.HTTPError](err); !ok || e.Status != 401 {
		t.Errorf("got %v", err)
	}
}

func TestClientRefusesWhatIsNoReply(t *testing.T) {
	for _, reply := range []string{
		"", "text", "<html></html>", "<methodResponse></methodResponse>",
		"<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>",
		"<methodResponse><params><param><value><int>3000000000</int></value></param></params></methodResponse>",
		"<methodResponse><params><param><value><nil/></value></param></params></methodResponse>",
		"<methodResponse><fault><value>text</value></fault></methodResponse>",
	} {
		c, _ := server(t, 200, reply)
		if v, err := c.Call(t.Context(), "x"); err == nil {
			t.Errorf("%q gave %v", reply, v)
		}
	}
}

// failing stands for a test that is expected to fail.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Fatalf(string, ...any) { f.failed = true; panic(f) }
func (f *failing) Skipf(string, ...any)  { panic(f) }
func (f *failing) run(do func()) {
	defer func() { _ = recover() }()
	do()
}

func TestGoldenFailsWhenItShould(t *testing.T) {
	t.Setenv("UPDATE", "")
	file := filepath.Join(t.TempDir(), "a.golden")
	if err := os.WriteFile(file, []byte("want\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, got string
		fails     bool
	}{
		{file, "want\n", false},
		{file, "other\n", true},
		{file, "", true},
		{file + ".nosuch", "want\n", true},
	} {
		f := &failing{TB: t}
		f.run(func() { testenv.Golden(f, c.file, c.got) })
		if f.failed != c.fails {
			t.Errorf("Golden(%s, %q): failed %v, want %v", filepath.Base(c.file), c.got, f.failed, c.fails)
		}
	}
	t.Setenv("UPDATE", "1")
	testenv.Golden(t, file, "new\n")
	f := &failing{TB: t}
	f.run(func() { testenv.Golden(f, file, "") })
	if !f.failed {
		t.Error("an empty golden was recorded")
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "new\n" {
		t.Errorf("recorded %q, %v", got, err)
	}
}

func TestMissingPeerFailsWhereAllMustBeThere(t *testing.T) {
	t.Setenv("CI", "true")
	f := &failing{TB: t}
	f.run(func() { testenv.Peer(f, "/no/such/program") })
	if !f.failed {
		t.Error("a missing peer passed with CI=true")
	}
}

// A reserved port refuses connections, is nobody's by chance, and is there for who names it.
func TestReservePort(t *testing.T) {
	address := fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(t))
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Errorf("%s takes connections", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
