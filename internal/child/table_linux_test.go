package child_test

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"supervisord/internal/child"
)

// mayUnshare reports whether this machine lets a thread have descriptors of its own;
// a container may not.
func mayUnshare() bool {
	if mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil || mode != 0 {
		return false
	}
	errs := make(chan error)
	go child.OnThread(func() { errs <- unix.Unshare(unix.CLONE_FILES) })
	return <-errs == nil
}

// threadTables returns how many descriptors each thread of this program has.
func threadTables(t *testing.T) (sizes []int) {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		fds, err := os.ReadDir("/proc/self/task/" + task.Name() + "/fd")
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ESRCH) {
			continue // it has just ended
		}
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(fds))
	}
	return sizes
}

func TestForkCopiesFewDescriptorsHoweverManyThereAre(t *testing.T) {
	const many = 100
	for range many {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
	}
	launch(t, newParent(t), &child.Spec{Name: "a", Command: "/bin/sleep 1000"})
	few := func() (few int) {
		for _, n := range threadTables(t) {
			if n > 0 && n < many {
				few++
			}
		}
		return few
	}
	if !mayUnshare() {
		if n := few(); n != 0 {
			t.Errorf("%d threads have few descriptors", n)
		}
		return
	}
	eventually(t, "each thread that forks has few descriptors", func() bool { return few() == child.Spawners })
}

func TestFileThatTheProgramClosesIsClosed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, newParent(t), &child.Spec{Name: "a", Command: "/bin/sleep 1000"})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(r) // until the last writer is gone
		ended <- errors.Join(err, r.Close())
	}()
	if err := receive(t, ended, "the end of the pipe"); err != nil {
		t.Error(err)
	}
}

func TestOwnThreadIsNotTheFirst(t *testing.T) {
	// More goroutines than there are idle threads: one of them gets the first.
	const all = 100
	var here sync.WaitGroup
	here.Add(all)
	own := make(chan int, all)
	for range all {
		go func() {
			runtime.LockOSThread()
			here.Done()
			here.Wait()
			child.OnThread(func() { own <- unix.Gettid() })
			runtime.UnlockOSThread() // the first thread is for all again
		}()
	}
	for range all {
		if receive(t, own, "a thread") == os.Getpid() {
			t.Error("do was run on the first thread")
		}
	}
}

// A daemon in the background gives up its standard output, and whoever reads it must not
// wait for the thread that forks.
func TestStandardStreamsAreGivenUp(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, err := unix.Dup(unix.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(stdin)
	if err := unix.Dup3(int(w.Fd()), unix.Stdin, 0); err != nil { // the one that tests do not need
		t.Fatal(err)
	}
	launch(t, newParent(t), &child.Spec{Name: "a", Command: "/bin/sleep 1000"})
	if err := errors.Join(unix.Dup3(stdin, unix.Stdin, 0), w.Close()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(r)
		ended <- errors.Join(err, r.Close())
	}()
	if err := receive(t, ended, "the end of the pipe"); err != nil {
		t.Error(err)
	}
}
