package order_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/order"
)

type group struct {
	order.Item
	procs []string
}

func item(g group) order.Item    { return g.Item }
func processes(g group) []string { return g.procs }

func g(name string, priority int, procs ...string) group {
	return group{order.Item{Name: name, Priority: priority}, procs}
}

// numbered is a program with numprocs=11 and process_name=%(process_num)d, in the
// order in which its configuration lists it.
var numbered = g("n", 7, "0", "1", "10", "2")

func TestStart(t *testing.T) {
	groups := []group{
		g("y", 2000), g("b", 999), g("B", 999), g("a", 999), g("listener", -1), numbered, g("a", -5),
	}
	want := []group{
		g("a", -5), g("listener", -1), numbered, g("B", 999), g("a", 999), g("b", 999), g("y", 2000),
	}
	for range 20 {
		rand.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
		given := append([]group(nil), groups...)
		if d := cmp.Diff(want, order.Start(groups, item), cmp.AllowUnexported(group{})); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if d := cmp.Diff(given, groups, cmp.AllowUnexported(group{})); d != "" {
			t.Fatalf("the argument was sorted too:\n%s", d)
		}
	}
}

func TestBatches(t *testing.T) {
	for _, tt := range []struct {
		name   string
		groups []group
		want   [][]string
	}{
		{name: "nothing"},
		{name: "no processes", groups: []group{g("a", 1), g("b", 2)}},
		{
			name:   "one at a time",
			groups: []group{g("z", 5, "z"), g("g", 10, "x2", "x1"), g("y", 2000, "y")},
			want:   [][]string{{"y"}, {"x1", "x2"}, {"z"}},
		},
		{
			name:   "equal priorities together",
			groups: []group{g("a", 999, "a"), g("c", 999, "c"), g("b", 999, "b0", "b1"), g("first", 1, "first")},
			want:   [][]string{{"c", "b1", "b0", "a"}, {"first"}},
		},
		{
			name:   "listeners last",
			groups: []group{g("listener", -1, "l0", "l1"), numbered, g("web", 999, "web")},
			want:   [][]string{{"web"}, {"2", "10", "1", "0"}, {"l1", "l0"}},
		},
		{
			name:   "priority zero and an empty group between equals",
			groups: []group{g("a", 0, "a"), g("b", 0), g("c", 0, "c"), g("d", 1)},
			want:   [][]string{{"c", "a"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, order.Batches(tt.groups, item, processes)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func ExampleBatches() {
	groups := []order.Item{{Name: "db", Priority: 1}, {Name: "api", Priority: 5}, {Name: "web", Priority: 5}}
	batches := order.Batches(groups,
		func(g order.Item) order.Item { return g },
		func(g order.Item) []string { return []string{g.Name + ":0", g.Name + ":1"} })
	for _, batch := range batches {
		fmt.Println(batch)
	}
	// Output:
	// [web:1 web:0 api:1 api:0]
	// [db:1 db:0]
}
