package daemon_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
)

// memberScript writes to the journal that it has started, and on TERM or INT that it ends. What
// follows its name is done in between; then it is ready.
const memberScript = `
name=$1
echo "+$name" >>DIR/journal
trap 'echo "-$name" >>DIR/journal; exit 0' TERM INT
eval "$2"
{ echo >&3; } 2>/dev/null && exec 3>&-
sleep 1000 >/dev/null 2>&1 &
wait
`

// troupe is a site of programs that keep a journal.
type troupe struct{ *site }

func newTroupe(t *testing.T, sections ...string) troupe {
	t.Helper()
	s := newSite(t, sections...)
	writeFile(t, s.path("member.sh"), strings.ReplaceAll(memberScript, "DIR", s.dir))
	writeFile(t, s.path("journal"), "")
	return troupe{s}
}

// acting is the command of a program that keeps the journal.
func acting(name, does string) string { return `/bin/sh DIR/member.sh ` + name + ` "` + does + `"` }

// saysReady are options of what keeps the journal: others start when it is written.
var saysReady = []string{"readiness=fd:3", "stopasgroup=true"}

// member is a section of a program that keeps the journal.
func member(name, does string, options ...string) string {
	return program(name, acting(name, does), append(slices.Clip(saysReady), options...)...)
}

// failing is what a program does that fails until it is mended.
const failing = "test -e DIR/mended || { sleep 0.1; exit 1; }"

// failingMember is a member that fails until it is mended.
func failingMember(name string, options ...string) string {
	return program(name, acting(name, failing), append([]string{"startsecs=300ms", "stopasgroup=true"}, options...)...)
}

// journal returns what the programs have written since it was last called. It waits until
// that are n lines.
func (s troupe) journal(n int) []string {
	s.t.Helper()
	var got []string
	s.until("the programs have written to their journal", func() bool {
		got = strings.Fields(readFile(s.t, s.path("journal")))
		return len(got) >= n
	})
	writeFile(s.t, s.path("journal"), "")
	return got
}

// wantJournal compares what the programs have written, with the names of pair in any order.
func (s troupe) wantJournal(pair, want string) {
	s.t.Helper()
	got := s.journal(len(strings.Fields(want)))
	for i := 1; i < len(got); i++ {
		a, b := got[i-1], got[i]
		if a[0] == b[0] && a > b && slices.Contains(strings.Fields(pair), a[1:]) && slices.Contains(strings.Fields(pair), b[1:]) {
			got[i-1], got[i] = b, a
		}
	}
	if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
		s.t.Errorf("journal, -want +got\n%s%s", d, s.log())
	}
}

// says waits until a process is in a phase, with this description.
func (s troupe) says(name string, phase client.Phase, description string) {
	s.t.Helper()
	var i client.Info
	s.until(name+" is "+phase.String()+" "+description, func() bool {
		i = s.info(name)
		return i.Phase == phase && i.Description == description
	})
}

// wantPhases compares what processes do now.
func (s troupe) wantPhases(want map[string]client.Phase) {
	s.t.Helper()
	got := map[string]client.Phase{}
	for name := range want {
		got[name] = s.info(name).Phase
	}
	if d := cmp.Diff(want, got); d != "" {
		s.t.Errorf("-want +got\n%s%s", d, s.log())
	}
}

// ctl runs the command line and compares what it prints.
func (s troupe) ctl(want string, args ...string) {
	s.t.Helper()
	got := s.run(append([]string{"ctl", "-c", s.path("s.conf")}, args...)...)
	if d := cmp.Diff(want, got.Stderr+got.Stdout); d != "" {
		s.t.Errorf("ctl %q: -want +got\n%s", args, d)
	}
}

func allRunning(names ...string) map[string]client.Phase {
	phases := map[string]client.Phase{}
	for _, name := range names {
		phases[name] = client.Running
	}
	return phases
}

