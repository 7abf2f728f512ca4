package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// rotateAt is the size at which logs are rotated, in bytes, and oldLogs how many are
// kept; the C loop knows the latter by itself.
const (
	rotateAt = 50 << 20
	oldLogs  = 3
)

// programs are what one contender supervises: count times the same.
type programs struct {
	count     int
	argv      []string
	startSecs int
	again     bool   // one that has exited starts again
	second    bool   // the output goes to a second log file too
	format    string // of the log; empty: as the program wrote it
	events    int    // that another program sends to an event listener; 0: there are neither
}

// reporters is how many programs report that they have started.
func (p programs) reporters() int {
	if p.events > 0 {
		return p.count + 2
	}
	return p.count
}

var errNoCompiler = errors.New("needs gcc")

// fifo is where the programs report.
func (l *lab) fifo() string { return filepath.Join(l.dir, "fifo") }

// reporter is a program that reports when it starts, and then sleeps. Without a
// compiler it is a shell, whose report bears no time.
func (l *lab) reporter() []string {
	if l.program == "" {
		return []string{"/bin/sh", "-c", fmt.Sprintf("echo $$ 0 >%s; exec /bin/sleep 1000000", l.fifo())}
	}
	return []string{l.program, l.fifo()}
}

// compiled is the C program in another of its roles.
func (l *lab) compiled(args ...string) ([]string, error) {
	if l.program == "" {
		return nil, errNoCompiler
	}
	return append([]string{l.program, l.fifo()}, args...), nil
}

// config returns the configuration of both daemons: a unix socket, one section per
// program, stderr with stdout in one log file.
func (p programs) config(dir string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("[supervisord]\nnodaemon=true\nuser=root\nidentifier=bench")
	line("logfile=%[1]s/daemon.log\npidfile=%[1]s/daemon.pid\nchildlogdir=%[1]s", dir)
	line("minfds=%d", 4*p.count+96)
	line("[unix_http_server]\nfile=%s/sock", dir)
	line("[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface")
	line("[supervisorctl]\nserverurl=unix://%s/sock", dir)
	for i := range p.count {
		line("[program:p%04d]\ncommand=%s", i, commandLine(p.argv))
		line("startsecs=%d\nautorestart=%t\nredirect_stderr=true", p.startSecs, p.again)
		line("stdout_logfile=%s", p.logs(fmt.Sprintf("%s/log/p%04d", dir, i)))
		line("stdout_logfile_maxbytes=%d\nstdout_logfile_backups=%d", rotateAt, oldLogs)
		if p.format != "" {
			line("log_format=%s", p.format)
		}
	}
	if p.events > 0 {
		line("[eventlistener:listener]\ncommand=%s listener %d", commandLine(p.argv[:2]), p.events)
		line("events=PROCESS_COMMUNICATION\nbuffer_size=%d\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE", p.events)
		line("[program:talker]\ncommand=%s messages %d", commandLine(p.argv[:2]), p.events)
		line("stdout_capture_maxbytes=1KB\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE")
	}
	return b.String()
}

func (p programs) logs(path string) string {
	if p.second {
		return path + ".log, " + path + ".second"
	}
	return path + ".log"
}

func commandLine(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		if strings.ContainsAny(w, " $;>") {
			w = "'" + w + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// loopArgs are the arguments of the C loop.
func (p programs) loopArgs(dir string) []string {
	return append([]string{strconv.Itoa(p.count), filepath.Join(dir, "log"), strconv.Itoa(rotateAt)}, p.argv...)
}
