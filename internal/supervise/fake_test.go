package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/mainlog"
	"supervisord/internal/output"
	"supervisord/internal/process"
	"supervisord/internal/supervise"
)

// life is how the children of one process behave.
type life struct {
	lasts   time.Duration // until it ends by itself; zero: for ever
	exit    int
	deaf    bool          // only SIGKILL ends it
	spawn   time.Duration // how long a fork takes
	ready   time.Duration // when it says that it is ready; zero: never
	hung    time.Duration // when it counts as hung; zero: never
	noSpawn string        // why there is never a child
	noFile  bool          // Check finds no such command
	noKill  bool          // signals fail
}

// fakeOS makes runners whose children live as their life says, in fake time. Its
// fields may be set before use.
type fakeOS struct {
	lives map[string]life
	// hears makes every process an event listener that answers like that; nil: none is one.
	hears func(text string) (answer string)
	// sections are updated with the programs; nil: there are none.
	sections supervise.Sections

	mu      sync.Mutex
	pids    int
	alive   map[int]chan int // signals to a child
	names   map[int]string   // of the children's processes
	starts  map[string]int
	signals []string                     // "TERM web" in the order in which they were sent
	started map[string][]*config.Program // what each start was made from

	// onStart is told of every start, and onSignal of every signal, in the loop; may be nil.
	onStart, onSignal func(p *config.Program)
}

func (o *fakeOS) New(p *config.Program) supervise.Runner {
	r := &fakeRunner{os: o, name: p.Name, program: p}
	if o.hears != nil {
		return &hearingRunner{fakeRunner: r}
	}
	return r
}

// set changes how the children to come of a process behave.
func (o *fakeOS) set(name string, l life) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lives == nil {
		o.lives = map[string]life{}
	}
	o.lives[name] = l
}

func (o *fakeOS) life(name string) life {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lives[name]
}

// living returns how many children of a process are alive, or about to be.
func (o *fakeOS) living(name string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for pid := range o.alive {
		if o.names[pid] == name {
			n++
		}
	}
	return n
}

// kill sends a signal to the children of a process.
func (o *fakeOS) kill(name string, signal int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for pid, c := range o.alive {
		if o.names[pid] == name {
			c <- signal
		}
	}
}

type fakeRunner struct {
	os   *fakeOS
	name string

	program *config.Program
}

func (r *fakeRunner) Start(_ child.Rank, post func(process.Input)) {
	if r.os.onStart != nil {
		r.os.onStart(r.program)
	}
	r.os.mu.Lock()
	r.os.pids++
	pid := r.os.pids
	signals := make(chan int, 16)
	if r.os.alive == nil {
		r.os.alive, r.os.starts, r.os.started = map[int]chan int{}, map[string]int{}, map[string][]*config.Program{}
		r.os.names = map[int]string{}
	}
	r.os.names[pid] = r.name
	r.os.alive[pid] = signals
	r.os.starts[r.name]++
	r.os.started[r.name] = append(r.os.started[r.name], r.program)
	r.os.mu.Unlock()
	go r.live(r.os.life(r.name), pid, signals, post)
}

func (r *fakeRunner) live(l life, pid int, signals chan int, post func(process.Input)) {
	time.Sleep(l.spawn)
	if l.noSpawn != "" {
		r.os.mu.Lock()
		delete(r.os.alive, pid)
		r.os.mu.Unlock()
		post(process.SpawnFailed{Reason: l.noSpawn})
		return
	}
	post(process.Spawned{PID: pid})
	end := after(l.lasts)
	ready, hung := after(l.ready), after(l.hung)
	exit := process.Exit{Code: l.exit}
wait:
	for {
		select {
		case <-ready:
			post(process.Ready{})
		case <-hung:
			post(process.Hung{Reason: "no sign of life"})
		case <-end:
			break wait
		case s := <-signals:
			if s == process.SIGKILL || !l.deaf {
				exit = process.Exit{Code: -1, Signal: child.SignalName(s)}
				break wait
			}
		}
	}
	r.os.mu.Lock()
	delete(r.os.alive, pid)
	r.os.mu.Unlock()
	post(process.Died{Exit: exit})
}

func (r *fakeRunner) Configure(p *config.Program) { r.program = p }

// after is time.After; zero is never.
func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}

func (r *fakeRunner) Signal(pid, signal int, group bool) error {
	if r.os.onSignal != nil {
		r.os.onSignal(r.program)
	}
	r.os.mu.Lock()
	defer r.os.mu.Unlock()
	if r.os.lives[r.name].noKill {
		return errors.New("operation not permitted")
	}
	c := r.os.alive[pid]
	if c == nil {
		return child.ErrGone
	}
	to := r.name
	if group {
		to = "-" + to
	}
	r.os.signals = append(r.os.signals, strings.TrimPrefix(child.SignalName(signal), "SIG")+" "+to)
	c <- signal
	return nil
}

func (r *fakeRunner) Check(context.Context) *control.Fault {
	if r.os.life(r.name).noFile {
		return control.NewFault(control.NoFile, "can't find command '/no'")
	}
	return nil
}

