package supervise_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/testenv"
)

// editedOptions are options of every class, with values; the first is that of a program
// that is new.
var editedOptions = map[string][]string{
	"command":                 {"/bin/a", "/bin/b", "/bin/b -c"},
	"environment":             {"", `A="1"`, `A="2"`},
	"umask":                   {"", "022", "027"},
	"directory":               {"", "/", "/tmp"},
	"redirect_stderr":         {"", "true", "false"},
	"stdout_logfile":          {"", "NONE", "/var/log/x"},
	"stdout_events_enabled":   {"", "true"},
	"log_format":              {"", "json", "text"},
	"stderr_syslog":           {"", "true"},
	"stdout_logfile_maxbytes": {"", "1MB", "2MB"},
	"startsecs":               {"", "0", "5"},
	"startretries":            {"", "7"},
	"autorestart":             {"", "true", "false"},
	"autostart":               {"", "false", "true"},
	"exitcodes":               {"", "0,2"},
	"stopsignal":              {"", "INT", "QUIT TERM"},
	"stopwaitsecs":            {"", "3"},
	"priority":                {"", "1", "2000"},
}

// loadText reads a configuration of two files.
func loadText(t *testing.T, main, more string) *config.Config {
	t.Helper()
	c, err := loadScaled(t, main, more, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// loadScaled is loadText with other numbers of processes.
func loadScaled(t *testing.T, main, more string, scales map[string]config.Scale) (*config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"f.conf": main, "more.conf": more} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, problems := config.Load(config.Options{File: filepath.Join(dir, "f.conf"), Environ: []string{}, Hostname: "h", Scales: scales})
	return c, problems.Err()
}

// classes returns what a change of each option takes, as the option table has it.
func classes(t *testing.T, options map[string][]string) map[string]config.Apply {
	t.Helper()
	classes := map[string]config.Apply{}
	for name, values := range options {
		var groups [2][]config.Group
		for i := range groups {
			text := "[program:x]\n"
			if name != "command" {
				text += "command=x\n"
			}
			if value := values[i]; value != "" {
				text += name + "=" + value + "\n"
			}
			groups[i] = loadText(t, text, "").Groups
		}
		for _, d := range config.Diff(groups[0], groups[1]) {
			for _, c := range d.Processes[0].Changes {
				if c.Option == name {
					classes[name] = c.Apply
				}
			}
		}
		if classes[name] == "" {
			t.Fatalf("%s: %q and %q do not differ", name, values[0], values[1])
		}
	}
	return classes
}

// expectation is what is known of a process.
type expectation struct {
	id  testenv.ProcessID
	pid int
}

// Whatever is edited, an update gives another pid to those processes alone that run and
// have to be restarted.
func TestRandomEditsTouchNothingElse(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			class := classes(t, editedOptions)
			synctest.Test(t, func(t *testing.T) { editAtRandom(t, seed, class) })
		})
	}
}

func editAtRandom(t *testing.T, seed uint64, class map[string]config.Apply) {
	t.Helper()
	edits := testenv.NewEdits(seed, 45, editedOptions, "")
	random := rand.New(rand.NewPCG(seed, 2))
	r := run(t, &fakeOS{}, loadText(t, firstFile(edits), secondFile(edits)).Groups...)
	time.Sleep(time.Minute)
	known := map[string]expectation{}
	for name, pid := range pids(t, r) {
		known[name] = expectation{edits.Processes()[name], pid}
	}
	if len(known) < 60 {
		t.Fatalf("only %d processes", len(known))
	}
	for round := range 60 {
		if random.IntN(4) == 0 { // somebody stops one by hand
			names := slices.Sorted(maps.Keys(known))
			name := names[random.IntN(len(names))]
			if known[name].pid != 0 {
				if _, err := r.Stop(t.Context(), control.ParseSelector(name), control.WaitDone); err != nil {
					t.Fatal(err)
				}
				known[name] = expectation{known[name].id, 0}
			}
		}
		var done []string
		for range 1 + random.IntN(3) {
			done = append(done, edits.Edit())
		}
		r.write(loadText(t, firstFile(edits), secondFile(edits)).Groups...)
		update(t, r)
		time.Sleep(time.Minute)
		known = check(t, known, edits.Processes(), pids(t, r), class)
		if t.Failed() {
			t.Fatalf("round %d: %q", round, done)
		}
	}
}

func firstFile(e *testenv.Edits) string  { main, _ := e.Files(); return main }
func secondFile(e *testenv.Edits) string { _, more := e.Files(); return more }

// check compares the pids after an update with what was known before, and returns what is
// known now.
func check(t *testing.T, known map[string]expectation, want map[string]testenv.ProcessID, pids map[string]int, class map[string]config.Apply) map[string]expectation {
	t.Helper()
	if len(pids) != len(want) {
		t.Errorf("there are %d processes, want %d", len(pids), len(want))
	}
	next := map[string]expectation{}
	for name, id := range want {
		before, was := known[name]
		pid, is := pids[name]
		next[name] = expectation{id, pid}
		switch {
		case !is:
			t.Errorf("%s is not there", name)
		case !was:
			if starts := id.Options["autostart"] != "false"; starts != (pid != 0) {
				t.Errorf("%s is new, with pid %d", name, pid)
			}
		case before.pid == 0:
			if pid != 0 {
				t.Errorf("%s was stopped and is started", name)
			}
		case mustRestart(before.id, id, class):
			if pid == 0 || pid == before.pid {
				t.Errorf("%s had pid %d and has %d: it was not restarted", name, before.pid, pid)
			}
		case pid != before.pid:
			t.Errorf("%s had pid %d and has %d: it was restarted", name, before.pid, pid)
		}
	}
	return next
}

// mustRestart reports whether a process that runs has to be restarted.
func mustRestart(before, after testenv.ProcessID, class map[string]config.Apply) bool {
	for option, apply := range class {
		if apply == config.Restart && meaning(option, before.Options[option]) != meaning(option, after.Options[option]) {
			return true
		}
	}
	return false
}

// meaning makes a default the same as its absence.
func meaning(option, value string) string {
	if option == "redirect_stderr" && value == "false" {
		return ""
	}
	return value
}
