package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asProcess returns a process of this binary under the given name.
func asProcess(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asVariable+"="+name)
	return cmd
}

const completionConfig = `
[unix_http_server]
file=%(here)s/s.sock
[supervisord]
logfile=%(here)s/s.log
pidfile=%(here)s/s.pid
childlogdir=%(here)s
[program:web]
command=/bin/sleep 1000
startsecs=0
[program:worker]
command=/bin/sleep 1000
numprocs=2
process_name=%(program_name)s_%(process_num)d
autostart=false
`

// startDaemon starts a daemon in a directory of its own and returns its configuration.
func startDaemon(t *testing.T) (conf string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd") // a path in t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	conf = filepath.Join(dir, "s.conf")
	if err := os.WriteFile(conf, []byte(completionConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := asProcess(t, "supervisord", "-c", conf)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.Contains(lines.Text(), "web entered RUNNING state") {
		t.Log(lines.Text())
	}
	t.Cleanup(func() {
		for lines.Scan() {
			t.Log(lines.Text())
		}
		_ = cmd.Wait() // the context of the test has ended it
	})
	return conf
}

// bashTest is what a terminal does when Tab is pressed behind each line: it calls the
// function that the script has set, and shows what that leaves, and a line with a dot.
// The package bash-completion, whose one function the script wants, need not be there.
const bashTest = `
_get_comp_words_by_ref() {
    words=($COMP_LINE); [[ $COMP_LINE == *" " ]] && words+=("")
    cword=$((${#words[@]}-1)); cur=${words[cword]}; prev=${words[cword-1]}
}
supervisord() { TEST_AS=supervisord "$BINARY" "$@"; }
supervisorctl() { TEST_AS=supervisorctl "$BINARY" "$@"; }
source <(supervisord completion bash)
source <(supervisord completion bash supervisorctl)
while IFS= read -r COMP_LINE; do
    COMP_POINT=${#COMP_LINE} COMP_TYPE=9
    [[ $(complete -p ${COMP_LINE%% *}) =~ -F\ ([^ ]+) ]]
    ${BASH_REMATCH[1]} 2>/dev/null </dev/null
    printf '%s\n' "${COMPREPLY[@]}" .
done
`

func TestCompletionInBash(t *testing.T) {
	conf := startDaemon(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	type answer struct{ line, found string }
	want := []answer{
		{"supervisord comp", "completion"},
		{"supervisord --nocl", "--nocleanup"},
		{"supervisord -c x --minp", "--minprocs"},
		{"supervisord completion po", "powershell"},
		{"supervisord completion bash ", "supervisorctl supervisord"},
		{"supervisord ctl -c CONF maint", "maintail"},
		{"supervisorctl -c CONF rere", "reread"},
		{"supervisorctl -c CONF start w", "web worker:* worker:worker_0 worker:worker_1"},
		{"supervisorctl -c CONF start worker:", "* worker_0 worker_1"},
		{"supervisorctl -c CONF start web worker:worker_", "worker_0 worker_1"},
		{"supervisorctl -c CONF stop web we", ""},
		{"supervisorctl -c CONF signal HU", "HUP"},
		{"supervisorctl -c CONF signal HUP a", "all"},
		{"supervisorctl -c CONF tail -f we", "web"},
		{"supervisorctl -c CONF tail -f web ", "stderr stdout"},
		{"supervisorctl -c CONF tail --h", "--help"},
		{"supervisorctl -c CONF remove wo", "worker"},
		{"supervisorctl -c CONF help shut", "shutdown"},
		{"supervisorctl -c CONF version ", ""},
		{"supervisorctl -s unix:///nonexistent/s.sock start ", ""},
		{"supervisorctl --server", "--serverurl"},
	}
	var lines string
	for _, w := range want {
		lines += strings.ReplaceAll(w.line, "CONF", conf) + "\n"
	}
	cmd := exec.CommandContext(t.Context(), "/bin/bash", "--norc", "-c", bashTest)
	// A binary with the race detector else sleeps a second before it ends.
	cmd.Env = append(os.Environ(), "BINARY="+self, "GORACE=atexit_sleep_ms=0")
	cmd.Stdin = strings.NewReader(lines)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []answer
	found := ""
	for line := range strings.Lines(string(out)) {
		if line == ".\n" && len(got) < len(want) {
			got = append(got, answer{want[len(got)].line, words(found)})
			line, found = "", ""
		}
		found += line
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// words returns the first words of lines, sorted, in a line.
func words(lines string) string {
	var all []string
	for line := range strings.Lines(lines) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, word)
	}
	return strings.Join(slices.Sorted(slices.Values(all)), " ")
}

// The scripts for the shells that may not be here are complete, and each is for the name
// that it was asked for.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range shellNames {
		for _, name := range names {
			code, stdout, stderr := call(t, "completion", shell, name)
			if code != 0 || stderr != "" {
				t.Errorf("%s %s: exit code %d, stderr %q", shell, name, code, stderr)
			}
			registers := map[string]string{
				"bash": "complete -o default -F __start_" + name + " " + name + "\n",
				"zsh":  "#compdef " + name + "\n", "fish": "complete -c " + name + " ",
				"powershell": "Register-ArgumentCompleter -CommandName '" + name + "' ",
			}
			if !strings.Contains(stdout, registers[shell]) || !strings.Contains(stdout, " __complete ") {
				t.Errorf("%s: nothing completes %s:\n%s", shell, name, stdout)
			}
		}
	}
}
