package listener

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
)

// FuzzQueue compares a queue with a slice.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{1, 2, 0, 131, 4, 5, 0, 0, 0, 0, 6, 7, 8, 9})
	f.Add(append(slices.Repeat([]byte{3}, 100), make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, ops []byte) {
		var q queue
		var model []delivery
		for i, op := range ops {
			d := delivery{serial: uint64(i), event: event.Event{Data: string(make([]byte, op))}}
			switch {
			case op == 0 && len(model) > 0:
				if got := q.pop(); got.serial != model[0].serial {
					t.Fatalf("pop: got %d, want %d", got.serial, model[0].serial)
				}
				model = model[1:]
			case op == 0:
			case op > 127:
				q.pushFront(d)
				model = slices.Insert(model, 0, d)
			default:
				q.pushBack(d)
				model = append(model, d)
			}
			bytes := 0
			for _, d := range model {
				bytes += d.cost()
			}
			if q.count != len(model) || q.bytes != bytes {
				t.Fatalf("got %d of %d bytes, want %d of %d", q.count, q.bytes, len(model), bytes)
			}
		}
		var got []uint64
		for q.count > 0 {
			got = append(got, q.pop().serial)
		}
		var want []uint64
		for _, d := range model {
			want = append(want, d.serial)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}
