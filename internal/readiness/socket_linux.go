package readiness

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// socketName returns a name without a file, which vanishes with its socket.
func socketName(secret string) (string, error) { return "@supervisord/notify/" + secret, nil }

// identify makes the kernel say who has sent a message: everybody on the machine can read
// the name in /proc/net/unix, and a name without a file has no permissions.
func identify(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1))
	})
	if err != nil {
		return err
	}
	return failed
}

// read reads a message, of which it waits for one if wait is set, and says whether the
// sender may speak for the program.
func (s *Socket) read(wait bool) (n int, trusted bool, err error) {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return 0, false, err
	}
	// There is room for the sender and nothing else: the kernel closes the descriptors that
	// come with a message.
	oob := make([]byte, unix.CmsgSpace(unix.SizeofUcred))
	var oobn int
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		n, oobn, _, _, failed = unix.Recvmsg(int(fd), s.buf[:], oob, unix.MSG_CMSG_CLOEXEC)
		return !wait || failed != unix.EAGAIN && failed != unix.EINTR
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return 0, false, err
	}
	return n, s.trusts(oob[:oobn]), nil
}

// trusts reports whether the sender is one of the trusted users, or the child itself, which
// may have become anybody.
func (s *Socket) trusts(oob []byte) bool {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return false
	}
	for i := range messages {
		if from, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
			user := int64(from.Uid)
			return user == 0 || user == int64(os.Geteuid()) || user == s.user.Load() ||
				from.Pid > 0 && int64(from.Pid) == s.pid.Load()
		}
	}
	return false
}
