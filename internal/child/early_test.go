package child_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
	"supervisord/internal/process"
)

func TestExitIsAStrangersWhenNoForkIsLeftThatCouldOwnIt(t *testing.T) {
	var e child.Early
	if e.Keep(1, process.Exit{Code: 1}) {
		t.Error("an exit was kept though nobody forks")
	}
	first := e.Begin()
	e.Keep(10, process.Exit{Code: 1})
	second := e.Begin()
	e.Keep(20, process.Exit{Code: 2})
	// The child of the first fork may be pid 20, but not that of the second pid 10.
	if got := e.End(second, false); got != nil {
		t.Errorf("while the first goes on, %v are strangers", got)
	}
	third := e.Begin()
	want := map[int]process.Exit{10: {Code: 1}, 20: {Code: 2}}
	if d := cmp.Diff(want, e.End(first, false)); d != "" {
		t.Errorf("while one goes on that began later (-want +got)\n%s", d)
	}
	if got := e.End(third, false); got != nil || e.Keep(30, process.Exit{}) {
		t.Errorf("%v is left when all have ended", got)
	}
}

func TestFailedForkTakesNoExitFromTheOther(t *testing.T) {
	var e child.Early
	first, second := e.Begin(), e.Begin()
	e.Keep(10, process.Exit{Code: child.ExecFailed}) // whose, is not known yet
	if got := e.End(first, true); got != nil {
		t.Errorf("%v are strangers", got)
	}
	e.Keep(20, process.Exit{Code: child.ExecFailed})
	want := map[int]process.Exit{20: {Code: child.ExecFailed}}
	if got := e.End(second, false); len(got) != 1 { // one of the two was the child that failed
		t.Errorf("got %v, want one like %v", got, want)
	}
	third := e.Begin()
	e.Keep(30, process.Exit{Code: child.ExecFailed})
	want = map[int]process.Exit{30: {Code: child.ExecFailed}}
	if d := cmp.Diff(want, e.End(third, false)); d != "" {
		t.Errorf("the failure is not forgotten (-want +got)\n%s", d)
	}
}
