package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

//go:embed loop.c
var loopSource []byte

//go:embed program.c
var programSource []byte

// Debian's files. Others (pip, a virtual environment) would be slower or faster Pythons.
const (
	pythonDaemon  = "/usr/bin/supervisord"
	pythonCommand = "/usr/bin/supervisorctl"
)

// lab is where the contenders are measured: what they need, and a directory that goes
// away in the end.
type lab struct {
	options
	dir      string
	binary   string // ours, absolute
	loop     string // the C loop; empty without gcc
	program  string // what is supervised; empty without gcc
	there    []contender
	notes    []string
	progress io.Writer
	lives    int // fleets launched so far
}

// newLab looks for the contenders and compiles what is in C.
func newLab(ctx context.Context, o options) (*lab, error) {
	l := &lab{options: o, there: []contender{ours}, progress: os.Stderr}
	var err error
	if l.binary, err = filepath.Abs(o.binary); err != nil {
		return nil, err
	}
	if _, err := os.Stat(l.binary); err != nil {
		return nil, fmt.Errorf("%w (make build makes it)", err)
	}
	if l.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return nil, err
	}
	if _, err := os.Stat(pythonDaemon); err == nil {
		l.there = append(l.there, python)
	} else {
		l.note("no column for Python: %v", err)
	}
	if l.quick {
		l.note("QUICK: 100 programs instead of 1,000, and all else smaller too; no verdict counts")
	}
	if err := l.compileAll(ctx); err != nil {
		l.note("no column for the C loop, and no figures that need its program: %v", err)
	} else {
		l.there = append(l.there, cloop)
	}
	return l, nil
}

func (l *lab) compileAll(ctx context.Context) error {
	loop, err := l.compile(ctx, "loop", loopSource)
	if err != nil {
		return err
	}
	program, err := l.compile(ctx, "program", programSource)
	if err != nil {
		return err
	}
	l.loop, l.program = loop, program
	return nil
}

func (l *lab) compile(ctx context.Context, name string, source []byte) (string, error) {
	from, to := filepath.Join(l.dir, name+".c"), filepath.Join(l.dir, name)
	if err := os.WriteFile(from, source, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, "gcc", "-O2", "-static", "-o", to, from).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gcc: %w %s", err, out)
	}
	return to, nil
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) } // in the system's temp directory

// note adds a line below the table, once.
func (l *lab) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(l.notes, text) {
		l.notes = append(l.notes, text)
	}
}

// size returns full, or in a quick run quick.
func (l *lab) size(full, quick int) int {
	if l.quick {
		return quick
	}
	return full
}

// measure runs the experiments. What goes wrong with one contender is noted, and the
// others go on; the error is about ours.
func (l *lab) measure(ctx context.Context, r *results) (failed error) {
	for _, e := range experiments {
		turns := l.turns(e)
		for _, t := range turns {
			for _, p := range t.phases {
				r.expect(p.rows...)
				l.note("%s: %s", p.name, p.how)
			}
		}
		rounds := l.rounds
		if e.programs == nil {
			rounds = 1
		}
		for round := range rounds {
			for _, t := range turns {
				begun := monotonic()
				err := l.take(ctx, t, r)
				_, _ = fmt.Fprintf(l.progress, "%s, round %d, %s: %.1f s\n", t.name, round+1, t.who, since(begun).Seconds())
				if ctx.Err() != nil {
					return errors.Join(failed, ctx.Err())
				}
				failed = errors.Join(failed, err)
			}
		}
		failed = errors.Join(failed, l.sweep())
	}
	return failed
}

// turn is what one contender does in each round of an experiment.
type turn struct {
	name     string
	who      contender
	programs func(l *lab) (programs, error)
	phases   []phase
}

// turns returns those of an experiment that are wanted.
func (l *lab) turns(e experiment) (turns []turn) {
	there := l.there
	if e.programs == nil {
		there = []contender{ours}
	}
	if phases := l.wanted(e.phases); len(phases) > 0 {
		for _, who := range there {
			if who == cloop && e.daemons {
				continue
			}
			turns = append(turns, turn{e.name, who, e.programs, phases})
		}
	}
	for _, v := range e.variants {
		if phases := l.wanted([]phase{v.phase}); len(phases) > 0 {
			turns = append(turns, turn{v.phase.name, ours, v.programs, phases})
		}
	}
	return turns
}

// take runs one turn.
func (l *lab) take(ctx context.Context, t turn, r *results) error {
	var err error
	if t.programs == nil {
		err = l.alone(ctx, t.phases, r)
	} else {
		err = l.live(ctx, t, r)
	}
	switch {
	case errors.Is(err, errNoCompiler):
		l.note("not measured: %s: %v", t.name, err)
		return nil
	case err != nil:
		l.note("FAILED: %s, %s: %v", t.name, t.who, err)
	}
	if t.who != ours || err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", t.name, err)
}

// sweep removes what the fleets of an experiment have written. Not after each turn: a
// file system may be slow to give away again what has just been deleted (ext4 is, for
// five seconds), and the next turn would be charged for it.
func (l *lab) sweep() error {
	homes, err := filepath.Glob(filepath.Join(l.dir, "fleet*"))
	for _, home := range homes {
		err = errors.Join(err, os.RemoveAll(home))
	}
	return err
}

// alone runs phases that need no running fleet.
func (l *lab) alone(ctx context.Context, phases []phase, r *results) error {
	for _, p := range phases {
		if err := p.measure(ctx, &fleet{lab: l, who: ours, results: r}); err != nil {
			return err
		}
	}
	return nil
}

// live is one turn with a fleet, from its start to its end.
func (l *lab) live(ctx context.Context, t turn, r *results) (err error) {
	set, err := t.programs(l)
	if err != nil {
		return err
	}
	f, err := l.launch(ctx, t.who, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	f.results = r
	if err := f.awaitAll(ctx); err != nil {
		return err
	}
	for _, p := range t.phases {
		if err := p.measure(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (l *lab) wanted(phases []phase) []phase {
	if len(l.only) == 0 {
		return phases
	}
	return slices.DeleteFunc(slices.Clone(phases), func(p phase) bool { return !l.only[p.name] })
}
