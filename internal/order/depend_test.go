package order_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/order"
	"supervisord/internal/process"
)

var at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Every phase under every condition, and what a dependent would show.
func TestJudge(t *testing.T) {
	states := []process.State{
		{},
		{Phase: process.Starting},
		{Phase: process.Starting, PID: 7},
		{Phase: process.Running, PID: 7},
		{Phase: process.Backoff, SpawnErr: process.TooQuick, Exit: process.Exit{Code: 1}},
		{Phase: process.Backoff, SpawnErr: process.NotReady, Exit: process.Exit{Code: 2}},
		{Phase: process.Backoff, SpawnErr: "can't find command '/x'"},
		{Phase: process.Stopping, PID: 7},
		{Phase: process.Exited},
		{Phase: process.Exited, Exit: process.Exit{Code: 3}, SpawnErr: "Bad exit code 3"},
		{Phase: process.Exited, Exit: process.Exit{Code: -1, Signal: "SIGSEGV"}, Deadline: at},
		{Phase: process.Fatal, SpawnErr: "can't find command '/x'"},
		{Phase: process.Unknown, SpawnErr: "operation not permitted"},
	}
	verdicts := map[order.Verdict]string{order.Met: "met", order.NotYet: "-", order.Failed: "FAILED"}
	var got strings.Builder
	for _, s := range states {
		var row []string
		for _, c := range []order.Condition{order.Started, order.Running, order.Completed} {
			row = append(row, verdicts[order.Judge(c, s, []int{0})])
		}
		fmt.Fprintf(&got, "%-7s%-7s%-7s%s\n", row[0], row[1], row[2], order.Reason("db", s))
	}
	const want = `-      -      -      db: STOPPED
-      -      -      db: STARTING
met    -      -      db: STARTING
met    met    -      db: RUNNING
-      -      -      db: BACKOFF (exit status 1)
-      -      -      db: BACKOFF (exit status 2)
-      -      -      db: BACKOFF (can't find command '/x')
-      -      -      db: STOPPING
met    FAILED met    db: EXITED (exit status 0)
met    FAILED FAILED db: EXITED (exit status 3)
met    -      -      db: EXITED (terminated by SIGSEGV)
FAILED FAILED FAILED db: FATAL (can't find command '/x')
FAILED FAILED FAILED db: UNKNOWN (operation not permitted)
`
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("started, running, completed; -want +got\n%s", d)
	}
}

// needs makes a function of "web:db,cache db:disk".
func needs(text string) func(string) []string {
	m := map[string][]string{}
	for rule := range strings.FieldsSeq(text) {
		name, list, _ := strings.Cut(rule, ":")
		m[name] = strings.Split(list, ",")
	}
	return func(p string) []string { return m[p] }
}

func TestWithNeeds(t *testing.T) {
	for _, tt := range []struct{ procs, needs, want string }{
		{"", "a:b", ""},
		{"a b", "", "a b"},
		{"web", "web:db,cache db:disk cache:disk", "disk db cache web"},
		{"disk web db", "web:db db:disk", "disk db web"},
	} {
		got := strings.Join(order.WithNeeds(strings.Fields(tt.procs), needs(tt.needs)), " ")
		if got != tt.want {
			t.Errorf("%s of %s: got %q, want %q", tt.procs, tt.needs, got, tt.want)
		}
	}
}

func TestPostpone(t *testing.T) {
	for _, tt := range []struct{ batches, needs, want string }{
		{"", "a:b", ""},
		{"c b|a", "", "c b|a"},
		{"web db|disk", "web:db db:disk", "web|db|disk"},
		{"db web|x", "web:db", "web|db x"},
		{"disk cache db web", "web:db,cache db:disk cache:disk", "web|cache db|disk"},
		{"db|web", "web:db", "web|db"},
		{"web|db", "web:db,absent", "web|db"},
	} {
		var batches [][]string
		for batch := range strings.SplitSeq(tt.batches, "|") {
			if batch != "" {
				batches = append(batches, strings.Fields(batch))
			}
		}
		var got []string
		for _, batch := range order.Postpone(batches, needs(tt.needs)) {
			got = append(got, strings.Join(batch, " "))
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s, where %s: got %q, want %q", tt.batches, tt.needs, s, tt.want)
		}
	}
}

// In any graph, everything stops once, and before what it needs.
func TestPostponeAnyGraph(t *testing.T) {
	for range 200 {
		n := 1 + rand.IntN(30)
		edges := map[int][]int{}
		var batches [][]int
		for p := range n {
			if p == 0 || rand.IntN(3) == 0 {
				batches = append(batches, nil)
			}
			batches[len(batches)-1] = append(batches[len(batches)-1], p)
			for other := range p {
				if rand.IntN(n) < 2 {
					edges[p] = append(edges[p], other) // only to smaller ones: no cycle
				}
			}
		}
		rand.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
		got := order.Postpone(batches, func(p int) []int { return edges[p] })
		turn := map[int]int{}
		for i, batch := range got {
			for _, p := range batch {
				turn[p] = i
			}
		}
		if all := slices.Concat(got...); len(all) != n || len(turn) != n {
			t.Fatalf("%d of %d processes stop: %v", len(all), n, got)
		}
		for p, list := range edges {
			for _, other := range list {
				if turn[p] >= turn[other] {
					t.Fatalf("%d needs %d, and stops in batch %d, that in %d: %v", p, other, turn[p], turn[other], got)
				}
			}
		}
	}
}
