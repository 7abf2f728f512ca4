package rpc_test

import (
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/rpc/rpctest"
)

// wireConfig is the configuration of Python's Supervisor from which the corpus is
// recorded. wireSupervisor builds the same in memory.
const wireConfig = `
[program:cat]
command=/bin/cat
autostart=true
startsecs=0
stdout_logfile=DIR/cat.log
stderr_logfile=DIR/cat.err
[program:manual]
command=/bin/sleep 9999
autostart=false
startsecs=0
directory=/tmp
serverurl=http://other
exitcodes=0,2
stopsignal=HUP
stopwaitsecs=5
killasgroup=true
stdout_logfile=NONE
stdout_events_enabled=true
stdout_capture_maxbytes=1MB
stdout_logfile_maxbytes=2000
stdout_logfile_backups=3
stderr_logfile=NONE
[program:ga]
command=/bin/sleep 9999
autostart=true
startsecs=0
priority=1
stdout_logfile=NONE
stderr_logfile=NONE
[program:gb]
command=/bin/sleep 9999
autostart=true
startsecs=0
priority=2
stdout_logfile=NONE
stderr_logfile=NONE
[group:grp]
programs=ga,gb
[program:nofile]
command=/no/such
autostart=false
[program:dirx]
command=/etc
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:fail]
command=/bin/false
autostart=false
startretries=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:slow]
command=/bin/sh -c "trap '' TERM; while :; do sleep 1; done"
autostart=true
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:words]
command=/bin/sh -c "printf '0123456789é\n'; exec sleep 9999"
autostart=true
redirect_stderr=true
stdout_logfile=DIR/words.log
`

// wireSupervisor returns the supervisor that wireConfig describes, with all running
// that starts by itself.
func wireSupervisor() *rpctest.Supervisor {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	s := &rpctest.Supervisor{
		Info:    control.SupervisorInfo{Mood: control.MoodRunning, PID: 4242, Identifier: "supervisor", Version: "4.2.5"},
		MainLog: []byte("the log\n"),
		Now:     now,
	}
	add := func(group, name, command string, out, err string, change func(*rpctest.Process)) {
		logInfo := func(file string) control.LogInfo {
			if file == "" {
				file = "none"
			}
			return control.LogInfo{Logfile: file, MaxBytes: 50 << 20, Backups: 10}
		}
		p := &rpctest.Process{
			Info: control.Info{Name: name, Group: group, StdoutLog: out, StderrLog: err},
			Config: control.ProgramInfo{
				Name: name, Group: group, Command: command, AutoRestart: process.Unexpected,
				GroupPriority: 999, Priority: 999, ExitCodes: []int{0}, StartRetries: 3, StartSecs: time.Second,
				StopSignal: 15, StopWaitSecs: 10 * time.Second,
				Stdout: logInfo(out), Stderr: logInfo(err),
			},
		}
		change(p)
		if p.Config.AutoStart {
			p.Info.Phase, p.Info.PID, p.Info.Started = process.Running, 4242, now
		}
		s.Processes = append(s.Processes, p)
	}
	add("cat", "cat", "/bin/cat", "DIR/cat.log", "DIR/cat.err", func(p *rpctest.Process) {
		p.Config.AutoStart, p.Config.StartSecs = true, 0
	})
	add("dirx", "dirx", "/etc", "", "", func(p *rpctest.Process) {
		p.StartFault = control.NewFault(control.NotExecutable, "command at '/etc' is a directory")
	})
	add("fail", "fail", "/bin/false", "", "", func(p *rpctest.Process) {
		p.StartFault = control.NewFault(control.SpawnError, "")
		p.Config.StartRetries = 0
	})
	for i, name := range []string{"ga", "gb"} {
		add("grp", name, "/bin/sleep 9999", "", "", func(p *rpctest.Process) {
			p.Config.AutoStart, p.Config.StartSecs, p.Config.Priority = true, 0, i+1
		})
	}
	add("manual", "manual", "/bin/sleep 9999", "", "", func(p *rpctest.Process) {
		c := &p.Config
		c.StartSecs, c.Directory, c.ServerURL = 0, "/tmp", "http://other"
		c.ExitCodes, c.StopSignal, c.StopWaitSecs, c.KillAsGroup = []int{0, 2}, 1, 5*time.Second, true
		c.Stdout.EventsEnabled, c.Stdout.CaptureMax, c.Stdout.MaxBytes, c.Stdout.Backups = true, 1<<20, 2000, 3
	})
	add("nofile", "nofile", "/no/such", "DIR/nofile-stdout---supervisor-XXXXXXXX.log", "DIR/nofile-stderr---supervisor-XXXXXXXX.log",
		func(p *rpctest.Process) {
			p.StartFault = control.NewFault(control.NoFile, "can't find command '/no/such'")
		})
	add("slow", "slow", `/bin/sh -c "trap '' TERM; while :; do sleep 1; done"`, "", "", func(p *rpctest.Process) {
		p.Config.AutoStart, p.Config.StartSecs = true, 0
	})
	add("words", "words", `/bin/sh -c "printf '0123456789é\n'; exec sleep 9999"`, "DIR/words.log", "", func(p *rpctest.Process) {
		p.Config.AutoStart, p.Config.RedirectStderr = true, true
		p.Out = []byte("0123456789é\n")
	})
	return s
}

