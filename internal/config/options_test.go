package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testHost knows the user web, the group www and the directories / and /tmp.
func testHost() *host {
	h := newHost(Options{
		LookupUser: func(name string) (User, error) {
			if name == "web" || name == "1000" {
				return User{Name: "web", UID: 1000, GID: 1000, Home: "/home/web"}, nil
			}
			return User{}, errors.New("no such user")
		},
		LookupGroup: func(name string) (UserGroup, error) {
			if name == "www" || name == "33" {
				return UserGroup{Name: "www", GID: 33}, nil
			}
			return UserGroup{}, errors.New("no such group")
		},
	}, map[string]string{"HOME": "/root"})
	h.dirs = map[string]bool{"/": true, "/tmp": true, "/none": false}
	return h
}

// sample is how one option accepts, and perhaps rejects, a value.
type sample struct {
	accept, shows string
	reject, says  string // reject empty: every text is accepted
}

// kinds are samples by kind of value.
var kinds = map[string]sample{
	"string":                                {"any text", "any text", "", ""},
	"boolean":                               {"On", "true", "maybe", "not a valid boolean value: 'maybe'"},
	"integer":                               {" -1_000", "-1000", "x", "invalid literal for int() with base 10: 'x'"},
	"integer, negative as 0":                {"-3", "0", "3.0", "invalid literal for int() with base 10: '3.0'"},
	"integer from 1":                        {"2", "2", "0", "must be at least 1: '0'"},
	"size":                                  {"10 kB", "10KB", "50XB", "invalid literal for int() with base 10: '50xb'"},
	"duration":                              {"1m30s", "90", "ten", "invalid literal for int() with base 10: 'ten'"},
	"octal number":                          {"027", "027", "9", " 9"},
	"number from 0 to 1":                    {"0.25", "0.25", "1.1", "not a number from 0 to 1: '1.1'"},
	"`none` or number/duration":             {"5/1m", "5/60", "5", "no time behind the number of restarts, as in 5/1m: '5'"},
	"`linear`, `exponential` or `constant`": {"Exponential", "exponential", "square", "not one of [linear exponential constant]: 'square'"},
	"list of exit codes":                    {"0, 2", "0,2", "0,256", "not a valid list of exit codes: '0,256'"},
	"log level":                             {"Warning", "warn", "loud", "bad logging level name 'loud'"},
	"boolean or `unexpected`":               {"Unexpected", "unexpected", "maybe", "invalid 'autorestart' value 'maybe'"},
	"name":                                  {" web_1 ", "web_1", "a b", "Invalid name: 'a b' because of character: ' '"},
	"comma-separated list":                  {"a, b,", "a,b", "", ""},
	"list of KEY=value":                     {`A="1",B=2`, `A="1",B="2"`, "A=1 B=2", "Unexpected end of key/value pairs in value 'A=1 B=2'"},
	"path":                                  {"~/x", "/root/x", "", ""},
	"path in an existing directory":         {"/tmp/x", "/tmp/x", "/none/x", "The directory named as part of the path /none/x does not exist"},
	"existing directory":                    {"/tmp", "/tmp", "/none", "/none is not an existing directory"},
	"user":                                  {"web", "web", "nobody2", "Invalid user name nobody2"},
	"user or user:group":                    {"web:www", "web:www", "77:www", " 77"},
	"signals":                               {"sigterm, 2 HUP", "TERM INT HUP", "FOO", "value 'FOO' is not a valid signal name"},
	"log targets":                           {"/tmp/x, /dev/stdout", "/tmp/x,/dev/stdout", "/none/x", "The directory named as part of the path /none/x does not exist"},
	"file pattern":                          {"*.conf", "*.conf", "[", "not a valid file pattern: '['"},
	"syslog facility":                       {"LOG_KERNEL", "kern", "local8", "not a valid syslog facility: 'local8'"},
	"syslog priority":                       {"WARN", "warning", "loud", "not a valid syslog priority: 'loud'"},
	"schedule":                              {"0 */5 * * * mon-fri", "0 */5 * * * mon-fri", "* * * * *", "not a valid schedule: '* * * * *': expected exactly 6 fields, found 5: [* * * * *]"},
	"[host]:port":                           {"*:9001", "*:9001", "x:", "no port number specified in ''"},
	"list of name:host:port":                {"a:b:1", "a:b:1", "a:b", "not a valid name:host:port: 'a:b'"},
	"URL":                                   {"unix:///x/../y", "unix:///y", "", ""},
	"http:// or https:// URL":               {"https://h/p?q", "https://h/p?q", "ftp://geheim@h", "must be http://host/path or https://host/path"},
	"URL or `AUTO`":                         {"auto", "AUTO", "", ""},
	"`restart`, `stop` or a command":        {"Restart", "restart", "", ""},
	"integer from 1 to 65535":               {"128", "128", "0", "Invalid socket_backlog value 0"},
	"tcp://host:port or unix:///path":       {"unix:///a//b", "unix:///a/b", "unix://a", "('Unix socket path %s is not an absolute path', 'a')"},
	"command, http(s)://… or tcp://host:port":                    {"http://x/ -d y", "http://x/ -d y", "tcp://x", "not a command, an http(s):// or a tcp://host:port URL: 'tcp://x'"},
	"path in an existing directory, `syslog` or a syslog server": {"SYSLOG @tcp:h", "syslog @tcp:h:6514", "/none/x", "The directory named as part of the path /none/x does not exist"},
	"`daily`, `hourly` or duration":                              {"Daily", "daily", "10ms", "not daily, hourly or a duration from 1m to 366 days: '10ms'"},
	"form of a time":                                             {"%H:%M", "%H:%M", "%Q", "unknown directive %Q"},
	"`gzip` or `none`":                                           {"GZIP", "gzip", "zip", "neither gzip nor none: 'zip'"},
	"`raw`, `text` or `json`":                                    {"JSON", "json", "xml", "not one of [raw text json]: 'xml'"},
	"`text` or `json`":                                           {"JSON", "json", "raw", "not one of [text json]: 'raw'"},
	readiness.kind:                                               {"tcp: 80", "tcp:localhost:80", "tcp:x", "not tcp:PORT or tcp:HOST:PORT: 'tcp:x'"},
	"`wait`, `stop` or `ignore`":                                 {"STOP", "stop", "go", "not one of [wait stop ignore]: 'go'"},
	"`rfc3164` or `rfc5424`":                                     {"RFC5424", "rfc5424", "5424", "not one of [rfc3164 rfc5424]: '5424'"},
}

