package config

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/testenv"
)

// reads checks what a codec makes of values; a want that begins with '!' is an error.
func reads[T any](t *testing.T, c codec[T], cases map[string]any) {
	t.Helper()
	for value, want := range cases {
		var got any
		v, err := c.parse(testHost(), value)
		if got = v; err != nil {
			got = "!" + err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %q: -want +got\n%s", c.kind, value, diff)
		}
	}
}

func TestCodecs(t *testing.T) {
	invalid := "!invalid literal for int() with base 10: "
	reads(t, integer, map[string]any{
		" 12 ": 12, "+3": 3, "-4": -4, "1_000": 1000, "1__0": invalid + "'1__0'", "_1": invalid + "'_1'", "1_": invalid + "'1_'",
		"": invalid + "''", "0x1": invalid + "'0x1'", "99999999999999999999": invalid + "'99999999999999999999'",
	})
	reads(t, byteSize, map[string]any{
		"0": int64(0), "5": int64(5), "1k": int64(1024), "2Kb": int64(2048), "3MB": int64(3 << 20), "1 GB": int64(1 << 30), "-1": int64(0), "1_0k": int64(10240),
		"1b": invalid + "'1b'", "1.5MB": invalid + "'1.5'", "": invalid + "''", "kb": invalid + "''", "9999999999GB": "!size too large: '9999999999GB'",
	})
	reads(t, duration, map[string]any{
		"0": time.Duration(0), "10": 10 * time.Second, "500ms": 500 * time.Millisecond, "1h30m": 90 * time.Minute, "-5": time.Duration(0),
		"99999999999999": longest, "999999h": longest, "-5s": invalid + "'-5s'", "5 m": invalid + "'5 m'", "": invalid + "''",
	})
	reads(t, octal, map[string]any{
		"022": os.FileMode(0o22), "22": os.FileMode(0o22), "0o22": os.FileMode(0o22), "8": "!8 can not be converted to an octal type", "-1": "!-1 can not be converted to an octal type", "10000": "!10000 is above upper bound (7777)",
	})
	reads(t, exitList, map[string]any{"": []int{}, " 0 , 255": []int{0, 255}, "1,,2": "!not a valid list of exit codes: '1,,2'", "-1": "!not a valid list of exit codes: '-1'"})
	reads(t, logLevel, map[string]any{"fatal": LevelCritical, "PANIC": LevelCritical, "trace": LevelTrace, "/": "!bad logging level name '/'", "": "!bad logging level name ''"})
	reads(t, plainName, map[string]any{"a:b": "!Invalid name: 'a:b' because of character: ':'", "a/b": "!Invalid name: 'a/b' because of character: '/'", "a\nb": `!Invalid name: 'a` + "\n" + `b' because of character: '\n'`})
	reads(t, inetAddress, map[string]any{
		"9001": address{"", 9001}, ":9001": address{"", 9001}, "LocalHost:1": address{"localhost", 1}, "[::1]:80": address{"::1", 80},
		"x:y": invalid + "'y'", "0": "!not a valid port number: '0' ", "*:0": "!0 is below lower bound (1)", "x:65536": "!65536 is above upper bound (65535)",
	})
	reads(t, restarts, map[string]any{"true": RestartAlways, "0": RestartNever, "UNEXPECTED": RestartUnexpected})
	reads(t, signals, map[string]any{
		"": "!value '' is not a valid signal name", "99": "!value '99' is not a valid signal number", "term": []Signal{{15, "TERM"}}, "SIGKILL": []Signal{{9, "KILL"}}, "SIGSIGKILL": "!value 'SIGSIGKILL' is not a valid signal name",
	})
	syslogTarget := func(proto, host string, port int) []LogTarget {
		return []LogTarget{{Kind: LogSyslog, Proto: proto, Host: host, Port: port}}
	}
	none := []LogTarget(nil)
	reads(t, logTargets, map[string]any{
		"": none, "none": none, "OFF": none, "auto": []LogTarget{{Kind: LogAuto}}, "x.log": []LogTarget{{Kind: LogFile, Path: "x.log"}}, "~web/x": "!The directory named as part of the path ~web/x does not exist",
		"/dev/null": []LogTarget{{Kind: LogNull}}, "/dev/stdout,/dev/stderr": []LogTarget{{Kind: LogStdout}, {Kind: LogStderr}},
		"syslog": syslogTarget("", "", 0), "syslog @host": syslogTarget("udp", "host", 514), "Syslog@tcp:host": syslogTarget("tcp", "host", 6514), "syslog @udp:host:99": syslogTarget("udp", "host", 99),
		"syslog @tls:[::1]:7": syslogTarget("tls", "::1", 7), "syslog @host:7": syslogTarget("udp", "host", 7), "syslog @": "!not a valid syslog server: 'syslog @'", "syslog @udp:h:x": "!not a valid syslog server: 'syslog @udp:h:x'",
		"syslog @tpc:h:514": "!not a valid syslog server: 'syslog @tpc:h:514'", "syslog @h:514:1": "!not a valid syslog server: 'syslog @h:514:1'", "syslog @::1": syslogTarget("udp", "::1", 514),
		"syslog h": "!neither a file nor a syslog server, which begins with @: 'syslog h'", "syslog.log": []LogTarget{{Kind: LogFile, Path: "syslog.log"}},
		"x.log, auto, x.log, AUTO": []LogTarget{{Kind: LogFile, Path: "x.log"}, {Kind: LogAuto}},
	})
	reads(t, cron, map[string]any{
		"@every 90s": "@every 90s", "@hourly": "@hourly", "TZ=UTC 0 0 1-5/2 ? JAN,mar *": "TZ=UTC 0 0 1-5/2 ? JAN,mar *", "": "",
		"60 * * * * *": "!not a valid schedule: '60 * * * * *': end of range (60) above maximum (59): 60",
		"@sometimes":   "!not a valid schedule: '@sometimes': unrecognized descriptor: @sometimes",
	})
	reads(t, fcgiSocket, map[string]any{"tcp://h:1": "tcp://h:1", "tcp://h": "!('Bad socket format %s', 'tcp://h')"})
	reads(t, homePath, map[string]any{"~": "/root", "~/": "/root/", "~web/a": "/home/web/a", "~nobody2/a": "~nobody2/a", "a~": "a~"})
}

