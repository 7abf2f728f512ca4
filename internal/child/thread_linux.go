package child

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// onThread runs do on a thread of its own, which ends with it. It is never the first
// thread: that one stands for the whole program, in /proc and elsewhere, and must not
// become different from the others.
func onThread(do func()) {
	runtime.LockOSThread()
	if unix.Gettid() != os.Getpid() {
		do()
		return // still locked, which ends the thread
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		onThread(do)
	}()
	<-done
	runtime.UnlockOSThread()
}

// unshareFS gives the calling thread its own umask and working directory.
func unshareFS() error { return unix.Unshare(unix.CLONE_FS) }
