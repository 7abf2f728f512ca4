package client_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/client"
	"supervisord/internal/rpc/rpctest"
	"supervisord/internal/testenv"
)

// The client serves a Python Supervisor just as well: on its unix socket, and on a port
// with a password.
func TestPythonSupervisor(t *testing.T) {
	port := testenv.FreePort(t)
	peer := rpctest.StartPeer(t, fmt.Sprintf(`
[inet_http_server]
port=127.0.0.1:%d
username=me
password=a:b
[program:cat]
command=/bin/cat
autostart=true
startsecs=0
stdout_logfile=DIR/cat.log
stderr_logfile=NONE
[program:colour]
command=/bin/sh -c "printf '\033[31mred'; exec sleep 9999"
autostart=true
stdout_logfile=DIR/colour.log
stderr_logfile=NONE
[program:off]
command=/bin/sleep 9999
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[group:grp]
programs=off
`, port))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	for _, o := range []client.Options{
		{ServerURL: "unix://" + peer.Socket},
		{ServerURL: url, Username: "me", Password: "a:b"},
	} {
		t.Run(o.ServerURL[:4], func(t *testing.T) { usePeer(t, peer, newClient(t, o)) })
	}
	wrong := newClient(t, client.Options{ServerURL: url, Username: "me", Password: "b"})
	if _, err := wrong.Status(t.Context(), client.All()); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("wrong password: %v", err)
	}
}

func usePeer(t *testing.T, peer rpctest.Peer, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	infos, err := c.Status(ctx, client.All())
	if err != nil {
		t.Fatal(err)
	}
	want := []client.Info{
		{Name: "cat", Group: "cat", Phase: client.Running, StdoutLog: filepath.Join(peer.Dir, "cat.log")},
		{Name: "colour", Group: "colour", Phase: client.Running, StdoutLog: filepath.Join(peer.Dir, "colour.log")},
		{Name: "off", Group: "grp"},
	}
	volatile := cmpopts.IgnoreFields(client.Info{}, "PID", "Started", "Ended", "Now", "Description", "ExitStatus")
	if d := cmp.Diff(want, infos, volatile); d != "" {
		t.Errorf("status (-want +got):\n%s", d)
	}
	info, err := c.Supervisor(ctx)
	if info.PID == 0 || err != nil {
		t.Errorf("supervisor: %v, %v", info, err)
	}
	info.PID = 0
	if d := cmp.Diff(client.SupervisorInfo{Mood: 1, Identifier: "supervisor", Version: "4.2.5"}, info); d != "" {
		t.Errorf("supervisor (-want +got):\n%s", d)
	}
	config, err := c.Config(ctx)
	if err != nil || len(config) != 3 || config[2].Command != "/bin/sleep 9999" {
		t.Errorf("config: %v, %v", config, err)
	}
	// Python sends ESC as it is, which XML forbids and its own client does not read.
	log, err := c.ReadLog(ctx, client.LogName{Of: client.ParseSelector("colour")}, 0, 0)
	if string(log) != "\x1b[31mred" || err != nil {
		t.Errorf("log: %q, %v", log, err)
	}
	results, err := c.Start(ctx, client.OfGroup("grp"), client.WaitDone)
	if d := cmp.Diff([]client.Result{{Group: "grp", Name: "off"}}, results); d != "" || err != nil {
		t.Errorf("start: %v (-want +got):\n%s", err, d)
	}
	_, err = c.Start(ctx, client.ParseSelector("grp:off"), client.WaitDone)
	if d := cmp.Diff(error(client.NewFault(client.AlreadyStarted, "grp:off")), err); d != "" {
		t.Errorf("start again (-want +got):\n%s", d)
	}
	if _, err = c.Signal(ctx, client.ParseSelector("grp:off"), "WINCH"); err != nil {
		t.Errorf("signal: %v", err)
	}
	if results, err = c.Stop(ctx, client.ParseSelector("grp:off"), client.WaitDone); err != nil || len(results) != 1 {
		t.Errorf("stop: %v, %v", results, err)
	}
	if err := c.WriteStdin(ctx, client.ParseSelector("cat"), "é\n"); err != nil {
		t.Errorf("stdin: %v", err)
	}
	diff, err := c.Reread(ctx)
	if d := cmp.Diff(client.Diff{}, diff); d != "" || err != nil {
		t.Errorf("reread: %v (-want +got):\n%s", err, d)
	}
}
