package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// logTargets is the codec of stdout_logfile and stderr_logfile.
var logTargets = codec[[]LogTarget]{kind: "log targets", parse: parseLogTargets, print: printLogTargets}

// printLogTargets writes NONE if there is no target at all.
func printLogTargets(all []LogTarget) string {
	var items []string
	for _, t := range all {
		items = append(items, t.String())
	}
	if items == nil {
		return LogTarget{}.String()
	}
	return printList(items)
}

// parseLogTargets reads a comma-separated list. NONE, off and an empty value are no
// target at all.
func parseLogTargets(h *host, s string) ([]LogTarget, error) {
	items, _ := parseList(s)
	if len(items) == 1 && isNoLog(items[0]) {
		return nil, nil
	}
	if slices.ContainsFunc(items, isNoLog) {
		return nil, errors.New("NONE cannot be combined with other log targets")
	}
	var targets []LogTarget
	for _, item := range items {
		t, err := parseLogTarget(h, item)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(targets, t) { // or each line would come twice
			targets = append(targets, t)
		}
	}
	return targets, nil
}

// daemonLog is the codec of logfile of [supervisord]: newFile, or one of the targets
// that are no file.
var daemonLog = codec[LogTarget]{
	kind: "path in an existing directory, `syslog` or a syslog server",
	parse: func(h *host, s string) (LogTarget, error) {
		t, err := parseLogTarget(h, s)
		switch t.Kind {
		case LogSyslog, LogStdout, LogStderr:
			return t, err
		case LogNone, LogAuto, LogFile, LogNull: // AUTO and NONE are names here, and the null device a file
		}
		p, err := newFile.parse(h, s)
		return LogTarget{Kind: LogFile, Path: p}, err
	},
	print: LogTarget.String,
}

// String returns the target as it would be written in a file.
func (t LogTarget) String() string {
	switch t.Kind {
	case LogAuto:
		return "AUTO"
	case LogFile:
		return t.Path
	case LogStdout:
		return "/dev/stdout"
	case LogStderr:
		return "/dev/stderr"
	case LogNull:
		return "/dev/null"
	case LogSyslog:
		if t.Host == "" {
			return "syslog"
		}
		return "syslog @" + t.Proto + ":" + net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
	case LogNone:
	}
	return "NONE"
}

func isNoLog(s string) bool { return strings.EqualFold(s, "none") || strings.EqualFold(s, "off") }

func parseLogTarget(h *host, s string) (LogTarget, error) {
	lower := strings.ToLower(s)
	switch lower {
	case "auto":
		return LogTarget{Kind: LogAuto}, nil
	case "syslog":
		return LogTarget{Kind: LogSyslog}, nil
	case "/dev/stdout":
		return LogTarget{Kind: LogStdout}, nil
	case "/dev/stderr":
		return LogTarget{Kind: LogStderr}, nil
	case "/dev/null":
		return LogTarget{Kind: LogNull}, nil
	}
	if rest, ok := strings.CutPrefix(lower, "syslog"); ok {
		if server, ok := strings.CutPrefix(strings.TrimSpace(rest), "@"); ok {
			return parseSyslogServer(server, s)
		}
		if strings.HasPrefix(rest, " ") {
			return LogTarget{}, fmt.Errorf("neither a file nor a syslog server, which begins with @: '%s'", s)
		}
	}
	p, err := h.existingDirpath(s)
	return LogTarget{Kind: LogFile, Path: p}, err
}

// parseSyslogServer reads [proto:]host[:port]. The protocol is udp if none is given,
// the port 514 for udp and 6514 for tcp and tls. An IPv6 address stands in brackets.
func parseSyslogServer(server, whole string) (LogTarget, error) {
	invalid := fmt.Errorf("not a valid syslog server: '%s'", whole)
	t := LogTarget{Kind: LogSyslog, Proto: "udp", Port: 514}
	if proto, rest, ok := strings.Cut(server, ":"); ok && slices.Contains([]string{"udp", "tcp", "tls"}, proto) {
		t.Proto, server = proto, rest
		if proto != "udp" {
			t.Port = 6514
		}
	}
	t.Host = strings.TrimSuffix(strings.TrimPrefix(server, "["), "]")
	if host, port, err := net.SplitHostPort(server); err == nil {
		t.Host = host
		if t.Port, err = parsePort(port); err != nil {
			return LogTarget{}, invalid
		}
	}
	_, notIP := netip.ParseAddr(t.Host)
	if t.Host == "" || strings.ContainsAny(t.Host, " /@[]") || strings.Contains(t.Host, ":") && notIP != nil {
		return LogTarget{}, invalid
	}
	return t, nil
}
