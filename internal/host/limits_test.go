package host

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLimitIsRaisedOnlyAsFarAsNeeded(t *testing.T) {
	const none = math.MaxUint64
	type answer struct {
		Soft, Hard uint64
		Changed    bool
	}
	tests := map[string]struct {
		have limit
		want uint64
		get  answer
	}{
		"enough":                 {limit{200, 300}, 200, answer{200, 300, false}},
		"soft":                   {limit{200, 300}, 250, answer{250, 300, true}},
		"up to hard":             {limit{200, 300}, 300, answer{300, 300, true}},
		"one below hard is hard": {limit{200, 300}, 299, answer{300, 300, true}},
		"hard too":               {limit{200, 300}, 400, answer{400, 400, true}},
		"no limit":               {limit{none, none}, 400, answer{none, none, false}},
		"no hard limit":          {limit{200, none}, 400, answer{400, none, true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l, changed := test.have.raise(test.want)
			if diff := cmp.Diff(test.get, answer{l.soft, l.hard, changed}); diff != "" {
				t.Errorf("%v.raise(%d) (-want +got):\n%s", test.have, test.want, diff)
			}
		})
	}
}
