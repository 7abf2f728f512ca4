package bus

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzRing compares a ring with a slice that forgets its head.
func FuzzRing(f *testing.F) {
	f.Add(uint8(3), []byte{1, 2, 0, 3, 4, 5, 0, 0, 0, 0, 6, 7, 8, 9})
	f.Add(uint8(9), []byte{1, 2, 3, 0, 0, 4, 5, 6, 7, 8, 9, 1, 2, 3, 0})
	f.Fuzz(func(t *testing.T, size uint8, ops []byte) {
		r := ring[byte]{size: int(size) + 1}
		var model, got, want []byte
		for _, op := range ops {
			if op == 0 {
				v, ok := r.pop()
				if ok != (len(model) > 0) {
					t.Fatalf("pop: %v with %d elements", ok, len(model))
				}
				if ok {
					got, want, model = append(got, v), append(want, model[0]), model[1:]
				}
				continue
			}
			lost := r.push(op)
			if lost != (len(model) == r.size) {
				t.Fatalf("push: lost %v with %d elements of %d", lost, len(model), r.size)
			}
			if model = append(model, op); lost {
				model = model[1:]
			}
		}
		for v, ok := r.pop(); ok; v, ok = r.pop() {
			got = append(got, v)
		}
		if d := cmp.Diff(append(want, model...), got); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}
