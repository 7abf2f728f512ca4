package host

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Both ways of SealDescriptors mark a descriptor as the caller would have left it open.
func TestSealedDescriptorsAreNotInherited(t *testing.T) {
	for name, seal := range map[string]func() error{
		"at once":    SealDescriptors,
		"one by one": func() error { return sealListed("/proc/self/fd") },
	} {
		t.Run(name, func(t *testing.T) {
			fd, err := unix.Dup(int(os.Stderr.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			if err := seal(); err != nil {
				t.Fatal(err)
			}
			for descriptor, want := range map[int]int{fd: unix.FD_CLOEXEC, 1: 0, 2: 0} {
				flags, err := unix.FcntlInt(uintptr(descriptor), unix.F_GETFD, 0)
				if err != nil || flags != want {
					t.Errorf("flags of descriptor %d: got %d, %v, want %d", descriptor, flags, err, want)
				}
			}
		})
	}
}
