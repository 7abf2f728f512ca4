package readiness_test

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/readiness"
)

// TestMain is the sender of a message too, as another user.
func TestMain(m *testing.M) {
	if name := os.Getenv("NOTIFY_SOCKET"); name != "" {
		conn, err := net.Dial("unixgram", name)
		if err == nil {
			_, err = conn.Write([]byte("READY=1"))
		}
		if err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// Everybody can find the socket, but not everybody may speak for the program: its own user
// may, and the child itself.
func TestOnlyTrustedSenders(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root has other users")
	}
	const nobody = 65534
	for _, tt := range []struct {
		uid   int
		child bool
		want  readiness.Message
	}{
		{-1, false, readiness.Message{}},
		{1, false, readiness.Message{}},
		{nobody, false, readiness.Message{Ready: true}},
		{-1, true, readiness.Message{Ready: true}},
	} {
		s, err := readiness.Listen()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.TrustUser(tt.uid)
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
		cmd.Env = []string{"NOTIFY_SOCKET=" + s.Name()}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if tt.child {
			s.Trust(cmd.Process.Pid)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		got, err := s.Pending()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("user %d, child %t: -want +got\n%s", tt.uid, tt.child, d)
		}
	}
}

// A message without text is one, also for Pending, and descriptors are not kept.
func TestPendingAndDescriptors(t *testing.T) {
	s := listen(t)
	conn, err := net.Dial("unixgram", s.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	read := os.NewFile(uintptr(pipe[0]), "pipe")
	defer read.Close()
	if _, err := conn.Write(nil); err != nil {
		t.Fatal(err)
	}
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var sent error
	err = raw.Write(func(fd uintptr) bool {
		sent = unix.Sendmsg(int(fd), []byte("BARRIER=1\nREADY=1"), unix.UnixRights(pipe[1]), nil, 0)
		return true
	})
	if err != nil || sent != nil {
		t.Fatal(err, sent)
	}
	if err := unix.Close(pipe[1]); err != nil {
		t.Fatal(err)
	}
	for _, want := range []readiness.Message{{}, {Ready: true}} {
		got, err := s.Pending()
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v: -want +got\n%s", err, d)
		}
	}
	if n, err := read.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the pipe is open: %d, %v", n, err)
	}
}
