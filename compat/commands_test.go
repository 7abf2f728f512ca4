//go:build unix

package compat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"supervisord/internal/testenv"
)

func commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"supervise":   cmdSupervise,
		"daemonfails": cmdDaemonFails,
		"signal":      cmdSignal,
		"awaitexit":   cmdAwaitExit,
		"await":       cmdAwait,
		"pidof":       cmdPidOf,
		"awaitnew":    cmdAwaitNew,
		"awaitgone":   cmdAwaitGone,
		"killpid":     cmdKillPid,
		"daemonlog":   cmdDaemonLog,
		"loglines":    cmdLogLines,
		"awaitfile":   cmdAwaitFile,
		"edit":        cmdEdit,
		"ctl":         cmdCtl,
		"ctlrc":       cmdCtlRC,
		"ctlsorted":   cmdCtlSorted,
		"ctlin":       cmdCtlIn,
		"ctlfollow":   cmdCtlFollow,
		"rpc":         cmdRPC,
		"curl":        cmdCurl,
		"pyrpc":       cmdPyRPC,
		"freeport":    cmdFreePort,
	}
}

// client returns a client for the unix socket s.sock, or for $PORT.
func (s *script) client(ts *testscript.TestScript, tcp bool) *testenv.Client {
	if tcp {
		return testenv.Dial("tcp", "127.0.0.1:"+ts.Getenv("PORT"))
	}
	return testenv.Dial("unix", filepath.Join(s.work, "s.sock"))
}

// info returns a process as the daemon under test describes it.
func (s *script) info(ts *testscript.TestScript, name string) (map[string]any, error) {
	v, err := s.client(ts, false).Call(context.Background(), "supervisor.getProcessInfo", name)
	m, _ := v.(map[string]any)
	return m, err
}

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, 2, "await NAME STATE")
	s := of(ts)
	var last any
	await(ts, func() bool {
		info, err := s.info(ts, args[0])
		last = info["statename"]
		if err != nil {
			last = err
		}
		return last == args[1]
	}, func() string { return fmt.Sprintf("%s is %v, not %s", args[0], last, args[1]) })
}

func cmdPidOf(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, 2, "pidof NAME VAR")
	ts.Setenv(args[1], strconv.Itoa(of(ts).pid(ts, args[0])))
}

// pid returns the pid of a process that has one, or fails the script.
func (s *script) pid(ts *testscript.TestScript, name string) int {
	info, err := s.info(ts, name)
	ts.Check(err)
	pid, _ := info["pid"].(int64)
	if pid <= 1 {
		ts.Fatalf("%s has pid %d", name, pid)
	}
	return int(pid)
}

func cmdAwaitNew(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, 2, "awaitnew NAME VAR")
	s := of(ts)
	old := ts.Getenv(args[1])
	await(ts, func() bool {
		info, _ := s.info(ts, args[0]) // a failure is a process that does not run yet
		pid, _ := info["pid"].(int64)
		return info["statename"] == "RUNNING" && pid != 0 && strconv.FormatInt(pid, 10) != old
	}, func() string { return args[0] + " was not started anew" })
}

func cmdAwaitGone(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "awaitgone FILE")
	pid := number(ts, strings.TrimSpace(ts.ReadFile(args[0])))
	await(ts, func() bool { return gone(pid) },
		func() string { return fmt.Sprintf("process %d still lives", pid) })
}

// gone reports whether a process has ended, if perhaps nobody has waited for it.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z ")) || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

func cmdKillPid(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, 2, "killpid NAME SIG")
	ts.Check(syscall.Kill(of(ts).pid(ts, args[0]), signalNamed(ts, args[1])))
}

func cmdDaemonLog(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "daemonlog REGEX")
	cmdAwaitFile(ts, false, []string{"s.log", args[0]})
}

