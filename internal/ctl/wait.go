package ctl

import (
	"context"
	"errors"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// lastLook is how long the supervisor may take to say how far it is when a wait was
// given up.
const lastLook = 2 * time.Second

// abandon ends a command whose context has ended, in the middle of doing a to the first
// of names. It tells what is still on its way and what was not begun, and returns the
// exit code; the supervisor goes on.
func (s *session) abandon(ctx context.Context, a action, names []string) int {
	why, code := whyEnded(ctx)
	told := false
	if s.editor != nil && code == exitInterrupted {
		s.printf("\n") // behind the ^C that the terminal shows
	}
	if len(names) > 0 {
		told = s.tellPending(ctx, a, names[0], why)
		for _, name := range names[1:] {
			sel, words := control.ParseSelector(name), why+" before its turn"
			s.tell(result{Name: name, Group: sel.Group, Process: sel.Process}.failed(words), name+": ERROR ("+words+")")
		}
	}
	if s.doc != nil || !told {
		s.complain("error: " + why)
	}
	s.hint("supervisord goes on " + a.doing + "; the verb status tells how far it is")
	return code
}

// whyEnded says why a context has ended, and the exit code for that.
func whyEnded(ctx context.Context) (words string, code int) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "timed out", exitTimeout
	}
	return "interrupted", exitInterrupted
}

// tellPending tells which processes of a name are still on their way, and reports whether
// there are any.
func (s *session) tellPending(ctx context.Context, a action, name, why string) (any bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	infos, _ := s.api.Status(ctx, control.All()) // a supervisor that hangs tells nothing
	for _, i := range choose(infos, name) {
		if !a.onItsWay(i.Phase) {
			continue
		}
		words, shown := why+", still "+i.Phase.String(), i.Selector().String()
		s.tell(result{Name: shown, Group: i.Group, Process: i.Name}.failed(words), shown+": ERROR ("+words+")")
		any = true
	}
	return any
}

// awaitPhase returns the status of all processes when every one that is named is in the
// phase that --wait names, or when that is not to be: a process is FATAL, the time is
// over. Then the code says so.
func (s *session) awaitPhase(ctx context.Context, c call) (all []control.Info, code int, err error) {
	want, names := *c.wait, c.args
	if len(names) == 0 {
		names = []string{"all"}
	}
	waits := action{
		doing:    "waiting for " + want.String(),
		arrived:  func(p process.Phase) bool { return p == want },
		onItsWay: func(p process.Phase) bool { return p != want },
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	line := s.progressLine()
	defer line.erase()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		now, err := s.api.Status(ctx, control.All())
		switch {
		case err == nil:
			all = now
		case ctx.Err() == nil || all == nil:
			return nil, exitGeneric, err
		}
		missing, hopeless := lacking(all, names, want)
		if !missing {
			return all, exitOK, nil
		}
		if hopeless {
			return all, exitStatusNotUp, nil
		}
		line.show(waits, all, names)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			_, code := whyEnded(ctx)
			return all, code, nil
		}
	}
}

// lacking reports whether some named process is not in the phase that is wanted, and
// whether one of them has failed for good.
func lacking(all []control.Info, names []string, want process.Phase) (missing, hopeless bool) {
	for _, name := range names {
		for _, i := range choose(all, name) {
			if i.Phase != want {
				missing = true
				hopeless = hopeless || i.Phase == process.Fatal
			}
		}
	}
	return missing, hopeless
}
