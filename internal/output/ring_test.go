package output_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

func put(t *testing.T, r *output.Ring, text string) {
	t.Helper()
	n, err := r.Write([]byte(text))
	noError(t, err)
	want(t, n, len(text))
}

// last is what a ring keeps.
func last(t *testing.T, r *output.Ring) string {
	t.Helper()
	data, err := r.Read(0, 0)
	noError(t, err)
	return string(data)
}

func TestRingKeepsTheLatest(t *testing.T) {
	for size := 1; size <= 9; size++ {
		r, all := &output.Ring{Max: size}, ""
		for i := range 40 {
			text := strings.Repeat(string(rune('a'+i%26)), i*7%12) // shorter and longer than the ring
			put(t, r, text)
			all += text
			want(t, last(t, r), all[max(0, len(all)-size):])
		}
	}
}

// A ring that has lost nothing answers like the file that Python's answers were recorded
// from, whatever is asked for.
func TestRingCountsLikeAFile(t *testing.T) {
	const text = "0123456789é\n"
	path := filepath.Join(t.TempDir(), "log")
	noError(t, os.WriteFile(path, []byte(text), 0o600))
	r := &output.Ring{}
	put(t, r, text)
	for offset := int64(-15); offset <= 15; offset++ {
		for length := int64(-1); length <= 15; length++ {
			wanted, wantedErr := output.Read(path, offset, length)
			got, err := r.Read(offset, length)
			want(t, got, wanted)
			want(t, errors.Is(err, output.ErrBadArguments), errors.Is(wantedErr, output.ErrBadArguments))
			data, size, overflow, err := output.Tail(path, offset, length)
			noError(t, err)
			gotData, gotSize, gotOverflow := r.Tail(offset, length)
			want(t, fmt.Sprintf("%q %d %t", gotData, gotSize, gotOverflow), fmt.Sprintf("%q %d %t", data, size, overflow))
		}
	}
}

// Bytes keep their offsets when others have fallen out.
func TestRingLeavesOutWhatIsGone(t *testing.T) {
	r := &output.Ring{Max: 4}
	put(t, r, "0123456789")
	for _, tt := range []struct {
		offset, length int64
		want           string
	}{
		{0, 0, "6789"}, {0, 3, ""}, {5, 3, "67"}, {8, 1, "8"}, {-6, 0, "6789"}, {-2, 0, "89"}, {10, 0, ""}, {99, 5, ""},
	} {
		got, err := r.Read(tt.offset, tt.length)
		noError(t, err)
		want(t, string(got), tt.want)
	}
	data, size, overflow := r.Tail(0, 8)
	want(t, fmt.Sprintf("%s %d %t", data, size, overflow), "6789 10 true")

	r.Clear()
	want(t, last(t, r), "")
	put(t, r, "ab")
	data, size, overflow = r.Tail(0, 8)
	want(t, fmt.Sprintf("%s %d %t", data, size, overflow), "ab 2 false")
}

func TestRingOutlivesItsStreams(t *testing.T) {
	r := &output.Ring{}
	for _, text := range []string{"one ", "two "} {
		s := output.NewStream(output.StreamOptions{Taps: []output.Sink{r}})
		_, err := s.Write([]byte(text))
		noError(t, errors.Join(err, s.Close()))
	}
	want(t, last(t, r), "one two ")
}

// Memory comes with the first byte and never exceeds the limit.
func TestRingTakesMemoryAsItNeedsIt(t *testing.T) {
	idle := &output.Ring{}
	want(t, last(t, idle), "")
	put(t, idle, "")
	want(t, idle.Cap(), 0)
	r := &output.Ring{Max: 1000}
	for i := range 100 {
		put(t, r, strings.Repeat("x", 13))
		if got, most := r.Cap(), min(1000, 2*13*(i+1)); got > most {
			t.Fatalf("%d bytes are held for %d", got, 13*(i+1))
		}
	}
}

// followRing returns what somebody sees who follows a ring until ctx ends, and a function that
// waits for that.
func followRing(ctx context.Context, t *testing.T, r *output.Ring, back int64) (*testenv.Journal, func()) {
	t.Helper()
	seen, done := &testenv.Journal{}, make(chan struct{})
	chunks := r.Follow(ctx, back)
	go func() {
		defer close(done)
		for chunk, err := range chunks {
			if err != nil {
				t.Error(err)
			}
			_, _ = seen.Write(chunk) // of which no error is known
		}
	}()
	return seen, func() { <-done }
}

func TestRingIsFollowedFromWhereItWasAsked(t *testing.T) {
	for _, tt := range []struct {
		back int64
		want string
	}{{0, "cd"}, {2, "abcd"}, {99, "89abcd"}, {-5, "cd"}} {
		synctest.Test(t, func(t *testing.T) {
			r := &output.Ring{Max: 4}
			put(t, r, "0123456789ab")
			ctx, stop := context.WithCancel(t.Context())
			f, wait := followRing(ctx, t, r, tt.back)
			synctest.Wait()
			put(t, r, "c")
			synctest.Wait()
			put(t, r, "d")
			synctest.Wait()
			want(t, f.String(), tt.want)
			stop()
			wait()
		})
	}
}

func TestFollowerOfARingSeesAllOfManyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &output.Ring{Max: 64}
		ctx, stop := context.WithCancel(t.Context())
		a, waitA := followRing(ctx, t, r, 0)
		b, waitB := followRing(ctx, t, r, 0)
		all := ""
		for i := range 1000 {
			line := fmt.Sprintln(i)
			put(t, r, line)
			all += line
			synctest.Wait() // they keep up
		}
		want(t, a.String(), all)
		want(t, b.String(), all)
		stop()
		waitA()
		waitB()
	})
}

func TestFollowerOfARingThatLagsIsTold(t *testing.T) {
	r := &output.Ring{Max: 8}
	put(t, r, "begin ")
	var seen []string
	for chunk, err := range r.Follow(t.Context(), 6) {
		noError(t, err)
		seen = append(seen, string(chunk))
		switch len(seen) {
		case 1: // while it is busy with the first
			put(t, r, "0123456789")
			put(t, r, "abc")
		case 3:
			put(t, r, "d")
		}
		if len(seen) == 4 {
			break
		}
	}
	want(t, seen, []string{"begin ", "==> output skipped <==\n", "56789abc", "d"})
}

func TestFollowerOfARingSurvivesItsClearing(t *testing.T) {
	r := &output.Ring{Max: 8}
	put(t, r, "begin ")
	var seen []string
	for chunk, err := range r.Follow(t.Context(), 6) {
		noError(t, err)
		seen = append(seen, string(chunk))
		if len(seen) == 2 {
			break
		}
		put(t, r, "not seen")
		r.Clear()
		put(t, r, "seen")
	}
	want(t, seen, []string{"begin ", "seen"})
}

// Writers, readers, followers and clearing at once: for the race detector.
func TestRingIsSafeForAll(t *testing.T) {
	r := &output.Ring{Max: 100}
	ctx, stop := context.WithCancel(t.Context())
	_, wait := followRing(ctx, t, r, 0)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 200 {
				_, _ = r.Write([]byte("some text\n")) // it never fails
				_, _, _ = r.Tail(0, int64(i))
				if i%50 == 0 {
					r.Clear()
				}
			}
		})
	}
	all.Wait()
	stop()
	wait()
}

func BenchmarkRing(b *testing.B) {
	for _, size := range []int{100, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r, p := &output.Ring{}, make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				_, _ = r.Write(p) // it never fails
			}
		})
	}
}
