package ctl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// watchEvery is how often status -w asks for the status: the server does not say when it
// changes.
const watchEvery = time.Second

// watchPatience is how long it waits for an answer before it says that there is none.
const watchPatience = 5 * time.Second

// board is where status -w shows what it has learnt.
type board interface {
	// status takes the processes that were asked for, and a line for each name that is not
	// there.
	status(missing []string, infos []control.Info) error
	// lost takes the reason why the server cannot be asked. It is called each time.
	lost(why string) error
}

// watch shows the status as it changes, until the user interrupts: on a terminal as a
// table in place, which q leaves too, elsewhere as a line per change. A server that is
// gone is waited for. That the user leaves is no failure; the end of --timeout is.
func (s *session) watch(ctx context.Context, names []string) (code int, err error) {
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	if _, ok := s.env.Terminal(); ok {
		code, err = s.watchOnScreen(ctx, names)
	} else {
		err = s.refresh(ctx, names, &changes{session: s})
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		code = exitTimeout
	}
	return code, err
}

// watchOnScreen is watch on a terminal, which is afterwards as it was: also if the program
// is told to end, which it then does.
func (s *session) watchOnScreen(ctx context.Context, names []string) (code int, err error) {
	ended, stop := s.env.UntilTerminated(ctx)
	defer stop()
	defer func() {
		if ended.Err() != nil && ctx.Err() == nil {
			code = exitTerminated
		}
	}()
	return exitOK, s.drawStatus(ended, names)
}

// drawStatus fills the terminal with the status until a key or the end of ctx.
func (s *session) drawStatus(ctx context.Context, names []string) error {
	ctx, quit := context.WithCancel(ctx)
	show := &screen{session: s, leave: "Ctrl-C"}
	var keys sync.WaitGroup
	if restore, err := s.env.RawStdin(); err == nil { // without keys there is still the signal
		defer restore()
		show.leave = "q"
		keys.Go(func() {
			_ = s.env.eachInput(ctx, func(text []byte) error { // its end is not ours
				if bytes.ContainsAny(text, "qQ\x03") {
					quit()
				}
				return nil
			})
		})
	}
	defer keys.Wait()
	defer quit()
	s.printf("%s", enterScreen)
	err := s.refresh(ctx, names, show)
	s.printf("%s", leaveScreen)
	return errors.Join(err, s.out.Flush())
}

// refresh asks for the status and shows it until ctx ends.
func (s *session) refresh(ctx context.Context, names []string, to board) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		all, err := s.statusSoon(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			err = to.lost(s.explain(err))
		default:
			infos, missing := named(all, names)
			for i, name := range missing {
				missing[i] = lineNotFound(name)
			}
			err = to.status(missing, infos)
		}
		if err == nil {
			err = s.out.Flush()
		}
		if err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// statusSoon returns the status of all processes, if it comes soon.
func (s *session) statusSoon(ctx context.Context) ([]control.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, watchPatience)
	defer cancel()
	return s.api.Status(ctx, control.All())
}

// changes shows a line per process at first, and then one per change.
type changes struct {
	*session
	shown   []control.Info
	missing []string
	away    bool // the server was lost, and that was said
}

func (c *changes) status(missing []string, infos []control.Info) error {
	before, now := bySelector(c.shown), bySelector(infos)
	for _, i := range c.shown {
		if _, ok := now[i.Selector()]; !ok {
			c.printf("%s: removed\n", i.Selector())
		}
	}
	for _, line := range missing {
		if !slices.Contains(c.missing, line) {
			c.printf("%s\n", line)
		}
	}
	c.printStatus(slices.DeleteFunc(slices.Clone(infos), func(i control.Info) bool {
		was, ok := before[i.Selector()]
		return ok && !changed(was, i)
	}))
	c.shown, c.missing, c.away = infos, missing, false
	return nil
}

func (c *changes) lost(why string) error {
	if c.away {
		return nil
	}
	c.away = true
	_, err := fmt.Fprintf(c.env.Stderr, "error: %s; trying again\n", why)
	return err
}

func bySelector(infos []control.Info) map[control.Selector]control.Info {
	m := make(map[control.Selector]control.Info, len(infos))
	for _, i := range infos {
		m[i.Selector()] = i
	}
	return m
}

// changed reports whether something has happened to a process. That it has run longer
// is nothing.
func changed(was, is control.Info) bool {
	return was.Phase != is.Phase || was.PID != is.PID || is.Phase != process.Running && was.Description != is.Description
}
