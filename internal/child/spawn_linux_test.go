package child_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/child"
	"supervisord/internal/process"
)

// sleeper lives until it is killed.
const sleeper = "/bin/sleep 1000"

func proc(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }

// status returns the chosen lines of /proc/<pid>/status.
func status(t *testing.T, pid int, names ...string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(proc(pid, "status"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if slices.Contains(names, name) {
			found[name] = strings.Join(strings.Fields(value), " ")
		}
	}
	return found
}

func TestChildGetsItsCommandWordsEnvironmentAndDirectory(t *testing.T) {
	p := newParent(t)
	dir := t.TempDir()
	_, c := launch(t, p, &child.Spec{
		Name: "a", Command: "sleep  '1000' 0", Dir: dir,
		Environment: child.Environment{Base: []string{"PATH=/bin", "A=1"}, Fixed: map[string]string{"B": "two words"}},
	})
	read := func(name string) string {
		text, err := os.ReadFile(proc(c.pid, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	cwd, err := os.Readlink(proc(c.pid, "cwd"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"sleep\x001000\x000\x00", "A=1\x00B=two words\x00PATH=/bin\x00", dir}
	if d := cmp.Diff(want, []string{read("cmdline"), read("environ"), cwd}); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestChildLeadsAProcessGroupInTheSessionOfItsParent(t *testing.T) {
	_, c := launch(t, newParent(t), &child.Spec{Name: "a", Command: sleeper})
	group, err := unix.Getpgid(c.pid)
	if err != nil || group != c.pid {
		t.Errorf("process group %d, %v; want %d", group, err, c.pid)
	}
	session, err := unix.Getsid(c.pid)
	ours, _ := unix.Getsid(0) // cannot fail
	if err != nil || session != ours {
		t.Errorf("session %d, %v; want %d", session, err, ours)
	}
}

// What the daemon itself was started with, as under nohup, its children inherit; nothing
// is added to it.
func TestChildHasNoSignalBlockedOrIgnored(t *testing.T) {
	_, c := launch(t, newParent(t), &child.Spec{Name: "a", Command: sleeper})
	none := strings.Repeat("0", 16)
	want := map[string]string{"SigBlk": none, "SigIgn": status(t, os.Getpid(), "SigIgn")["SigIgn"], "SigCgt": none, "SigPnd": none}
	if d := cmp.Diff(want, status(t, c.pid, "SigBlk", "SigIgn", "SigCgt", "SigPnd")); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// descriptors describes what a child has open: number, the pipe it is, and its flags.
func descriptors(t *testing.T, pid int) []string {
	t.Helper()
	entries, err := os.ReadDir(proc(pid, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		link, err := os.Readlink(proc(pid, "fd/"+e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.ReadFile(proc(pid, "fdinfo/"+e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var pos, flags int
		if _, err := fmt.Sscanf(string(info), "pos:\t%d\nflags:\t%o", &pos, &flags); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %s %#o", e.Name(), link, flags&(unix.O_ACCMODE|unix.O_NONBLOCK|unix.O_APPEND)))
	}
	return all
}

// pipeName is the pipe as /proc names it.
func pipeName(t *testing.T, f *os.File) string {
	t.Helper()
	var st unix.Stat_t
	conn, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if cerr := conn.Control(func(fd uintptr) { err = unix.Fstat(int(fd), &st) }); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
	return fmt.Sprintf("pipe:[%d]", st.Ino)
}

func TestChildHasItsThreePipesAndNoOtherDescriptor(t *testing.T) {
	// What the test binary has inherited itself is the daemon's business, in package host.
	if err := unix.CloseRange(3, 1<<20, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	p := newParent(t)
	// Some that a careless parent would hand down.
	for range 8 {
		f, err := os.Open("/dev/null")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	// Once it says so, the loader and the locale of the shell have closed what they open.
	const settled = `/bin/sh -c 'echo ready; read line'`
	_, neighbour := launch(t, p, &child.Spec{Name: "neighbour", Command: settled})
	_, c := launch(t, p, &child.Spec{Name: "a", Command: settled})
	_, joined := launch(t, p, &child.Spec{Name: "joined", Command: settled, JoinStderr: true})
	for _, s := range []*started{neighbour, c, joined} {
		if _, err := io.ReadFull(s.stdout, make([]byte, len("ready\n"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		s          *started
		in, out, e *os.File
	}{
		{neighbour, neighbour.stdin, neighbour.stdout, neighbour.stderr},
		{c, c.stdin, c.stdout, c.stderr},
		{joined, joined.stdin, joined.stdout, joined.stdout},
	} {
		// 02 is O_RDWR: a child that holds both ends gets neither SIGPIPE nor end of file.
		want := []string{"0 " + pipeName(t, tc.in) + " 02", "1 " + pipeName(t, tc.out) + " 02", "2 " + pipeName(t, tc.e) + " 02"}
		if d := cmp.Diff(want, descriptors(t, tc.s.pid)); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
	}
	if joined.stderr != nil {
		t.Error("a joined stderr has a pipe of its own")
	}
}

func TestUmaskIsTheChildsAlone(t *testing.T) {
	p := newParent(t)
	before := status(t, os.Getpid(), "Umask")
	type pending struct {
		run  *run
		want string
	}
	// Lent to the children by one thread of the parent, the masks must not be seen by
	// the others, at no moment.
	files := newFiles(t)
	var all []pending
	for i := range 64 {
		s := &child.Spec{Name: "a", Command: sleeper}
		want := before["Umask"]
		if i%3 != 0 { // some have none of their own, and get the daemon's
			mask := os.FileMode(i * 8 % 0o1000)
			s.Umask, want = &mask, fmt.Sprintf("%04o", mask)
		}
		all = append(all, pending{follow(t, s), want})
		p.Start(s)
	}
	for _, a := range all {
		s := newStarted(t, p, receive(t, a.run.started, "a start"))
		if got := status(t, s.pid, "Umask")["Umask"]; got != a.want {
			t.Errorf("umask %s, want %s", got, a.want)
		}
	}
	if d := cmp.Diff(before, status(t, os.Getpid(), "Umask")); d != "" {
		t.Errorf("the parent's own changed (-before +after)\n%s", d)
	}
	mask, err := strconv.ParseUint(before["Umask"], 8, 32)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[os.FileMode]bool{0o666 &^ os.FileMode(mask): true}, files.modes()); d != "" {
		t.Errorf("modes of files that the parent made meanwhile (-want +got)\n%s", d)
	}
}

// files makes files, one after the other, until it is asked for their modes.
type files struct {
	stop  chan struct{}
	found chan map[os.FileMode]bool
}

func newFiles(t *testing.T) *files {
	t.Helper()
	f := &files{make(chan struct{}), make(chan map[os.FileMode]bool, 1)}
	dir := t.TempDir()
	go func() {
		found := map[os.FileMode]bool{}
		for i := 0; ; i++ {
			path := filepath.Join(dir, strconv.Itoa(i))
			err := os.WriteFile(path, nil, 0o666)
			info, serr := os.Stat(path)
			if err != nil || serr != nil {
				t.Error(err, serr)
				break
			}
			found[info.Mode().Perm()] = true
			select {
			case <-f.stop:
				f.found <- found
				return
			default:
			}
		}
		f.found <- found
	}()
	return f
}

func (f *files) modes() map[os.FileMode]bool {
	close(f.stop)
	return <-f.found
}

// said starts a program, waits for its end, and returns what it wrote.
func said(t *testing.T, p *child.Parent, s *child.Spec) (stdout, stderr string, e process.Exit) {
	t.Helper()
	r, c := launch(t, p, s)
	e = r.exit()
	return readAll(t, c.stdout), readAll(t, c.stderr), e
}

func readAll(t *testing.T, f *os.File) string {
	t.Helper()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func as(c child.Credential) func() (*child.Credential, error) {
	return func() (*child.Credential, error) { return &c, nil }
}

func TestChildHasTheIdentityAndGroupsItWasGiven(t *testing.T) {
	needRoot(t)
	p := newParent(t)
	for _, c := range []struct {
		cred child.Credential
		want string
	}{
		{child.Credential{UID: 65534, GID: 65534}, "65534 65534 65534\n"},
		{child.Credential{UID: 65534, GID: 65534, Groups: []int{65534, 4, 20}}, "65534 65534 65534 4 20\n"},
		{child.Credential{UID: 1, GID: 12, Groups: []int{1}}, "1 12 12 1\n"},
	} {
		// id -G lists the effective group first, then the supplementary ones.
		out, stderr, e := said(t, p, &child.Spec{
			Name: "a", Command: `/bin/sh -c 'echo $(id -u) $(id -g) $(id -G)'`, Credential: as(c.cred),
		})
		if d := cmp.Diff(c.want, out); d != "" || e != (process.Exit{}) {
			t.Errorf("%+v: %v %s (-want +got)\n%s", c.cred, e, stderr, d)
		}
	}
}

func TestChildOfAnotherUserMayOpenItsOwnOutput(t *testing.T) {
	needRoot(t)
	p := newParent(t)
	for _, join := range []bool{false, true} {
		r, c := launch(t, p, &child.Spec{
			Name: "a", JoinStderr: join, Credential: as(child.Credential{UID: 65534, GID: 65534}),
			Command: `/bin/sh -c 'echo out > /dev/stdout && echo err > /dev/stderr && read line < /dev/stdin && echo "$line"'`,
		})
		if _, err := io.WriteString(c.stdin, "in\n"); err != nil {
			t.Fatal(err)
		}
		if e := r.exit(); e != (process.Exit{}) {
			t.Fatal(e)
		}
		want, got := []string{"out\nin\n", "err\n"}, []string{readAll(t, c.stdout)}
		if join {
			want = []string{"out\nerr\nin\n"}
		} else {
			got = append(got, readAll(t, c.stderr))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("join %v (-want +got)\n%s", join, d)
		}
	}
}

func TestFailedStartSaysAtWhichStep(t *testing.T) {
	p := newParent(t)
	d := tree(t, map[string]os.FileMode{"file": 0o644, "noshebang": 0o755, "interpreter": 0o644, "badinterpreter": 0o755, "nointerpreter": 0o755})
	for name, text := range map[string]string{
		"noshebang": "echo hello\n", "badinterpreter": "#!" + d + "/interpreter\n", "nointerpreter": "#!/no/such\n",
	} {
		if err := os.WriteFile(filepath.Join(d, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		command, dir, want string
	}{
		{"/bin/true", "/no/such", "couldn't chdir to /no/such: ENOENT"},
		{"/bin/true", d + "/file", "couldn't chdir to " + d + "/file: ENOTDIR"},
		{"/bin/true", d + "/file/x", "couldn't chdir to " + d + "/file/x: ENOTDIR"},
		{d + "/noshebang x", "", "couldn't exec " + d + "/noshebang: ENOEXEC"},
		{"./noshebang", d, "couldn't exec ./noshebang: ENOEXEC"},
		{d + "/badinterpreter", "", "couldn't exec " + d + "/badinterpreter: EACCES"},
		{d + "/nointerpreter", "", "couldn't exec " + d + "/nointerpreter: ENOENT"},
		{"/bin/true " + strings.Repeat("x", 200<<10), "", "couldn't exec /bin/true: E2BIG"},
	} {
		err := fails(t, p, &child.Spec{Name: "a", Command: c.command, Dir: c.dir})
		if _, ok := errors.AsType[*child.ExecError](err); !ok || err.Error() != c.want {
			t.Errorf("%.60s in %q: %T %v, want an ExecError %q", c.command, c.dir, err, err, c.want)
		}
	}
}

func TestFailedStartOfAnotherUserSaysAtWhichStep(t *testing.T) {
	needRoot(t)
	p := newParent(t)
	d := tree(t, map[string]os.FileMode{"closed/open/": 0o755, "tool": 0o755})
	for path, mode := range map[string]os.FileMode{filepath.Dir(d): 0o755, d: 0o755, d + "/closed": 0o700, d + "/tool": 0o700} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ command, dir, want string }{
		{"/bin/true", d + "/closed", "couldn't chdir to " + d + "/closed: EACCES"},
		{"/bin/true", d + "/closed/open", "couldn't chdir to " + d + "/closed/open: EACCES"},
		{d + "/tool", d, "couldn't exec " + d + "/tool: EACCES"},
	} {
		err := fails(t, p, &child.Spec{Name: "a", Command: c.command, Dir: c.dir, Credential: as(child.Credential{UID: 65534, GID: 65534})})
		if err.Error() != c.want {
			t.Errorf("%s in %q: %v, want %q", c.command, c.dir, err, c.want)
		}
	}
}

func TestPreparationThatFailsFailsTheStart(t *testing.T) {
	p := newParent(t)
	boom := errors.New("boom")
	missingFile := filepath.Join(t.TempDir(), "env")
	for _, c := range []struct {
		name string
		spec child.Spec
		want string
	}{
		{"command", child.Spec{Command: "/no/such"}, "can't find command '/no/such'"},
		{
			"env file",
			child.Spec{Command: "/bin/true", Environment: child.Environment{Files: []string{missingFile}}},
			"can't read env file '" + missingFile + "': no such file or directory",
		},
		{
			"open",
			child.Spec{Command: "/bin/true", Open: func() error { return boom }},
			"unknown error making dispatchers for 'a': boom (boom)",
		},
		{
			"open, errno",
			child.Spec{Command: "/bin/true", Open: func() error { return &os.PathError{Op: "open", Path: "/x", Err: syscall.EACCES} }},
			"unknown error making dispatchers for 'a': EACCES (open /x: permission denied)",
		},
		{
			"open, no descriptors",
			child.Spec{Command: "/bin/true", Open: func() error { return syscall.EMFILE }},
			"too many open files to spawn 'a'",
		},
		{"credential", child.Spec{Command: "/bin/true", Credential: func() (*child.Credential, error) { return nil, boom }}, "boom"},
		{"nonroot", child.Spec{Command: "/bin/true", Credential: func() (*child.Credential, error) {
			return nil, child.CannotSwitch(7, "Can't drop privilege as nonroot user")
		}}, "couldn't setuid to 7: Can't drop privilege as nonroot user"},
	} {
		c.spec.Name = "a"
		if err := fails(t, p, &c.spec); err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.name, err, c.want)
		}
	}
	if n := p.Running(); n != 0 {
		t.Errorf("%d children", n)
	}
}

// Played by nobody: without privileges some errors look different.
func TestUnprivilegedParentSaysWhatItMayNot(t *testing.T) {
	needRoot(t)
	d := tree(t, map[string]os.FileMode{"closed/": 0o700, "private": 0o700, "open/": 0o755})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{filepath.Dir(d): 0o755, d: 0o755, d + "/closed": 0o700} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	// The test binary may lie where nobody may go.
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d+"/open/test", binary, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := playing(t, "unprivileged", d)
	cmd.Path, cmd.Dir = d+"/open/test", d
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := strings.ReplaceAll(`couldn't chdir to DIR/closed: EACCES
no permission to run command 'DIR/private'
`, "DIR", d)
	if d := cmp.Diff(want, string(out)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// playUnprivileged prints why starts fail in the directory it was given.
func playUnprivileged() error {
	dir := os.Args[1]
	p, err := child.NewParent(nil, false, ignore)
	if err != nil {
		return err
	}
	defer p.Close()
	out := bufio.NewWriter(os.Stdout)
	for _, s := range []*child.Spec{
		{Name: "a", Command: "/bin/true", Dir: dir + "/closed"},
		{Name: "a", Command: dir + "/private"},
	} {
		failed := make(chan error)
		s.Failed = func(err error) { failed <- err }
		s.Started = func(*child.Child) { failed <- errors.New("was started") }
		s.Exited = func(process.Exit) {}
		p.Start(s)
		fmt.Fprintln(out, <-failed)
	}
	return out.Flush()
}