// exceptions are samples of options that show or say something else than their kind.
var exceptions = map[string]sample{
	"user":         {"web:www", "web:www", "web:77", "Invalid group id 77"},
	"socket_owner": {"web:www", "web:www", "77", "Invalid socket_owner value 77"},
	"chown":        {"1000", "1000", "web:77", "Invalid sockchown value web:77"},
	"socket_mode":  {"0o640", "0640", "8", "Invalid socket_mode value 8"},
	"chmod":        {"640", "0640", "8", "Invalid chmod value 8"},
	"umask":        {"027", "027", "9", "9 can not be converted to an octal type"},
}

func TestEveryOptionAcceptsAndRejects(t *testing.T) {
	checkTable(t, "supervisord", supervisordOptions)
	checkTable(t, "supervisorctl", supervisorctlOptions)
	checkTable(t, "unix_http_server", unixServerOptions)
	checkTable(t, "inet_http_server", inetServerOptions)
	checkTable(t, "program", programOptions)
	checkTable(t, "group", groupOptions)
	checkTable(t, "eventlistener", listenerOptions)
	checkTable(t, "fcgi-program", fastCGIOptions)
	checkTable(t, "rpcinterface", rpcInterfaceOptions)
	checkTable(t, "include", includeOptions)
}

func checkTable[S any](t *testing.T, section string, table *table[S]) {
	t.Helper()
	for _, o := range table.rows {
		t.Run(section+"/"+o.Name, func(t *testing.T) {
			s, ok := exceptions[o.Name]
			if !ok || o.Kind == "user" {
				s, ok = kinds[o.Kind]
			}
			if !ok {
				t.Fatalf("no sample of %q", o.Kind)
			}
			h := testHost()
			var dst S
			if err := o.set(&dst, h, s.accept); err != nil {
				t.Fatal(err)
			}
			if got := o.get(&dst); got != s.shows {
				t.Errorf("%q: got %q, want %q", s.accept, got, s.shows)
			}
			if err := o.set(&dst, h, s.shows); err != nil || o.get(&dst) != s.shows {
				t.Errorf("%q, read again: %v, got %q", s.shows, err, o.get(&dst))
			}
			if s.reject != "" {
				if err := o.set(&dst, h, s.reject); err == nil || err.Error() != s.says {
					t.Errorf("%q: got %v, want %s", s.reject, err, s.says)
				}
				if got := o.get(&dst); got != s.shows {
					t.Errorf("a rejected value changed it to %q", got)
				}
			}
			if o.Doc == "" || !strings.HasSuffix(o.Doc, ".") {
				t.Errorf("doc is no sentence: %q", o.Doc)
			}
			if o.Default != "" {
				if err := o.set(&dst, h, o.Default); err != nil && o.Name != processNameKey {
					t.Errorf("default: %v", err)
				}
			}
		})
	}
}

