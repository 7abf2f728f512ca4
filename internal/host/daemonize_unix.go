//go:build unix

package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Daemonize runs this program again, with args (os.Args) and env (os.Environ()), in a
// session of its own, waits until that process is ready, and returns the exit code for
// the caller's shell:
//
//   - 0 when it serves;
//   - its own exit code when it ended before that; it has said why on stderr, which is
//     the caller's until it is ready;
//   - otherwise not 0, and an error that says what happened.
//
// Until then SIGINT and SIGTERM are passed on to it. The caller of Daemonize does nothing
// else: it holds no socket and starts no program, so nothing exists twice.
//
// Python's daemon forks once it has opened its sockets. A Go process has threads, and
// cannot fork; this keeps what matters, that the shell sees the errors of the start.
func Daemonize(args, env []string) (exitCode int, err error) {
	exitCode, err = daemonize(args, env)
	if err != nil {
		return exitCode, fmt.Errorf("daemonize: %w", err)
	}
	return exitCode, nil
}

func daemonize(args, env []string) (exitCode int, err error) {
	program, err := os.Executable()
	if err != nil {
		return 1, err
	}
	if err := SealDescriptors(); err != nil {
		return 1, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 1, err
	}
	defer r.Close()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	child, err := os.StartProcess(program, args, &os.ProcAttr{
		Env:   append(slices.Clip(env), daemonVariable+"=3"),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, w},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	w.Close() // or we would never see the child's end of it close
	if err != nil {
		signal.Stop(signals)
		return 1, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range signals {
			_ = child.Signal(s) // it may have ended, which is being noticed
		}
	}()
	exitCode, err = awaitReady(child, r)
	signal.Stop(signals)
	close(signals)
	<-done
	return exitCode, err
}

// awaitReady waits until the child closes the pipe, and learns whether it wrote to it.
func awaitReady(child *os.Process, pipe *os.File) (exitCode int, err error) {
	// One byte means ready. Reading on to the end makes sure that the daemon holds nothing
	// of ours any more when the shell goes on; an error is the same as no byte.
	if said, _ := io.ReadAll(io.LimitReader(pipe, 2)); len(said) > 0 {
		return 0, nil
	}
	// The child is on its way out, to which a signal makes no difference; or it lives and
	// will never be ready, and then it must not stay.
	_ = child.Signal(syscall.SIGTERM)
	state, err := child.Wait()
	if err != nil {
		return 1, err
	}
	switch status, ok := state.Sys().(syscall.WaitStatus); {
	case ok && status.Signaled():
		return 128 + int(status.Signal()), fmt.Errorf("ended by %s before it was ready", unix.SignalName(status.Signal()))
	case state.ExitCode() == 0:
		return 1, errors.New("ended before it was ready")
	default:
		return state.ExitCode(), nil
	}
}

// DaemonChild reports whether this process was started by Daemonize and has not asked
// yet. If so, it is the one that becomes the daemon: it goes on as in the foreground,
// and calls Ready when it serves. The mark in the environment is gone afterwards, and
// the descriptor is not inherited.
func DaemonChild() (*Readiness, bool) {
	mark, marked := os.LookupEnv(daemonVariable)
	if !marked || os.Unsetenv(daemonVariable) != nil {
		return nil, false
	}
	pipe, err := strconv.Atoi(mark)
	if err != nil || pipe <= 2 {
		return nil, false
	}
	// The variable may have come from elsewhere.
	var stat unix.Stat_t
	if err := unix.Fstat(pipe, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil, false
	}
	unix.CloseOnExec(pipe)
	return &Readiness{pipe: pipe}, true
}

// Ready turns stdin, stdout and stderr to /dev/null and then tells the caller that the
// daemon serves. It fails if the caller is gone: nobody knows of this daemon then, and it
// should end. It may be called once.
func (r *Readiness) Ready() error {
	if r.pipe < 0 {
		return errors.New("daemonize: ready twice")
	}
	pipe := r.pipe
	r.pipe = -1
	err := detach()
	if err == nil {
		_, err = unix.Write(pipe, []byte{1})
	}
	// Closing without a byte written tells the caller too.
	if err := errors.Join(err, unix.Close(pipe)); err != nil {
		return fmt.Errorf("daemonize: %w", err)
	}
	return nil
}

// detach lets go of the caller's terminal, pipes or files.
func detach() error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", os.DevNull, err)
	}
	for standard := range 3 {
		// Go has seen to it that all three were open, so null is none of them.
		if err := duplicate(null, standard); err != nil {
			return errors.Join(err, unix.Close(null))
		}
	}
	return unix.Close(null)
}