// pythonLexer reads a JSON list of environments and answers with their variables, or
// with the message of the exception: Supervisor's rules over Python's shlex.
const pythonLexer = `
import json, shlex, sys
def read(s):
    lexer = shlex.shlex(s, posix=True)
    lexer.wordchars += '/.+-():'
    try:
        words = list(lexer)
    except ValueError as e:
        return str(e)
    env = {}
    for i in range(0, len(words), 4):
        if len(words) < i + 3 or words[i + 1] != '=':
            return "Unexpected end of key/value pairs in value '%s'" % s
        env[words[i]] = words[i + 2]
    return env
json.dump([read(s) for s in json.load(sys.stdin)], sys.stdout)
`

func TestEnvironmentAsInPython(t *testing.T) {
	values := []string{"", `A="1",B=2`, "A='x y',", `A="a\"b\\c\d"`, `A=a\,b`, "A=x#y", "A=#x", "A==1", "=1", "A=1;B=2", "A='it''s'", `A="x"y`, `A="`, `A=\`, `A="\`, "A=$HOME", "A=ü,B=é", "A=1,\n B=2"}
	pieces := []string{"A", "B", "x1", "=", "=", ",", ",", " ", "\n", `"`, `"a b"`, "'c,d'", `\`, "#", "$", ";", "/.+-():", "_", "é"}
	r := rand.New(rand.NewPCG(5, 6))
	for range 4000 {
		var b strings.Builder
		for range r.IntN(10) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		values = append(values, b.String(), "A="+b.String(), `A="1",B=`+b.String())
	}
	var want []any
	testenv.AskPython(t, pythonLexer, values, &want)
	for i, value := range values {
		env, _, err := parseEnvironment(value)
		got := map[string]any{}
		for k, v := range env {
			got[k] = v
		}
		switch {
		case err != nil && strings.HasPrefix(err.Error(), "not a valid environment variable"):
			continue // Python passes on what execve cannot take
		case err != nil:
			if err.Error() != want[i] {
				t.Fatalf("%q: got %v, Python has %v", value, err, want[i])
			}
		case !cmp.Equal(want[i], any(got)):
			t.Fatalf("%q: got %v, Python has %v", value, got, want[i])
		}
	}
}
