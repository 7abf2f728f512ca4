package host

// The texts are those of Python's Supervisor 4.2.5, which people know and search for.
// Where Python repeats the number that was asked for, we name the true limit.
const (
	raisedOpenFiles  = "Increased RLIMIT_NOFILE limit to %d"
	raisedProcesses  = "Increased RLIMIT_NPROC limit to %d"
	refusedOpenFiles = `The minimum number of file descriptors required to run this process is %d as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open %d file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.`
	refusedProcesses = `The minimum number of available processes required to run this program is %d as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open %d processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.`
)

// limit is a resource limit; the largest uint64 stands for none.
type limit struct {
	soft, hard uint64
}

// raise returns the limit that allows want, and whether it differs from l. Nothing is
// ever lowered.
//
// A soft limit one below the hard one is Go's own mark (see openFilesOfChildren), so we
// never set that value: who asks for it gets one more.
func (l limit) raise(want uint64) (raised limit, changed bool) {
	if l.soft >= want {
		return l, false
	}
	if want == l.hard-1 {
		want = l.hard
	}
	return limit{soft: want, hard: max(l.hard, want)}, true
}