func (r *fakeRunner) WriteStdin(context.Context, []byte) error { return nil }

func (r *fakeRunner) Logs() (stdout, stderr string) { return r.name + ".out", "" }

func (r *fakeRunner) Files(control.LogStream) []string { return nil }

func (r *fakeRunner) Ring(control.LogStream) *output.Ring { return nil }

// running is a Loop under test.
type running struct {
	*supervise.Loop
	t     *testing.T
	os    *fakeOS
	start time.Time
	end   context.CancelFunc
	over  chan control.Mood
	log   *strings.Builder

	mu     sync.Mutex
	phases map[string][]string
	sub    *bus.Subscription

	file    atomic.Pointer[config.Config] // what the configuration file says now
	fileErr error
	load    func(map[string]config.Scale) (*config.Config, error) // instead of file, if not nil
}

// write makes the configuration file say that there are these groups.
func (r *running) write(groups ...config.Group) *config.Config {
	conf := &config.Config{Groups: groups}
	conf.Supervisord.Identifier = "test"
	r.file.Store(conf)
	return conf
}

// program returns a program with Python's defaults, in a group of its own.
func program(name string, change ...func(*config.Program)) config.Group {
	p := config.Program{
		Name: name, Program: name, Group: name, Priority: 999, AutoStart: true,
		StartSecs: time.Second, StartRetries: 3, AutoRestart: config.RestartUnexpected, ExitCodes: []int{0},
		StopSignals: []config.Signal{{Number: 15, Name: "TERM"}}, StopWaitSecs: 10 * time.Second,
	}
	for _, c := range change {
		c(&p)
	}
	return config.Group{Name: name, Priority: p.Priority, Programs: []config.Program{p}}
}

// run runs a loop in a synctest bubble, and ends it with the test.
func run(t *testing.T, os *fakeOS, groups ...config.Group) *running {
	t.Helper()
	return runWith(t, os, func(*config.Config) {}, groups...)
}

// runWith is run with changes of the configuration.
func runWith(t *testing.T, os *fakeOS, change func(*config.Config), groups ...config.Group) *running {
	t.Helper()
	r := &running{t: t, os: os, start: time.Now(), over: make(chan control.Mood, 1), log: &strings.Builder{}, phases: map[string][]string{}}
	b := &bus.Bus{}
	conf := r.write(groups...)
	change(conf)
	r.Loop = supervise.New(supervise.Options{
		Config: conf, NewRunner: os.New, Logs: noLogs{}, Bus: b, PID: 1, Version: "4.2.5",
		Log: slog.New(mainlog.NewHandler(slog.LevelInfo, r.log)),
		Reload: func(scales map[string]config.Scale) (*config.Config, error) {
			if r.load != nil {
				return r.load(scales)
			}
			return r.file.Load(), r.fileErr
		},
		Sections: os.sections,
	})
	r.sub = b.Subscribe(10_000, event.ProcessState)
	ctx, cancel := context.WithCancel(t.Context())
	r.end = cancel
	events, stopEvents := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); r.follow(events) }()
	go func() { r.over <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		r.over <- <-r.over
		stopEvents()
		<-done
	})
	return r
}

func (r *running) follow(ctx context.Context) {
	for e := range r.sub.Events(ctx) {
		r.mu.Lock()
		at := e.At.Sub(r.start).Round(time.Millisecond)
		r.phases[e.Process] = append(r.phases[e.Process], fmt.Sprintf("%s %s", e.Change.To, at))
		r.mu.Unlock()
	}
}

// seen returns the phases of a process so far, each with the time at which it began.
func (r *running) seen(name string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.phases[name]...)
}

func (r *running) signals() []string {
	r.os.mu.Lock()
	defer r.os.mu.Unlock()
	return append([]string{}, r.os.signals...)
}

func (r *running) starts(name string) int {
	r.os.mu.Lock()
	defer r.os.mu.Unlock()
	return r.os.starts[name]
}

// commands returns the command of every start of a process.
func (r *running) commands(name string) (commands []string) {
	r.os.mu.Lock()
	defer r.os.mu.Unlock()
	for _, p := range r.os.started[name] {
		commands = append(commands, p.Command)
	}
	return commands
}

// logfiles returns the log of every start of a process.
func (r *running) logfiles(name string) (paths []string) {
	r.os.mu.Lock()
	defer r.os.mu.Unlock()
	for _, p := range r.os.started[name] {
		path := ""
		for _, target := range p.Stdout.Targets {
			path = target.Path
		}
		paths = append(paths, path)
	}
	return paths
}

type noLogs struct{}

func (noLogs) Read(string, int64, int64) ([]byte, error) { return nil, nil }

func (noLogs) Tail(string, int64, int64) ([]byte, int64, bool, error) { return nil, 0, false, nil }

func (noLogs) Follow(context.Context, string, int64) iter.Seq2[[]byte, error] { return nil }

func (noLogs) Clear(string) error { return nil }

func (noLogs) Reopen() error { return nil }

func (noLogs) Main() string { return "" }