// logLine is the time in front of a line of the daemon's log.
var logLine = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} `)

func cmdLogLines(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "loglines REGEX")
	re, err := regexp.Compile(args[0])
	ts.Check(err)
	out := ts.Stdout()
	for line := range strings.Lines(ts.ReadFile("s.log")) {
		if re.MatchString(line) {
			fmt.Fprint(out, of(ts).scrub.Text(logLine.ReplaceAllString(line, "")))
		}
	}
}

func cmdAwaitFile(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 2, "awaitfile FILE [REGEX]")
	re := regexp.MustCompile("")
	if len(args) > 1 {
		var err error
		re, err = regexp.Compile("(?m)" + args[1])
		ts.Check(err)
	}
	var text []byte
	await(ts, func() bool {
		var err error
		text, err = os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && re.Match(text)
	}, func() string { return fmt.Sprintf("%s is not there or does not match:\n%s", args[0], text) })
}

func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, 3, "edit FILE OLD NEW")
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, args[1]); n != 1 {
		ts.Fatalf("%s holds %q %d times", args[0], args[1], n)
	}
	text = strings.Replace(text, args[1], args[2], 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func cmdCtl(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, -1, "ctl ARGS...")
	runCtl(ts, args, "", 0)
}

// cmdCtlSorted is for several processes at once: the first to finish is the first
// in the output, and which that is the kernel decides.
func cmdCtlSorted(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, -1, "ctlsorted ARGS...")
	var b bytes.Buffer
	runProgramTo(ts, &b, of(ts).pair.ctl, ctlWords(ts, args), "", 0)
	_, _ = ts.Stdout().Write(sortLines(b.Bytes()))
}

func sortLines(text []byte) []byte {
	return bytes.Join(slices.SortedFunc(bytes.Lines(text), bytes.Compare), nil)
}

func cmdCtlRC(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, -1, "ctlrc CODE ARGS...")
	runCtl(ts, args[1:], "", number(ts, args[0]))
}

func cmdCtlIn(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, -1, "ctlin FILE [ARGS...]")
	runCtl(ts, args[1:], ts.ReadFile(args[0]), 0)
}

func ctlWords(ts *testscript.TestScript, args []string) []string {
	return append([]string{"-c", filepath.Join(of(ts).work, "s.conf")}, args...)
}

func runCtl(ts *testscript.TestScript, args []string, stdin string, code int) {
	runProgram(ts, of(ts).pair.ctl, ctlWords(ts, args), stdin, code)
}

// request takes the flags that rpc and curl share from the front of args.
func request(ts *testscript.TestScript, args []string) (client *testenv.Client, data []byte, body bool, rest []string) {
	client = of(ts).client(ts, len(args) > 0 && args[0] == "-tcp")
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch {
		case args[0] == "-tcp":
		case args[0] == "-b":
			body = true
		case args[0] == "-u" && len(args) > 1:
			client.User, client.Password, _ = strings.Cut(args[1], ":")
			args = args[1:]
		case args[0] == "-d" && len(args) > 1:
			data = []byte(ts.ReadFile(args[1]))
			args = args[1:]
		default:
			ts.Fatalf("bad flag %s", args[0])
		}
		args = args[1:]
	}
	return client, data, body, args
}

func cmdRPC(ts *testscript.TestScript, neg bool, args []string) {
	client, _, _, args := request(ts, args)
	need(ts, neg, args, 1, -1, "rpc [-tcp] [-u USER:PW] METHOD JSON...")
	params := make([]any, 0, len(args)-1)
	for _, a := range args[1:] {
		dec := json.NewDecoder(strings.NewReader(a))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			ts.Fatalf("parameter %s: %v", a, err)
		}
		params = append(params, integers(v))
	}
	v, err := client.Call(context.Background(), args[0], params...)
	if err != nil {
		fault, isFault := errors.AsType[*testenv.Fault](err)
		status, isHTTP := errors.AsType[*testenv.HTTPError](err)
		switch {
		case isFault:
			fmt.Fprintln(ts.Stdout(), of(ts).scrub.Text(fault.Error()))
		case isHTTP:
			fmt.Fprintln(ts.Stdout(), status)
		default:
			ts.Fatalf("%s: %v", args[0], err)
		}
		return
	}
	fmt.Fprint(ts.Stdout(), of(ts).scrub.JSON(v))
}

// integers turns JSON's numbers into XML-RPC's ints.
func integers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // the decoder has checked it
		return f
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

// shownHeaders are those that are part of what we promise.
var shownHeaders = []string{"Content-Type", "Location", "WWW-Authenticate"}

func cmdCurl(ts *testscript.TestScript, neg bool, args []string) {
	client, data, body, args := request(ts, args)
	need(ts, neg, args, 2, 2, "curl [-tcp] [-u USER:PW] [-d FILE] [-b] METHOD PATH")
	resp, text, err := client.Do(context.Background(), args[0], args[1], data)
	ts.Check(err)
	out := ts.Stdout()
	fmt.Fprintf(out, "status %d\n", resp.StatusCode)
	for _, name := range shownHeaders {
		if v := resp.Header.Get(name); v != "" {
			fmt.Fprintf(out, "%s: %s\n", name, of(ts).scrub.Text(v))
		}
	}
	if body {
		fmt.Fprintf(out, "\n%s\n", of(ts).scrub.Text(strings.TrimRight(string(text), "\n")))
	}
}

func cmdPyRPC(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "pyrpc FILE")
	runProgram(ts, "/usr/bin/python3", []string{ts.MkAbs(args[0])}, "", 0)
}

func cmdFreePort(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, 1, "freeport VAR")
	port, err := freePort(ts.Defer)
	ts.Check(err)
	ts.Setenv(args[0], port)
}
