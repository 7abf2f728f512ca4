package order

import (
	"cmp"
	"slices"
	"strings"
)

// Item is what the place of a group depends on.
type Item struct {
	Name     string
	Priority int
}

// Compare returns a negative number if a starts before b, a positive one if it starts
// after b, and zero if they are the same.
func Compare(a, b Item) int {
	return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Name, b.Name))
}

// Start returns the groups in the order in which they start. Event listeners come
// first because their priority is -1 unless configured.
func Start[G any](groups []G, item func(G) Item) []G {
	sorted := slices.Clone(groups)
	slices.SortStableFunc(sorted, func(a, b G) int { return Compare(item(a), item(b)) })
	return sorted
}

// Batches returns the processes of the groups in the order in which a shutdown stops
// them: a batch stops together, and the next begins when all of it has stopped. The
// groups of one priority make a batch, the highest priority first. In a batch, groups
// and processes come in the reverse of their starting order. Groups without processes
// make no batch.
//
// Python stops strictly one group at a time, so that the time that groups of equal
// priority take adds up.
func Batches[G, P any](groups []G, item func(G) Item, processes func(G) []P) [][]P {
	var batches [][]P
	priority := 0 // of the last batch
	for _, g := range slices.Backward(Start(groups, item)) {
		procs := processes(g)
		if len(procs) == 0 {
			continue
		}
		if p := item(g).Priority; len(batches) == 0 || p != priority {
			batches, priority = append(batches, nil), p
		}
		last := &batches[len(batches)-1]
		for _, p := range slices.Backward(procs) {
			*last = append(*last, p)
		}
	}
	return batches
}
