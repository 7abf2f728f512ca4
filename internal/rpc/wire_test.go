package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
	"supervisord/internal/rpc/rpctest"
	"supervisord/internal/testenv"
)

// exchange is one request of the corpus. The requests are sent in this order.
type exchange struct {
	name   string
	method string
	params []any
	body   string // the request, if it is not a call of method
	// ours is our answer, as JSON, where Python's has no equal: it answers HTTP 500, or
	// something we do better.
	ours string
}

// TestWire plays the corpus to our handler: it must give the answers that Python's
// Supervisor gave. With UPDATE=1 it records the corpus from Debian's supervisord.
func TestWire(t *testing.T) {
	record := func(exchange) []byte { return nil }
	if testenv.Updating() {
		record = recorder(t)
	}
	fake := wireSupervisor()
	server := httptest.NewServer(rpc.NewHandler(fake, slog.New(slog.DiscardHandler)))
	defer server.Close()
	for i, x := range exchanges {
		file := filepath.Join("testdata", "wire", fmt.Sprintf("%03d-%s.txtar", i, x.name))
		if testenv.Updating() {
			if err := os.WriteFile(file, record(x), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(x.name, func(t *testing.T) { replay(t, file, server, x) })
	}
}

// ownMethods takes out the elements of listMethods that Python's has not.
var ownMethods = strings.NewReplacer(
	"<value><string>supervisor.getDependents</string></value>\n", "",
	"<value><string>supervisor.planUpdate</string></value>\n", "",
	"<value><string>supervisor.reopenLogs</string></value>\n", "",
	"<value><string>supervisor.scaleProgram</string></value>\n", "",
	"<value><string>supervisor.startAlone</string></value>\n", "",
	"<value><string>supervisor.stopCascade</string></value>\n", "",
	"<value><string>supervisor.update</string></value>\n", "",
)

// replay sends the request of a file to our server and compares the answers.
func replay(t *testing.T, file string, server *httptest.Server, x exchange) {
	t.Helper()
	archive := readWire(t, file)
	request, status, answer := archive.Files[0].Data, strings.TrimSpace(string(archive.Files[1].Data)), archive.Files[2].Data
	want := meaning(t, status, answer)
	if x.method == "supervisor.getAllConfigInfo" {
		want = strings.ReplaceAll(want, `"autostart"`, `"autorestart":"unexpected","autostart"`) // Python 4.4 has it
	}
	if x.ours != "" {
		if x.ours == want {
			t.Fatalf("%s: ours is no longer another answer", file)
		}
		want = x.ours
	}
	resp, err := server.Client().Post(server.URL+"/RPC2", "text/xml", bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	answered := ownMethods.Replace(body.String())
	got := meaning(t, strconv.Itoa(resp.StatusCode), []byte(answered))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
	if x.ours == "" && status == "200" && !strings.Contains(want, "autorestart") && scrubXML(string(answer)) != scrubXML(answered) {
		t.Errorf("%s: another text:\n%s", file, cmp.Diff(scrubXML(string(answer)), scrubXML(answered)))
	}
}

// wireFiles returns the files of the corpus.
func wireFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "wire", "*.txtar"))
	if err != nil || len(files) != len(exchanges) {
		t.Fatalf("%d files for %d exchanges, %v", len(files), len(exchanges), err)
	}
	return files
}

// readWire reads a file of the corpus: request, status, answer.
func readWire(t testing.TB, file string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) != 3 {
		t.Fatalf("%s: %d files instead of request, status, answer", file, len(archive.Files))
	}
	return archive
}

// meaning returns an answer as JSON, or the HTTP status if it is not 200.
func meaning(t *testing.T, status string, answer []byte) string {
	t.Helper()
	if status != "200" {
		return "HTTP " + status
	}
	v, err := rpc.DecodeResponse([]byte(scrubXML(string(answer))), rpc.ResponseLimits)
	if f, ok := errors.AsType[*control.Fault](err); ok {
		v, err = map[string]any{"fault": f.Error(), "code": int(f.Code)}, nil
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, answer)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// recorder starts Python's Supervisor, and returns a function that sends it a request
// and returns the file to keep.
func recorder(t *testing.T) func(exchange) []byte {
	t.Helper()
	peer := rpctest.StartPeer(t, wireConfig)
	client := testenv.Dial("unix", peer.Socket)
	scrub := testenv.Scrubber{Names: map[string]string{peer.Dir: "DIR"}}
	return func(x exchange) []byte {
		request := []byte(x.body)
		if x.method != "" {
			var err error
			if request, err = rpc.AppendRequest(nil, x.method, x.params...); err != nil {
				t.Fatal(err)
			}
		}
		resp, body, err := client.Do(context.WithoutCancel(t.Context()), http.MethodPost, "/RPC2", request)
		if err != nil {
			t.Fatal(err)
		}
		return txtar.Format(&txtar.Archive{
			Comment: []byte(x.name + ", recorded from Supervisor 4.2.5.\n"),
			Files: []txtar.File{
				{Name: "request", Data: request},
				{Name: "status", Data: []byte(strconv.Itoa(resp.StatusCode) + "\n")},
				{Name: "answer", Data: []byte(scrubXML(scrub.Text(string(body))))},
			},
		})
	}
}

var volatileMember = regexp.MustCompile(`(<name>(?:pid|now|start|stop)</name>\n<value><int>)[1-9]\d*<`)

// scrubXML makes the text of two answers comparable: the process ids and times in it
// become the same number.
func scrubXML(s string) string {
	s = volatileMember.ReplaceAllString(s, "${1}4242<")
	return testenv.Scrubber{}.Text(s)
}
