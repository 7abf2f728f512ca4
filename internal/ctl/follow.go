package ctl

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"supervisord/client"
	"supervisord/internal/control"
)

// followBack is how far before its end a log is shown from, in bytes, as by Python.
const followBack = 1024

// follow prints a log as it is written, until the user interrupts or the server ends it.
// Python exits with 0 then, and also when it has said that there is nothing to follow;
// where is the path on the server that it names in that case.
func (s *session) follow(ctx context.Context, where string, log control.LogName) (int, error) {
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	s.printf("==> Press Ctrl-C to exit <==\n")
	if err := s.out.Flush(); err != nil {
		return exitGeneric, err
	}
	chunks, err := s.api.FollowLog(ctx, log, followBack)
	if err == nil {
		for chunk, chunkErr := range chunks {
			if err = chunkErr; err != nil {
				break
			}
			if err := s.show(chunk); err != nil {
				return exitGeneric, err
			}
		}
	}
	switch status := statusOf(err); {
	case ctx.Err() != nil:
		s.printf("\n") // behind the ^C that the terminal shows
	case status != 0:
		fmt.Fprintf(s.env.Stderr, "%s/%s Cannot read, status code %d\n", s.server.URL, where, status)
	case err != nil:
		fmt.Fprintf(s.env.Stderr, "error: %s\n", s.explain(err))
	}
	return exitOK, nil
}

// show prints text at once.
func (s *session) show(text []byte) error {
	_, _ = s.out.Write(text) // Flush tells
	return s.out.Flush()
}

// statusOf returns the HTTP status with which a server refuses to show a log; zero for
// other errors.
func statusOf(err error) int {
	if hasCode(err, control.BadName) || hasCode(err, control.NoFile) {
		return http.StatusNotFound
	}
	if refusal, ok := errors.AsType[*client.HTTPError](err); ok {
		return refusal.Status
	}
	return 0
}
