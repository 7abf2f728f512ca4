package output_test

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"supervisord/internal/output"
)

// Whoever waits for a pipe, waits for what is on its way from there into the log.
func TestALongChunkIsAwaited(t *testing.T) {
	long := numberedLines(0, 3000)
	for _, tt := range []struct {
		name string
		wait func(w io.Closer, s *output.Source) error
	}{
		{"drain", func(_ io.Closer, s *output.Source) error { s.Drain(); return nil }},
		{"close", func(_ io.Closer, s *output.Source) error { return s.Close() }},
		{"end", func(w io.Closer, s *output.Source) error {
			err := w.Close()
			<-s.Done()
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := newSlow(t)
			stream := output.NewStream(output.StreamOptions{Sinks: []output.Sink{log}, Format: ticked(t)})
			w, s := pumped(t, newPump(t), stream)
			_, err := stream.Write([]byte(long))
			noError(t, err)
			go func() {
				for range 10_000 {
					runtime.Gosched() // to those who do not wait
				}
				close(log.open)
			}()
			noError(t, tt.wait(w, s))
			want(t, len(log.String()), len(inText(long)))
			noError(t, stream.Close())
		})
	}
}

// All that is read at the end of a program which writes as fast as it can is in the log
// when its death is told.
func TestLastWordsOfAFastWriter(t *testing.T) {
	text := numberedLines(0, 50_000)
	log := newSlow(t)
	close(log.open)
	stream := output.NewStream(output.StreamOptions{Sinks: []output.Sink{log}, Format: ticked(t)})
	w, s := pumped(t, newPump(t), stream)
	_, err := w.WriteString(text)
	noError(t, errors.Join(err, w.Close()))
	<-s.Done()
	want(t, log.String() == inText(text), true)
	noError(t, stream.Close())
}
