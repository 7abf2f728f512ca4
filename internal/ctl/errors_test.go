package ctl_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/ctl"
	"supervisord/internal/rpc"
)

// serveTLS starts a supervisor behind https and returns its URL and the file of its
// certificate.
func serveTLS(t *testing.T) (url, certificate string) {
	t.Helper()
	server := httptest.NewUnstartedServer(rpc.NewHandler(newSupervisor(), slog.New(slog.DiscardHandler)))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it
	server.StartTLS()
	t.Cleanup(server.Close)
	certificate = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, certificate
}

// runOver runs words over a real connection.
func runOver(t *testing.T, words ...string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	e := env(nil, &out, &errs)
	e.Dial = ctl.SystemEnv().Dial
	code := execute(t, e, words...)
	return answer{out.String(), errs.String(), code}
}

func TestHTTPS(t *testing.T) {
	url, certificate := serveTLS(t)
	other := strings.Replace(url, "127.0.0.1", "localhost", 1)
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words []string
		want  answer
	}{
		{[]string{"-s", url, "--cacert", certificate, "pid"}, answer{Out: "77\n"}},
		{[]string{"-s", url, "pid"}, answer{Out: "error: " + url + " has a certificate of an unknown authority; name the file of its certificate by --cacert or $SUPERVISOR_CACERT\n", Code: 1}},
		{[]string{"-s", other, "--cacert", certificate, "pid"}, answer{Out: "error: " + other + " has a certificate that is not good for it: x509: certificate is valid for example.com, *.example.com, not localhost\n", Code: 1}},
		{[]string{"-s", url, "--cacert", notPEM, "pid"}, answer{Out: "error: certificates: " + notPEM + ": no certificate in PEM\n", Code: 1}},
		{[]string{"-s", url, "--cacert", "/no/such", "pid"}, answer{Out: "error: certificates: open /no/such: no such file or directory\n", Code: 1}},
		{[]string{"-s", strings.Replace(url, "https", "http", 1), "pid"}, answer{Out: "error: http" + url[5:] + ": HTTP 400 Bad Request; is this the address of a supervisord?\n", Code: 1}},
	} {
		if d := cmp.Diff(c.want, runOver(t, c.words...)); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.words, d)
		}
	}
}

// What is said of a server that answers as none of ours.
func TestStrangers(t *testing.T) {
	page := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<p>hello") }))
	page.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that speaks TLS
	page.Start()
	defer page.Close()
	number := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<methodResponse><params><param><value><int>3</int></value></param></params></methodResponse>")
	}))
	defer number.Close()
	hangUp := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer hangUp.Close()
	mute := hangUp.URL
	tls := strings.Replace(page.URL, "http", "https", 1)
	for url, want := range map[string]string{
		number.URL: "not an answer of a supervisor: int64 instead of string; is this the address of a supervisord?\n",
		page.URL:   page.URL + ": supervisor.getAPIVersion: not an answer of a supervisor: ",
		mute:       mute + " has closed the connection; has supervisord ended, or is this another server?\n",
		tls:        tls + " does not speak https; try http://\n",
	} {
		got := runOver(t, "-s", url, "version")
		if !strings.HasPrefix(got.Out, "error: "+want) || got.Code != 1 || strings.Count(got.Out, "\n") != 1 {
			t.Errorf("%s: %+v, want %q", url, got, want)
		}
		if (url == page.URL || url == number.URL) && !strings.HasSuffix(got.Out, "; is this the address of a supervisord?\n") {
			t.Errorf("%s: %q does not ask whether the address is right", url, got.Out)
		}
	}
}

// An error of the connection says what to try; what goes wrong is in Python's words where
// those exist.
func TestErrorsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "error: unix:///run/s.sock does not answer; is supervisord stopped or overloaded, or a firewall in between?\n"},
		{io.EOF, "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n"},
		{client.ErrUnauthorized, "Server requires authentication\nerror: give a name and a password: -u and -p, or $SUPERVISOR_USERNAME and $SUPERVISOR_PASSWORD, or username and password in [supervisorctl]\n"},
	} {
		f := newSupervisor()
		f.err = c.err
		if d := cmp.Diff(answer{Out: c.want, Code: 1}, run(t, f, "version")); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.err, d)
		}
	}
}

// Where the address comes from is part of the hint.
func TestHintNamesTheOriginOfTheAddress(t *testing.T) {
	socket := "unix://" + filepath.Join(t.TempDir(), "none.sock")
	want := answer{socket + " no such file\n", "hint: is supervisord running? The address is given by -s.\n", 7}
	if d := cmp.Diff(want, runOver(t, "-s", socket, "version")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	want = answer{"{\n  \"error\": {\n    \"message\": \"" + socket + " no such file\",\n" +
		"    \"hint\": \"is supervisord running? The address is given by -s.\"\n  }\n}\n", "", 7}
	if d := cmp.Diff(want, runOver(t, "-s", socket, "version", "--json")); d != "" {
		t.Errorf("JSON (-want +got):\n%s", d)
	}
}

// A name without a password is asked for one, on a terminal, once the server wants it.
func TestPasswordPrompt(t *testing.T) {
	for _, c := range []struct {
		name  string
		words []string
		typed string
		want  answer
		asked []string
	}{
		{"right", []string{"-u", "me", "pid"}, "secret", answer{Out: "77\n"}, []string{"Password for me: "}},
		{"wrong", []string{"-u", "me", "pid"}, "x", answer{Out: "Server requires authentication\nerror: the server did not accept the name or the password of \"me\"\n", Code: 1}, []string{"Password for me: "}},
		{"given", []string{"-u", "me", "-p", "secret", "pid"}, "", answer{Out: "77\n"}, nil},
		{"given and wrong", []string{"-u", "me", "-p", "x", "pid"}, "", answer{Out: "Server requires authentication\nerror: the server did not accept the name or the password of \"me\"\n", Code: 1}, nil},
		{"nobody there", []string{"-u", "me", "pid"}, "", answer{Out: "Server requires authentication\nerror: the server did not accept the name or the password of \"me\"\n", Code: 1}, []string{"Password for me: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			e := env(nil, &out, &errs)
			e.Dial = func(s ctl.Server) (ctl.API, error) {
				f := newSupervisor()
				if s.Password != "secret" {
					f.err = client.ErrUnauthorized
				}
				return f, nil
			}
			var asked []string
			e.ReadPassword = func(prompt string) (string, error) {
				asked = append(asked, prompt)
				if c.typed == "" {
					return "", errors.New("no terminal")
				}
				return c.typed, nil
			}
			code := execute(t, e, c.words...)
			if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if d := cmp.Diff(c.asked, asked); d != "" {
				t.Errorf("prompts (-want +got):\n%s", d)
			}
		})
	}
}

func TestPasswordFile(t *testing.T) {
	for text, want := range map[string]string{
		"":        "Error: password: f: the first line is empty\n",
		"\nx\n":   "Error: password: f: the first line is empty\n",
		"missing": "Error: password: f: not there\n",
	} {
		var out, errs bytes.Buffer
		e := env(newSupervisor(), &out, &errs)
		if text != "missing" {
			e.ReadFile = func(string) ([]byte, error) { return []byte(text), nil }
		}
		code := execute(t, e, "--password-file", "f", "pid")
		if d := cmp.Diff(answer{"", want + "For help, use supervisorctl -h\n", 2}, answer{out.String(), errs.String(), code}); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}