// call is an exchange that is a call, named after its method and what is special.
func call(special, method string, params ...any) exchange {
	name := method
	if special != "" {
		name += "-" + special
	}
	if method[0] != 's' || method[1] != 'y' {
		method = "supervisor." + method
	}
	return exchange{name: name, method: method, params: params}
}

// ours is x with an answer of our own.
func ours(x exchange, json string) exchange {
	x.ours = json
	return x
}

const wrongParams = `{"code":2,"fault":"INCORRECT_PARAMETERS"}`

var exchanges = []exchange{
	call("", "getAPIVersion"),
	call("", "getVersion"),
	call("", "getSupervisorVersion"),
	call("", "getIdentification"),
	call("", "getState"),
	call("one-argument", "getState", 1),
	call("", "getAllProcessInfo"),
	call("", "getAllConfigInfo"),
	call("", "getProcessInfo", "words"),
	call("in-group", "getProcessInfo", "grp:ga"),
	call("group", "getProcessInfo", "grp:*"),
	call("unknown", "getProcessInfo", "nope"),
	ours(call("int", "getProcessInfo", 5), `{"code":2,"fault":"INCORRECT_PARAMETERS: 5"}`),
	ours(call("array", "getProcessInfo", []any{"a"}), `{"code":2,"fault":"INCORRECT_PARAMETERS: array"}`),
	call("no-argument", "getProcessInfo"),

	call("colon", "stopProcess", ":"),
	call("colon-star", "stopProcess", ":*"),
	call("star", "stopProcess", "*"),
	call("unknown", "stopProcess", "grp:zz"),
	call("down", "stopProcess", "manual"),
	call("unknown", "startProcess", "nope"),
	call("running", "startProcess", "cat"),
	call("no-file", "startProcess", "nofile"),
	call("no-file-int", "startProcess", "nofile", 0),
	call("not-executable", "startProcess", "dirx"),
	call("fails", "startProcess", "fail"),
	call("fatal", "getProcessInfo", "fail"),
	call("no-wait", "startProcess", "manual", false),
	call("up", "getProcessInfo", "manual"),
	call("", "stopProcess", "manual", true),
	call("stopped", "getProcessInfo", "manual"),
	call("running", "startProcessGroup", "grp"),
	call("group", "stopProcess", "grp:*"),
	call("group-colon", "startProcess", "grp:"),
	call("", "stopProcessGroup", "cat", true),
	call("down", "stopProcessGroup", "cat"),
	call("unknown", "stopProcessGroup", "nope"),
	call("", "startProcessGroup", "cat"),
	call("unknown", "startProcessGroup", "nope"),
	call("", "startAllProcesses"),
	call("two-arguments", "stopAllProcesses", true, 1),

	call("int", "signalProcess", "cat", 28),
	call("name", "signalProcess", "cat", "WINCH"),
	call("bad", "signalProcess", "cat", "FOO"),
	call("down", "signalProcess", "fail", "HUP"),
	call("unknown", "signalProcess", "nope", "HUP"),
	call("group", "signalProcess", "grp:*", "WINCH"),
	call("bad", "signalProcessGroup", "grp", "FOO"),
	call("unknown", "signalProcessGroup", "nope", "HUP"),
	call("", "signalAllProcesses", 28),
	call("bad", "signalAllProcesses", "FOO"),

	call("", "readProcessStdoutLog", "words", 0, 5),
	call("", "readProcessLog", "words", 2, 5),
	call("end", "readProcessStdoutLog", "words", -5, 0),
	call("past", "readProcessStdoutLog", "words", 1000, 10),
	call("digits", "readProcessStdoutLog", "words", "0", "5"),
	call("double", "readProcessStdoutLog", "words", 0.0, 1.5),
	call("boolean", "readProcessStdoutLog", "words", true, 0),
	ours(call("letters", "readProcessStdoutLog", "words", "x", 5), `{"code":2,"fault":"INCORRECT_PARAMETERS: x"}`),
	ours(call("half-a-letter", "readProcessStdoutLog", "words", 10, 1), `"�"`),
	call("negative", "readProcessStdoutLog", "words", -5, 1),
	call("negative-length", "readProcessStdoutLog", "words", 0, -1),
	call("none", "readProcessStderrLog", "words", 0, 0),
	call("unknown", "readProcessStdoutLog", "nope", 0, 0),
	call("negative", "readLog", -5, 1),
	call("", "tailProcessStdoutLog", "words", 0, 5),
	call("", "tailProcessLog", "words", 0, 5),
	call("all", "tailProcessStdoutLog", "words", 0, 100),
	call("past", "tailProcessStdoutLog", "words", 100, 5),
	call("zero", "tailProcessStdoutLog", "words", 0, 0),
	call("none", "tailProcessStderrLog", "words", 0, 5),
	call("unknown", "tailProcessStdoutLog", "nope", 0, 5),
	call("group", "tailProcessStdoutLog", "grp:*", 0, 5),
	call("unknown", "clearProcessLogs", "nope"),
	call("group", "clearProcessLogs", "grp:*"),
	call("", "clearProcessLogs", "words"),
	call("", "clearProcessLog", "words"),
	call("cleared", "tailProcessStdoutLog", "words", 0, 5),
	call("", "clearAllProcessLogs"),
	call("", "clearLog"),

	call("", "sendProcessStdin", "cat", "a <b> & ü\r\n"),
	call("int", "sendProcessStdin", "cat", 5),
	call("boolean", "sendProcessStdin", "cat", true),
	ours(call("array", "sendProcessStdin", "cat", []any{1}), `{"code":2,"fault":"INCORRECT_PARAMETERS: array"}`),
	call("unknown", "sendProcessStdin", "nope", "x"),
	call("down", "sendProcessStdin", "fail", "x"),
	call("group", "sendProcessStdin", "grp:*", "x"),
	call("", "sendRemoteCommEvent", "kind", "data"),
	call("int", "sendRemoteCommEvent", "kind", 5),

	call("active", "addProcessGroup", "cat"),
	call("unknown", "addProcessGroup", "nope"),
	call("running", "removeProcessGroup", "cat"),
	call("unknown", "removeProcessGroup", "nope"),
	call("", "removeProcessGroup", "dirx"),
	call("", "reloadConfig"),
	call("", "addProcessGroup", "dirx"),
	call("unchanged", "reloadConfig"),

	call("", "system.listMethods"),
	call("unknown", "system.methodHelp", "nope"),
	call("unknown", "system.methodSignature", "nope"),
	call("", "system.multicall", multicallOf("supervisor.getState"), 5),
	call("calls", "system.multicall", multicallOf("supervisor.getState", "supervisor.nope", "system.multicall", "")),
	call("stop-and-start", "system.multicall", []any{
		map[string]any{"methodName": "supervisor.stopProcess", "params": []any{"cat"}},
		map[string]any{"methodName": "supervisor.startProcess", "params": []any{"cat"}},
		map[string]any{"methodName": "supervisor.startProcess", "params": []any{"fail"}},
		map[string]any{"methodName": "supervisor.startProcess"},
		map[string]any{"methodName": "supervisor.getState", "params": 5},
		map[string]any{},
	}),
	call("none", "system.multicall", []any{}),
	call("int", "system.multicall", 5),
	ours(call("string", "system.multicall", "abc"), wrongParams),
	ours(call("of-int", "system.multicall", []any{5}),
		`[{"faultCode":2,"faultString":"INCORRECT_PARAMETERS: No methodName"}]`),
	ours(call("wrong-type", "system.multicall", []any{map[string]any{"methodName": "supervisor.getProcessInfo", "params": []any{5}}}),
		`[{"faultCode":2,"faultString":"INCORRECT_PARAMETERS: 5"}]`),

	{name: "unknown-method", method: "supervisor.nope"},
	{name: "unknown-namespace", method: "foo.bar"},
	{name: "three-parts", method: "a.b.c"},
	{name: "private", method: "supervisor._update"},
	{name: "attribute", method: "supervisor.getState.im_func"},
	{name: "no-params", body: "<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName></methodCall>"},
	{name: "untyped-string", body: "<methodCall><methodName>supervisor.startProcess</methodName><params><param><value>cat</value></param></params></methodCall>"},
	{name: "empty-method", body: "<?xml version='1.0'?><methodCall><methodName></methodName></methodCall>"},
	{name: "no-method", body: "<?xml version='1.0'?><methodCall><params></params></methodCall>"},
	{name: "garbage", body: "garbage\n"},
	{name: "truncated", body: "<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName>"},
	{name: "control-character", body: "<methodCall><methodName>supervisor.sendProcessStdin</methodName><params><param><value>cat</value></param><param><value>\x1b</value></param></params></methodCall>"},

	call("no-wait", "stopAllProcesses", false),
	call("", "shutdown"),
	call("shutting-down", "getState"),
	call("shutting-down", "startProcess", "nope"),
	call("shutting-down-no-argument", "startProcess"),
	call("shutting-down", "sendRemoteCommEvent", "kind", "data"),
	call("shutting-down", "system.methodSignature", "supervisor.startProcess"),
	call("shutting-down", "system.multicall", multicallOf("supervisor.getState", "system.listMethods")),
}

// multicallOf returns the argument of a multicall of methods without parameters.
func multicallOf(methods ...string) []any {
	var calls []any
	for _, m := range methods {
		calls = append(calls, map[string]any{"methodName": m, "params": []any{}})
	}
	return calls
}
