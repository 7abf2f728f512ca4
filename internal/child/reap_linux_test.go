package child_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/child"
	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

func TestEveryExitIsToldOnceAndRight(t *testing.T) {
	p := newParent(t)
	random := rand.New(rand.NewPCG(5, 6))
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGPIPE, 40}
	type pending struct {
		run  *run
		want process.Exit
	}
	var all []pending
	for i := range 500 {
		code := random.IntN(256)
		s := &child.Spec{Name: strconv.Itoa(i), Command: fmt.Sprintf("/bin/sh -c 'exit %d'", code)}
		want := process.Exit{Code: code}
		if i%4 == 0 {
			sig := signals[random.IntN(len(signals))]
			s.Command = fmt.Sprintf("/bin/sh -c 'kill -%d $$'", sig)
			want = process.Exit{Code: -1, Signal: child.SignalName(int(sig))}
		}
		all = append(all, pending{follow(t, s), want})
		p.Start(s)
	}
	var want, got []process.Exit
	for _, a := range all {
		newStarted(t, p, receive(t, a.run.started, "a start"))
		want, got = append(want, a.want), append(got, a.run.exit())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if n := p.Running(); n != 0 {
		t.Errorf("%d children are still counted", n)
	}
	for _, a := range all {
		if len(a.run.exited) > 0 {
			t.Error("an exit was told twice")
		}
	}
}

func TestExitThatComesDuringStartedIsToldAfterwards(t *testing.T) {
	p := newParent(t)
	s := &child.Spec{Name: "a", Command: "/bin/true"}
	r := follow(t, s)
	s.Started = func(c *child.Child) {
		newStarted(t, p, c)
		// The reaper has collected the child, and must keep its exit.
		eventually(t, "the child is reaped", func() bool { return p.Running() == 0 })
		r.known.Store(true)
	}
	p.Start(s)
	if e := r.exit(); e != (process.Exit{}) {
		t.Error(e)
	}
}

