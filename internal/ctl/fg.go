package ctl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

const (
	// lifeEvery is how often fg asks whether its process lives: the server does not say when
	// one dies.
	lifeEvery = time.Second
	// lastWords is how long fg waits for more output before it leaves by itself: an answer
	// to what was typed last, or the reason of a death.
	lastWords = 200 * time.Millisecond
	// lastWordsMost is how long it waits for the end of a process that goes on writing.
	lastWordsMost = 2 * time.Second
)

// Why fg leaves by itself.
var (
	errKilled     = errors.New("the process died")
	errLogEnded   = errors.New("the server shows no more output")
	errInputEnded = errors.New("the input has ended") // io.EOF may also be a server's
)

// fg connects the user with a process: its output is shown and what is typed goes to its
// standard input, until the user interrupts or ends the input, which leaves the process
// as it is, or until it dies. The exit code is 0 then, as Python's is.
func (s *session) fg(ctx context.Context, c call) (int, error) {
	switch len(c.args) {
	case 0:
		s.printf("ERROR: no process name supplied\n")
		_, err := s.help(ctx, call{args: []string{"fg"}})
		return exitGeneric, err
	case 1:
	default:
		s.printf("ERROR: too many process names supplied\n")
		return exitGeneric, nil
	}
	info, err := s.oneOf(ctx, c.args[0])
	switch {
	case hasCode(err, control.BadName):
		s.printf("ERROR: bad process name supplied\n")
		return exitGeneric, nil
	case err != nil:
		return exitGeneric, err
	case info.Phase != process.Running:
		s.printf("ERROR: process not running\n")
		return exitGeneric, nil
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	s.printf("==> Press Ctrl-C to exit <==\n")
	err = s.attach(ctx, info)
	switch _, onTerminal := s.env.Terminal(); {
	case ctx.Err() != nil:
		if onTerminal {
			s.printf("\n") // behind the ^C that it shows
		}
	case errors.Is(err, errKilled):
		s.printf("Process got killed\n")
	case !errors.Is(err, errInputEnded):
		return exitGeneric, err
	}
	s.printf("Exiting foreground\n")
	return exitOK, nil
}

// oneOf returns the process of a name as the user writes it; BAD_NAME if it is not the
// name of one.
func (s *session) oneOf(ctx context.Context, name string) (control.Info, error) {
	sel, ok := parseName(name)
	if !ok || !sel.IsOne() {
		return control.Info{}, control.NewFault(control.BadName, name)
	}
	infos, err := s.api.Status(ctx, sel)
	if err != nil {
		return control.Info{}, err
	}
	if len(infos) != 1 {
		return control.Info{}, control.NewFault(control.BadName, name)
	}
	return infos[0], nil
}

// attachment is fg at work. Its goroutines end with the context they get; what they have
// to say goes through the channels to the one that runs the session.
type attachment struct {
	*session
	info   control.Info
	chunks chan []byte
	leave  chan error // why a goroutine ended
}

// attach shows what a process writes and gives it what is typed. It returns when ctx
// ends, when the process dies (errKilled), when the input ends (errInputEnded) or when the
// server fails. Nothing of it is left running then.
func (s *session) attach(ctx context.Context, info control.Info) error {
	ctx, cancel := context.WithCancel(ctx)
	a := &attachment{s, info, make(chan []byte), make(chan error, 4)} // as many as there are goroutines
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for _, stream := range []control.LogStream{control.Stdout, control.Stderr} {
		if err := a.open(ctx, &all, stream); err != nil {
			return err
		}
	}
	typing, stopTyping := context.WithCancel(ctx)
	defer stopTyping()
	all.Go(func() { a.leave <- a.forward(typing) })
	all.Go(func() { a.leave <- a.live(ctx) })
	if err := s.out.Flush(); err != nil {
		return err
	}
	return a.run(ctx, stopTyping)
}

// open begins to follow one output. That there is none is said, in Python's words, and
// no reason to leave; of stderr it is not, which a program with redirect_stderr has not.
func (a *attachment) open(ctx context.Context, all *sync.WaitGroup, stream control.LogStream) error {
	name := a.info.Selector()
	chunks, err := a.api.FollowLog(ctx, control.LogName{Of: name, Stream: stream}, followBack)
	if status := statusOf(err); status != 0 {
		if stream == control.Stdout || status != http.StatusNotFound {
			fmt.Fprintf(a.env.Stderr, "%s/logtail/%s/%s Cannot read, status code %d\n", a.server.URL, name, stream, status)
		}
		return nil
	}
	if err != nil {
		return err
	}
	all.Go(func() {
		for chunk, err := range chunks {
			if err != nil {
				a.leave <- err
				return
			}
			select {
			case a.chunks <- bytes.Clone(chunk): // it is the next one soon
			case <-ctx.Done():
				return
			}
		}
		a.leave <- errLogEnded
	})
	return nil
}

// run shows what comes, and returns the first reason to leave that holds.
func (a *attachment) run(ctx context.Context, stopTyping func()) error {
	var why error
	var quiet, late <-chan time.Time
	var latest time.Time // when late comes
	for {
		chunks := a.chunks
		if why == nil && len(a.leave) > 0 || why != nil && !time.Now().Before(latest) {
			chunks = nil // however much there is to show
		}
		select {
		case chunk := <-chunks:
			if err := a.show(chunk); err != nil {
				return err
			}
			if quiet != nil {
				quiet = time.After(lastWords)
			}
		case err := <-a.leave:
			if why != nil {
				continue // this one only follows
			}
			if why = a.reason(ctx, err); why == nil {
				continue
			}
			stopTyping()
			quiet, late, latest = time.After(lastWords), time.After(lastWordsMost), time.Now().Add(lastWordsMost)
		case <-quiet:
			return why
		case <-late:
			return why
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reason returns why to leave when a goroutine has ended: a process that is not there any
// more explains whatever else went wrong. It is nil for a standard input that is closed.
func (a *attachment) reason(ctx context.Context, err error) error {
	if errors.Is(err, errInputEnded) || errors.Is(err, errKilled) {
		return err
	}
	if alive := a.alive(ctx); alive != nil {
		return alive
	}
	if hasCode(err, control.NoFile) {
		fmt.Fprintf(a.env.Stderr, "%s: it does not read its standard input; Ctrl-C leaves\n", a.info.Selector())
		return nil
	}
	return err
}

// alive returns errKilled if the process is not the one that it was.
func (a *attachment) alive(ctx context.Context) error {
	name := a.info.Selector().String()
	now, err := a.oneOf(ctx, name)
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) {
		now, err = a.oneOf(ctx, name) // it was broken off by a server's death, which shows now
	}
	if hasCode(err, control.BadName) || err == nil && now.PID != a.info.PID {
		return errKilled
	}
	return err
}

// live returns when the process does not live any more, or when nobody can say.
func (a *attachment) live(ctx context.Context) error {
	ticker := time.NewTicker(lifeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := a.alive(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// forward gives the process what is typed, line by line. What is left at the end gets
// the end of its line, as by Python.
func (a *attachment) forward(ctx context.Context) error {
	var l typedLines
	var failed error // of write; it may be an io.EOF
	err := a.env.eachInput(ctx, func(text []byte) error {
		if whole := l.add(text); whole != "" {
			failed = a.write(ctx, whole)
		}
		return failed
	})
	if failed != nil || !errors.Is(err, io.EOF) {
		return err
	}
	if l.rest != "" {
		if err := a.write(ctx, l.rest+"\n"); err != nil {
			return err
		}
	}
	return errInputEnded
}

func (a *attachment) write(ctx context.Context, text string) error {
	err := a.api.WriteStdin(ctx, a.info.Selector(), text)
	if hasCode(err, control.NotRunning) {
		return errKilled
	}
	return err
}

// typedLines collects what is typed until a line is whole, or has longestLine bytes.
type typedLines struct{ rest string }

// add returns the lines that are whole now, or nothing.
func (l *typedLines) add(text []byte) (whole string) {
	all := l.rest + string(text)
	end := strings.LastIndexByte(all, '\n') + 1
	if end == 0 && len(all) >= longestLine {
		end = len(all)
	}
	l.rest = all[end:]
	return all[:end]
}
