package testenv

import (
	"errors"
	"os"
	"syscall"
)

// ReservePort returns a TCP port of 127.0.0.1 at which nobody listens. Until release is
// called the kernel gives it to nobody who does not name it. Who sets SO_REUSEADDR, as
// servers do, can listen at it; on other systems the address would be in use for them, too.
func ReservePort() (port int, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, os.NewSyscallError("socket", err)
	}
	release = func() { _ = syscall.Close(fd) } // it holds nothing that could get lost
	err = errors.Join(
		os.NewSyscallError("setsockopt", syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)),
		os.NewSyscallError("bind", syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})),
	)
	address, nameErr := syscall.Getsockname(fd)
	if err = errors.Join(err, os.NewSyscallError("getsockname", nameErr)); err != nil {
		release()
		return 0, nil, err
	}
	return address.(*syscall.SockaddrInet4).Port, release, nil
}
