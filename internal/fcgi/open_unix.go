//go:build unix

package fcgi

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/unixsocket"
)

// lookupTime limits the search for the address of a host name.
const lookupTime = 10 * time.Second

// open makes the socket listen.
func open(spec Spec, log *slog.Logger) (listener, error) {
	if path, ok := strings.CutPrefix(spec.Socket, "unix://"); ok {
		return openUnix(path, spec, log)
	}
	return openTCP(strings.TrimPrefix(spec.Socket, "tcp://"), spec.Backlog)
}

// unixListener implements listener.
type unixListener struct{ *unixsocket.Socket }

func (l unixListener) Descriptor() uintptr { return l.File.Fd() }

func openUnix(path string, spec Spec, log *slog.Logger) (listener, error) {
	uid, gid, err := spec.Owner.IDs()
	if err != nil {
		return nil, err
	}
	s, err := unixsocket.Listen(unixsocket.Spec{Path: path, Mode: spec.Mode, UID: uid, GID: gid, Backlog: spec.Backlog}, log)
	if err != nil {
		return nil, err
	}
	return unixListener{s}, nil
}

// tcpListener implements listener.
type tcpListener int

func (l tcpListener) Descriptor() uintptr { return uintptr(l) }
func (l tcpListener) Close() error        { return unix.Close(int(l)) }

// openTCP listens at the first address of a host. Package net would make the socket
// non-blocking, which a program that inherits it does not expect.
func openTCP(hostPort string, backlog int) (listener, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	address, err := resolve(ctx, hostPort)
	if err != nil {
		return nil, err
	}
	family, to := sockaddr(address)
	fd, err := newSocket(family)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if backlog <= 0 {
		backlog = unix.SOMAXCONN
	}
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil {
		err = unix.Bind(fd, to)
	}
	if err == nil {
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return nil, err
	}
	return tcpListener(fd), nil
}

// resolve finds the address of host:port, IPv4 before IPv6 as Python knows no other.
func resolve(ctx context.Context, hostPort string) (*net.TCPAddr, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return nil, err
	}
	ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(ips) == 0 {
		return nil, fmt.Errorf("no address of %s", host)
	}
	best := ips[0]
	for _, ip := range ips {
		if ip.IP.To4() != nil {
			best = ip
			break
		}
	}
	return &net.TCPAddr{IP: best.IP, Port: number, Zone: best.Zone}, nil
}

// newSocket returns a TCP socket that programs do not inherit by accident. Not every system
// can say so at once, hence the lock, which package syscall holds while it forks.
func newSocket(family int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

func sockaddr(a *net.TCPAddr) (family int, to unix.Sockaddr) {
	if ip := a.IP.To4(); ip != nil {
		return unix.AF_INET, &unix.SockaddrInet4{Port: a.Port, Addr: [4]byte(ip)}
	}
	to6 := &unix.SockaddrInet6{Port: a.Port, Addr: [16]byte(a.IP.To16())}
	if i, err := net.InterfaceByName(a.Zone); err == nil {
		to6.ZoneId = uint32(i.Index)
	}
	return unix.AF_INET6, to6
}

// duplicate returns a copy of a descriptor that programs do not inherit by accident.
func duplicate(fd uintptr) (int, error) {
	c, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	return c, os.NewSyscallError("dup", err)
}
