package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func loadGroups(t *testing.T, text string) []Group {
	t.Helper()
	return loadText(t, text).Groups
}

func TestDiff(t *testing.T) {
	const before = "[program:same]\ncommand=x\n[program:gone]\ncommand=x\n" +
		"[program:web]\ncommand=web %(process_num)d\nnumprocs=3\nprocess_name=%(process_num)d\n" +
		"[program:a]\ncommand=a\n[program:b]\ncommand=b\n[group:g]\nprograms=a,b\n" +
		"[eventlistener:l]\ncommand=l\nevents=TICK_5\n"
	for _, tt := range []struct {
		name, after string
		want        []GroupDiff
	}{
		{"nothing", before, nil},
		{"sections elsewhere", "[group:g]\nprograms=a,b\n" + before, nil},
		{
			"groups come and go", "[program:new]\ncommand=x\n" + before[len("[program:same]\ncommand=x\n"):],
			[]GroupDiff{
				{Name: "new", Fate: Added, Processes: []ProcessDiff{{Name: "new", Fate: Added}}},
				{Name: "same", Fate: Removed, Processes: []ProcessDiff{{Name: "same", Fate: Removed}}},
			},
		},
		{
			"numprocs", replace(t, before, "numprocs=3", "numprocs=2\nnumprocs_start=1"),
			[]GroupDiff{{Name: "web", Fate: Changed, Processes: []ProcessDiff{
				{Name: "1", Fate: Changed, Changes: []Change{
					{"numprocs", "3", "2", optionNamed("numprocs")}, {"numprocs_start", "0", "1", optionNamed("numprocs_start")},
				}},
				{Name: "2", Fate: Changed, Changes: []Change{
					{"numprocs", "3", "2", optionNamed("numprocs")}, {"numprocs_start", "0", "1", optionNamed("numprocs_start")},
				}},
				{Name: "0", Fate: Removed},
			}}},
		},
		{
			"an option and its default", replace(t, before, "command=x\n[program:gone]", "command=y\nstartsecs=5\nexitcodes=0\n[program:gone]"),
			[]GroupDiff{{Name: "same", Fate: Changed, Processes: []ProcessDiff{
				{Name: "same", Fate: Changed, Changes: []Change{{"command", "x", "y", Restart}, {"startsecs", "1", "5", Live}}},
			}}},
		},
		{
			"order in a group", replace(t, before, "programs=a,b", "programs=b,a"),
			[]GroupDiff{{Name: "g", Fate: Changed, Changes: []Change{{"programs", "a,b", "b,a", Live}}}},
		},
		{
			"a member leaves", replace(t, before, "programs=a,b", "programs=a\npriority=5"),
			[]GroupDiff{
				{
					Name: "g", Fate: Changed, Changes: []Change{{"priority", "999", "5", groupOptions.lookup("priority").Apply}},
					Processes: []ProcessDiff{{Name: "b", Fate: Removed}},
				},
				{Name: "b", Fate: Added, Processes: []ProcessDiff{{Name: "b", Fate: Added}}},
			},
		},
		{
			"a listener's events", replace(t, before, "TICK_5", "TICK_60"),
			[]GroupDiff{{Name: "l", Fate: Changed, Changes: []Change{{"events", "TICK_5", "TICK_60", listenerOptions.lookup("events").Apply}}}},
		},
		{
			"another kind of section", replace(t, before, "[eventlistener:l]\ncommand=l\nevents=TICK_5", "[program:l]\ncommand=l\npriority=-1"),
			[]GroupDiff{{
				Name: "l", Fate: Changed, Changes: []Change{{"section", "eventlistener", "program", Restart}},
				Processes: []ProcessDiff{{Name: "l", Fate: Changed, Changes: []Change{{"priority", "999", "-1", optionNamed("priority")}}}},
			}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, Diff(loadGroups(t, before), loadGroups(t, tt.after))); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// notDefault are values of options for which the sample of their kind is the default.
var notDefault = map[string]string{
	"autostart": "false", "autorestart": "true", "serverurl": "http://h:1", "liveness_check_failure_action": "/bin/x",
}

// Every option of a program that gets another value is a change, of its own class.
func TestDiffSeesEveryOption(t *testing.T) {
	for _, o := range programOptions.rows {
		value := kinds[o.Kind].accept
		if s, ok := exceptions[o.Name]; ok {
			value = s.accept
		}
		if other, ok := notDefault[o.Name]; ok {
			value = other
		}
		var old, next Program
		if o.Default != "" && o.Name != processNameKey {
			if err := o.set(&old, testHost(), o.Default); err != nil {
				t.Fatal(o.Name, err)
			}
		}
		if err := o.set(&next, testHost(), value); err != nil {
			t.Fatal(o.Name, err)
		}
		want := []Change{{o.Name, o.get(&old), o.get(&next), o.Apply}}
		if o.get(&old) == o.get(&next) {
			t.Errorf("%s: the sample %q is the default", o.Name, value)
		}
		if d := cmp.Diff(want, DiffProgram(&old, &next)); d != "" {
			t.Errorf("%s: -want +got\n%s", o.Name, d)
		}
	}
}

// A changed password is a change, and nobody sees it.
func TestDiffMasksSecrets(t *testing.T) {
	old := loadGroups(t, "[program:x]\ncommand=x\nenvironment=DB_PASSWORD=\"one\",A=\"1\"\n")
	next := loadGroups(t, "[program:x]\ncommand=x\nenvironment=DB_PASSWORD=\"two\",A=\"1\"\n")
	masked := `A="1",DB_PASSWORD="*****"`
	want := []Change{{"environment", masked, masked, Restart}}
	if d := cmp.Diff(want, Diff(old, next)[0].Processes[0].Changes); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestTakes(t *testing.T) {
	for want, changes := range map[Apply][]Change{
		"":        nil,
		Live:      {{Apply: Live}},
		NextStart: {{Apply: Live}, {Apply: NextStart}},
		Restart:   {{Apply: Restart}, {Apply: NextStart}, {Apply: Live}},
	} {
		if got := Takes(changes); got != want {
			t.Errorf("%v: got %q, want %q", changes, got, want)
		}
	}
}

func optionNamed(name string) Apply { return programOptions.lookup(name).Apply }

// replace replaces what must be there.
func replace(t *testing.T, text, old, next string) string {
	t.Helper()
	before, after, ok := strings.Cut(text, old)
	if !ok {
		t.Fatalf("no %q", old)
	}
	return before + next + after
}
