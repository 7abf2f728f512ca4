// Package runner runs real children for the loop that supervises them.
//
// [Children] makes a [Runner] for each process. For each child that is started, a Runner
// opens what takes its output (files, syslog, the daemon's own stdout, memory), gives it a
// user, a standard input and perhaps a socket of FastCGI, finds out whether it is ready and
// lives, and tells of its death when its last words are written. What happens is told
// through the function given to [Runner.Start]; who is told, and what follows from it, is
// not known here. Package child forks, package output writes: this one joins them by what
// the configuration of a program says.
//
// Start reading at [Runner.Start]; a run is one child from there to the end of its output.
package runner