// TestEveryFieldHasAnOption fills a struct through its table and looks for fields that
// stayed empty.
func TestEveryFieldHasAnOption(t *testing.T) {
	notOptions := map[string]bool{
		"Program.Section": true, "Program.File": true, "Program.Program": true, "Program.Group": true, "Program.ProcessNum": true, "Program.FastCGI": true, "Program.Needs": true, "Program.NumProcsOfFile": true,
		"Supervisorctl.Present": true, "UnixServer.Section": true, "RPCInterface.Name": true, "RPCInterface.Options": true,
		"inetSection.Section": true, "inetSection.Host": true, "inetSection.Port": true,
	}
	var empty []string
	empty = append(empty, emptyFields(t, programOptions)...)
	empty = append(empty, emptyFields(t, supervisordOptions)...)
	empty = append(empty, emptyFields(t, supervisorctlOptions)...)
	empty = append(empty, emptyFields(t, unixServerOptions)...)
	empty = append(empty, emptyFields(t, inetServerOptions)...)
	empty = append(empty, emptyFields(t, groupOptions)...)
	empty = append(empty, emptyFields(t, listenerOptions)...)
	empty = append(empty, emptyFields(t, fastCGIOptions)...)
	empty = append(empty, emptyFields(t, rpcInterfaceOptions)...)
	for _, f := range empty {
		if !notOptions[f] {
			t.Errorf("%s has no option", f)
		}
		delete(notOptions, f)
	}
	for f := range notOptions {
		t.Errorf("%s is filled by an option", f)
	}
}

// nonZero are values of each kind that leave no field empty.
var nonZero = map[string]string{
	"integer, negative as 0": "3", "log level": "info", "URL or `AUTO`": "x", "path in an existing directory": "/tmp/x",
}

func emptyFields[S any](t *testing.T, table *table[S]) []string {
	t.Helper()
	var dst S
	for _, o := range table.rows {
		value := kinds[o.Kind].accept
		if s, ok := exceptions[o.Name]; ok && o.Kind != "user" {
			value = s.accept
		}
		if v, ok := nonZero[o.Kind]; ok {
			value = v
		}
		if err := o.set(&dst, testHost(), value); err != nil {
			t.Fatal(o.Name, err)
		}
	}
	return zeroFields(reflect.ValueOf(dst), reflect.TypeFor[S]().Name())
}

func zeroFields(v reflect.Value, name string) (zero []string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Type == reflect.TypeFor[StreamLog](), f.Type == reflect.TypeFor[Liveness](), f.Anonymous:
			zero = append(zero, zeroFields(v.Field(i), name)...)
		case v.Field(i).IsZero():
			zero = append(zero, fmt.Sprintf("%s.%s", name, f.Name))
		}
	}
	return zero
}

func TestDefaults(t *testing.T) {
	l := newLoader(Options{Environ: []string{}})
	var got []string
	for _, o := range programOptions.rows {
		if v := o.get(&l.program); v != "" {
			got = append(got, o.Name+"="+v)
		}
	}
	want := strings.Fields(`numprocs=1 numprocs_start=0 priority=999 autostart=true startsecs=1 readiness=startsecs readiness_timeout=60 watchdog_secs=0 startretries=3 autorestart=unexpected exitcodes=0
		stopsignal=TERM stopwaitsecs=10 killwaitsecs=0 restartpause=0
		backoff=linear backoff_max=0 backoff_jitter=0 restart_limit=none stopasgroup=false killasgroup=false serverurl=AUTO redirect_stderr=false
		stdout_logfile=AUTO stdout_logfile_maxbytes=50MB stdout_logfile_backups=10 stdout_logfile_rotate=0 stdout_logfile_compress=none stdout_capture_maxbytes=0
		stdout_events_enabled=false stdout_syslog=false
		stderr_logfile=AUTO stderr_logfile_maxbytes=50MB stderr_logfile_backups=10 stderr_logfile_rotate=0 stderr_logfile_compress=none stderr_capture_maxbytes=0
		stderr_events_enabled=false stderr_syslog=false
		log_format=raw log_timestamp=rfc3339ms syslog_facility=user syslog_stdout_priority=info syslog_stderr_priority=info syslog_format=rfc3164 depends_on_failure=wait restart_when_binary_changed=false restart_file_pattern=*
		liveness_check_initial_delay=60 liveness_check_period=60 liveness_check_timeout=30
		liveness_check_success_threshold=1 liveness_check_failure_threshold=3 liveness_check_failure_action=restart`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