func TestCoreDumpIsReported(t *testing.T) {
	r, _ := launch(t, newParent(t), &child.Spec{Name: "a", Command: `/bin/sh -c 'ulimit -c unlimited; kill -SEGV $$'`, Dir: t.TempDir()})
	e := r.exit()
	e.Core = false // depends on the machine's core_pattern and limits
	if d := cmp.Diff(process.Exit{Code: -1, Signal: "SIGSEGV"}, e); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestSignalReachesTheChildOrItsGroup(t *testing.T) {
	p := newParent(t)
	// The shell tells of the signals it gets; so does its child, which is in its group.
	script := `/bin/sh -c 'trap "echo parent" USR1; (trap "echo child; exit" USR1; echo ready; while :; do /bin/sleep 0.01; done) & while :; do wait; done'`
	r, c := launch(t, p, &child.Spec{Name: "a", Command: script})
	out := bufio.NewReader(c.stdout)
	line := func() string {
		if err := c.stdout.SetReadDeadline(time.Now().Add(testenv.Patience)); err != nil {
			t.Fatal(err)
		}
		text, err := out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(text)
	}
	if got := line(); got != "ready" {
		t.Fatal(got)
	}
	if err := p.Signal(c.pid, int(syscall.SIGUSR1), false); err != nil {
		t.Fatal(err)
	}
	if got := line(); got != "parent" {
		t.Errorf("a signal to the child reached %s", got)
	}
	if err := p.Signal(c.pid, int(syscall.SIGUSR1), true); err != nil {
		t.Fatal(err)
	}
	got := []string{line(), line()}
	slices.Sort(got)
	if d := cmp.Diff([]string{"child", "parent"}, got); d != "" {
		t.Errorf("a signal to the group (-want +got)\n%s", d)
	}
	if err := p.Signal(c.pid, 200, false); !errors.Is(err, unix.EINVAL) {
		t.Errorf("signal 200: %v", err)
	}
	if err := p.Signal(c.pid, int(syscall.SIGKILL), true); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(process.Exit{Code: -1, Signal: "SIGKILL"}, r.exit()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestSignalToWhoHasGoneOrIsNotOursGivesErrGone(t *testing.T) {
	p := newParent(t)
	r, c := launch(t, p, &child.Spec{Name: "a", Command: "/bin/true"})
	r.exit()
	for _, pid := range []int{c.pid, os.Getpid(), os.Getppid(), 1, 0, -1} {
		for _, group := range []bool{false, true} {
			if err := p.Signal(pid, 0, group); err != child.ErrGone {
				t.Errorf("signal 0 to %d (group %v): %v", pid, group, err)
			}
		}
	}
}

func TestOutputCanBeReadAfterTheChildsDeath(t *testing.T) {
	out, stderr, e := said(t, newParent(t), &child.Spec{Name: "a", Command: `/bin/sh -c 'echo last; echo words >&2; exit 3'`})
	if d := cmp.Diff([]string{"last\n", "words\n"}, []string{out, stderr}); d != "" || e != (process.Exit{Code: 3}) {
		t.Errorf("%v (-want +got)\n%s", e, d)
	}
}

func TestChildGoesOnWhenNobodyHoldsTheOtherEnds(t *testing.T) {
	dir := t.TempDir()
	r, c := launch(t, newParent(t), &child.Spec{
		Name: "a", Dir: dir,
		Command: `/bin/sh -c 'read go; for i in 1 2 3; do echo $i; echo $i >&2; done; echo went on > result; read more'`,
	})
	for _, f := range []*os.File{c.stdout, c.stderr} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(c.stdin, "go\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the child has written its result", func() bool {
		text, _ := os.ReadFile(dir + "/result") // not there yet
		return string(text) == "went on\n"
	})
	// It still waits for a line: it got no end of file.
	select {
	case e := <-r.exited:
		t.Errorf("ended: %v", e)
	default:
	}
	if got := status(t, c.pid, "State")["State"]; !strings.HasPrefix(got, "S") && !strings.HasPrefix(got, "R") {
		t.Errorf("state %s", got)
	}
}

// inventory is what a process must not gather.
type inventory struct{ Goroutines, Descriptors int }

func takeInventory(t *testing.T) inventory {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return inventory{runtime.NumGoroutine(), len(fds)}
}

func TestParentLeavesNothingBehind(t *testing.T) {
	use := func() {
		p, err := child.NewParent(slog.New(slog.DiscardHandler), false, ignore)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			s := &child.Spec{Name: "a", Command: "/bin/true"}
			switch i % 4 {
			case 1:
				s.Command = "/no/such"
			case 2:
				s.Dir = "/no/such"
			case 3:
				s.JoinStderr = true
			}
			r := follow(t, s)
			p.Start(s)
			select {
			case err := <-r.failed:
				t.Log(err) // as it should be
			case c := <-r.started:
				r.exit()
				for _, fd := range []int{c.Stdin, c.Stdout, c.Stderr} {
					if fd >= 0 {
						if err := unix.Close(fd); err != nil {
							t.Error(err)
						}
					}
				}
			}
		}
		p.Close()
	}
	use() // what the runtime and os/signal keep for good, they have now
	before := takeInventory(t)
	for range 5 {
		use()
	}
	// A goroutine is counted for a moment after it said that it is done. Some of an earlier
	// test may end meanwhile, hence the five rounds, and no more than before.
	eventually(t, "no more than before", func() bool {
		after := takeInventory(t)
		return after.Goroutines <= before.Goroutines && after.Descriptors <= before.Descriptors
	})
}

func TestOrphansAreReapedAndNoChildIsLost(t *testing.T) {
	out, err := playing(t, "subreaper").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "children: 100 right\norphans: 100 right\nchildren left: 0\n"
	if d := cmp.Diff(want, string(out)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// A restart of the daemon may leave an orphan of whom no signal comes any more.
func TestOrphanThatEndedBeforeThereWasAParentIsReaped(t *testing.T) {
	if out, err := playing(t, "heir").CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
}

var roles = map[string]func() error{"heir": playHeir, "subreaper": playSubreaper, "unprivileged": playUnprivileged}

// playHeir has a child that has ended when the Parent comes, and waits until it is gone.
func playHeir() error {
	pid, err := endedChild()
	if err != nil {
		return err
	}
	p, err := child.NewParent(slog.New(slog.DiscardHandler), false, ignore)
	if err != nil {
		return err
	}
	defer p.Close()
	for unix.Kill(pid, 0) == nil { // until somebody kills the test, if need be
		runtime.Gosched()
	}
	return nil
}

// playSubreaper starts children that leave children behind, which become its own.
func playSubreaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	orphans := make(chan process.Exit, 1000)
	p, err := child.NewParent(slog.New(slog.DiscardHandler), false, func(_ int, e process.Exit) { orphans <- e })
	if err != nil {
		return err
	}
	const n = 100
	var right atomic.Int32
	ended := make(chan struct{}, n)
	for i := range n {
		p.Start(&child.Spec{
			Name: "a",
			// The grandchild ends before or after its parent.
			Command:     fmt.Sprintf(`/bin/sh -c '(/bin/sh -c "exec >/dev/null 2>&1; /bin/sleep 0.0%d; exit %d" &) ; exit %d'`, i%3, i+100, i),
			Environment: child.Environment{Base: []string{"PATH=/bin"}},
			Started:     func(c *child.Child) { _ = unix.Close(c.Stdin); _ = unix.Close(c.Stdout); _ = unix.Close(c.Stderr) },
			Failed:      func(err error) { fmt.Println(err); ended <- struct{}{} },
			Exited: func(e process.Exit) {
				if e == (process.Exit{Code: i}) {
					right.Add(1)
				}
				ended <- struct{}{}
			},
		})
	}
	for range n {
		<-ended
	}
	fmt.Println("children:", right.Load(), "right")
	codes := map[int]int{}
	for range n {
		codes[(<-orphans).Code]++
	}
	want := map[int]int{}
	for i := range n {
		want[i+100]++
	}
	if !maps.Equal(want, codes) {
		return fmt.Errorf("orphans ended with %v", codes)
	}
	fmt.Println("orphans:", n, "right")
	_, err = unix.Wait4(-1, nil, unix.WNOHANG, nil)
	if !errors.Is(err, unix.ECHILD) {
		return fmt.Errorf("there are children left: %w", err)
	}
	fmt.Println("children left:", p.Running())
	p.Close()
	return nil
}

// endedChild returns the pid of a child that has ended and waits to be reaped.
func endedChild() (int, error) {
	cmd := exec.Command("/bin/sh", "-c", "exit 9")
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var info unix.Siginfo
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}
