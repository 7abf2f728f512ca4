package rpc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc"
)

// infos are two processes whose every member differs from those of the other.
var infos = []control.Info{
	{
		Name: "a&b", Group: "<g>", Phase: process.Running, PID: 7, Started: time.Unix(100, 0), Now: time.Unix(300, 0),
		StdoutLog: "/out", StderrLog: "/err", Description: "pid 7, uptime 0:03:20",
	},
	{
		Name: "c", Group: "d", Phase: process.Exited, Started: time.Unix(1, 0), Ended: time.Unix(2, 0), Now: time.Unix(300, 0),
		ExitStatus: -1, SpawnErr: "no ü", Description: "Jan 01 12:00 AM",
	},
}

func encodedInfos(t *testing.T) string {
	t.Helper()
	doc, err := rpc.AppendResponse(nil, infos)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func TestInfosSurviveTheWire(t *testing.T) {
	doc := encodedInfos(t)
	for name, variant := range map[string]string{
		"as written":       doc,
		"other white":      strings.ReplaceAll(doc, "\n", " \r\n\t"),
		"no white":         strings.ReplaceAll(doc, "\n", ""),
		"comments":         strings.ReplaceAll(doc, "<member>", "<!-- c --><member >"),
		"strings unmarked": strings.NewReplacer("<string>", "", "</string>", "").Replace(doc),
		"i4":               strings.NewReplacer("<int>", "<i4> ", "</int>", "\n</i4>").Replace(doc),
		"unknown members":  strings.ReplaceAll(doc, "<struct>", "<struct><member><name>new</name><value><array><data><value>1</value></data></array></value></member>"),
	} {
		got, err := rpc.DecodeInfos([]byte(variant), rpc.ResponseLimits)
		if d := cmp.Diff(infos, got); err != nil || d != "" {
			t.Errorf("%s: %v, -want +got:\n%s", name, err, d)
		}
	}
}

func TestDecodeInfosRefusesOtherAnswers(t *testing.T) {
	doc := encodedInfos(t)
	for name, bad := range map[string]string{
		"nothing":          "",
		"a string":         "<methodResponse><params><param><value>x</value></param></params></methodResponse>",
		"a list of ints":   "<methodResponse><params><param><value><array><data><value><int>1</int></value></data></array></value></param></params></methodResponse>",
		"a member missing": strings.Replace(doc, "<name>pid</name>", "<name>other</name>", 1),
		"an int for text":  strings.Replace(doc, "<string>c</string>", "<int>1</int>", 1),
		"text for an int":  strings.Replace(doc, "<int>7</int>", "<string>7</string>", 1),
		"no number":        strings.Replace(doc, "<int>7</int>", "<int>seven</int>", 1),
		"cut off":          doc[:len(doc)/2],
		"something after":  doc + "<more/>",
		"two results":      strings.Replace(doc, "</param>", "</param><param><value>x</value></param>", 1),
	} {
		if got, err := rpc.DecodeInfos([]byte(bad), rpc.ResponseLimits); err == nil {
			t.Errorf("%s: no error, but %v", name, got)
		}
	}
	if _, err := rpc.DecodeInfos([]byte(doc), rpc.Limits{Depth: 32, Values: 20}); err == nil {
		t.Error("more values than allowed: no error")
	}
	fault := rpc.AppendFault(nil, control.NewFault(control.ShutdownState, ""))
	_, err := rpc.DecodeInfos(fault, rpc.ResponseLimits)
	if d := cmp.Diff(error(control.NewFault(control.ShutdownState, "")), err); d != "" {
		t.Errorf("a fault: -want +got:\n%s", d)
	}
}