// latest returns the lines that do not come again.
func latest(journal []string) []string {
	var lines []string
	for i, line := range journal {
		if !slices.Contains(journal[i+1:], line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// A diamond: web needs slow and flapping, which need db, which fails until it is mended.
func TestDiamondOfRealPrograms(t *testing.T) {
	t.Parallel()
	s := newTroupe(t,
		member("web", "", "depends_on=slow, flapping", "priority=1"),
		member("slow", "sleep 0.3", "depends_on=db"),
		member("flapping", "test -e DIR/steady || exit 3", "depends_on=db", "startretries=100"),
		failingMember("db", "startretries=100", "backoff=constant"))
	d := s.start()
	s.says("web", client.Stopped, "waiting for slow: waiting for db: BACKOFF (exit status 1)")
	s.says("flapping", client.Stopped, "waiting for db: BACKOFF (exit status 1)")
	for _, line := range s.journal(1) {
		if line != "+db" {
			t.Errorf("before db is up: %s", line)
		}
	}
	writeFile(t, s.path("mended"), "")
	s.says("web", client.Stopped, "waiting for flapping: BACKOFF (exit status 3)")
	s.wantPhases(map[string]client.Phase{"db": client.Running, "slow": client.Running})
	writeFile(t, s.path("steady"), "")
	s.await("web", client.Running)
	if d := cmp.Diff([]string{"+db", "+slow", "+flapping", "+web"}, latest(s.journal(4))); d != "" {
		t.Errorf("-want +got\n%s", d)
	}

	s.ctl("warning: db is needed by web, flapping, slow (--cascade stops them first)\ndb: stopped\n", "stop", "db")
	s.wantPhases(allRunning("web", "slow", "flapping"))
	s.ctl("db: started\n", "start", "db")
	s.wantJournal("", "-db +db")
	s.run("ctl", "-c", s.path("s.conf"), "stop", "--cascade", "db")
	s.wantJournal("flapping slow", "-web -flapping -slow -db")

	s.ctl("web: started\n", "start", "web")
	s.wantPhases(allRunning("web", "slow", "flapping", "db"))
	s.wantJournal("flapping slow", "+db +flapping +slow +web")
	s.run("ctl", "-c", s.path("s.conf"), "stop", "all")
	s.wantJournal("flapping slow", "-web -flapping -slow -db")

	s.ctl("web: started\n", "start", "web")
	s.wantJournal("flapping slow", "+db +flapping +slow +web")
	d.send(syscall.SIGTERM)
	d.awaitExit()
	s.wantJournal("flapping slow", "-web -flapping -slow -db")
}

// What is FATAL: some wait for it, some are not started, some do not care; until a start
// by hand mends it.
func TestRealProgramsAndOneThatIsFatal(t *testing.T) {
	t.Parallel()
	s := newTroupe(t, failingMember("db", "startretries=0"),
		member("patient", "", "depends_on=db"), member("next", "", "depends_on=patient"),
		member("meek", "", "depends_on=db", "depends_on_failure=stop"),
		member("bold", "", "depends_on=db", "depends_on_failure=ignore"))
	s.start()
	s.await("bold", client.Running)
	s.says("patient", client.Stopped, "waiting for db: FATAL (exit status 1)")
	s.says("next", client.Stopped, "waiting for patient: waiting for db: FATAL (exit status 1)")
	s.says("meek", client.Stopped, "not started, since it needs db: FATAL (exit status 1)")
	s.wantJournal("", "+db +bold")
	s.ctl("meek: ERROR (spawn error)\n", "start", "meek")
	s.wantJournal("", "+db")

	writeFile(t, s.path("mended"), "")
	s.ctl("db: started\n", "start", "db")
	s.await("next", client.Running)
	s.wantPhases(map[string]client.Phase{"patient": client.Running, "meek": client.Stopped})
	s.wantJournal("", "+db +patient +next")
	s.ctl("meek: started\n", "start", "meek")
	s.wantJournal("", "+meek")
}

// A task that ends, groups, an event listener and a FastCGI program: each may need another.
func TestRealProgramsOfEveryKind(t *testing.T) {
	t.Parallel()
	s := newTroupe(t,
		lines("[group:front]", "programs=web", "priority=1"), lines("[group:back]", "programs=db,cache"),
		member("web", "", "depends_on=app, hear"),
		member("db", ""), member("cache", ""),
		program("migrate", acting("migrate", "read go <DIR/gate; echo >&3; exit 0"), "readiness=fd:3", "autorestart=false", "depends_on=back"),
		lines(append([]string{"[eventlistener:hear]", "command=" + acting("hear", ""), "events=TICK_3600", "depends_on=migrate:completed"}, saysReady...)...),
		lines(append([]string{"[fcgi-program:app]", "command=" + acting("app", ""), "socket=unix://DIR/app.sock", "depends_on=hear"}, saysReady...)...),
		member("alone", "", "depends_on=migrate:completed", "autostart=false"))
	if err := syscall.Mkfifo(s.path("gate"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := s.start()
	s.says("front:web", client.Stopped, "waiting for app: waiting for hear: waiting for migrate")
	s.says("hear", client.Stopped, "waiting for migrate: STARTING")
	s.wantJournal("cache db", "+cache +db +migrate")
	s.ctl("alone: started\n", "start", "--no-deps", "alone")
	s.wantJournal("", "+alone")
	writeFile(t, s.path("gate"), "go\n")
	s.await("front:web", client.Running)
	s.wantPhases(map[string]client.Phase{"migrate": client.Exited})
	s.wantJournal("", "+hear +app +web")
	s.ctl("warning: hear is needed by front:web, app (--cascade stops them first)\nhear: stopped\n", "stop", "hear")
	s.wantJournal("", "-hear")
	s.ctl("hear: started\n", "start", "hear")
	s.wantJournal("", "+hear")
	d.send(syscall.SIGTERM)
	d.awaitExit()
	got := s.journal(6)
	before := func(a, b string) {
		if i, j := slices.Index(got, a), slices.Index(got, b); i < 0 || j < i {
			t.Errorf("%s is not before %s: %v", a, b, got)
		}
	}
	before("-web", "-app")
	before("-app", "-hear")
}

// The stack in docs/dependencies.md does what is written there, with other programs in it.
func TestStackOfTheManual(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(readFile(t, "../../docs/dependencies.md"), "\n## A whole stack\n\n```ini\n")
	text, _, _ = strings.Cut(text, "```")
	notify := needProgram(t, "python3") + " " + testdata(t, "clients/notify.py")
	for old, mine := range map[string]string{
		"/usr/bin/postgres -D /srv/db": acting("db", ""),
		"user=postgres\n":              "",
		"pg_isready -q":                "test -e DIR/up",
		"/srv/app/migrate":             acting("migrate", "test -e DIR/mended || exit 1; exit 0"),
		"/srv/app/web":                 acting("web", notify+" READY=1 STATUS=serving"),
	} {
		if strings.Count(text, old) != 1 {
			t.Fatalf("%q is not in\n%s", old, text)
		}
		text = strings.ReplaceAll(text, old, mine)
	}
	s := newTroupe(t, text)
	d := s.start()
	s.says("web", client.Stopped, "waiting for db: STARTING")
	s.says("migrate", client.Stopped, "waiting for db: STARTING")
	writeFile(t, s.path("up"), "")
	s.says("web", client.Stopped, "waiting for migrate: EXITED (exit status 1)")
	writeFile(t, s.path("mended"), "")
	s.ctl("migrate: started\n", "start", "migrate")
	s.saysOfItself("web", client.Running, " - serving")
	s.wantJournal("", "+db +migrate +migrate +web")
	d.send(syscall.SIGTERM)
	d.awaitExit()
	s.wantJournal("", "-web -db")
}
