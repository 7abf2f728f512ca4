package rpc_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc"
	"supervisord/internal/rpc/rpctest"
)

// many returns a supervisor of 1,000 running processes.
func many() *rpctest.Supervisor {
	s := &rpctest.Supervisor{Info: control.SupervisorInfo{Mood: control.MoodRunning}, Now: time.Unix(1_800_000_000, 0)}
	for i := range 1000 {
		name := fmt.Sprintf("program-%04d", i)
		s.Processes = append(s.Processes, &rpctest.Process{Info: control.Info{
			Name: name, Group: name, Phase: process.Running, PID: 10_000 + i, Started: s.Now.Add(-time.Hour),
			StdoutLog: "/var/log/supervisor/" + name + "-stdout.log", StderrLog: "/var/log/supervisor/" + name + "-stderr.log",
		}})
	}
	return s
}

var allInfo, _ = rpc.AppendRequest(nil, "supervisor.getAllProcessInfo") // cannot fail: no parameters

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	size   int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(b []byte) (int, error) {
	d.size += len(b)
	return len(b), nil
}

// The budget for the server's work is 5 ms.
func BenchmarkGetAllProcessInfo1000(b *testing.B) {
	handler := rpc.NewHandler(many(), slog.New(slog.DiscardHandler))
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/RPC2", bytes.NewReader(allInfo))
		handler.ServeHTTP(w, r)
	}
	b.SetBytes(int64(w.size / b.N))
}

// The client's part of the same call.
func BenchmarkDecodeAllProcessInfo1000(b *testing.B) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/RPC2", bytes.NewReader(allInfo))
	rpc.NewHandler(many(), slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
	b.SetBytes(int64(w.Body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		infos, err := rpc.DecodeInfos(w.Body.Bytes(), rpc.ResponseLimits)
		if err != nil || len(infos) != 1000 {
			b.Fatal(err)
		}
	}
}
