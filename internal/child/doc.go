// Package child starts, signals and reaps operating-system processes.
//
// A [Parent] is the only one in the program that forks and the only one that waits:
// two threads start children in the order in which they were asked for, and one
// goroutine, woken by SIGCHLD, collects every exit and routes it by pid. An exit that
// comes before its child is known waits for the end of the fork, and a signal cannot
// reach a pid that has been given to somebody else, because reaping and signalling
// exclude each other.
//
// Neighbours of one [Rank] are forked side by side: whoever forks has to wait while the
// kernel loads the program. Who asked is told in order all the same.
//
// A thread that forks has a table of descriptors to itself where the system allows it,
// so that a start takes no longer when there are thousands of them. Whoever touches a
// descriptor, such as Started, is called on another thread.
//
// A child's standard streams are pipes that were opened again for reading and
// writing. With nobody at the other end it gets neither SIGPIPE nor end of file, so it
// can outlive the supervisor. It inherits no other descriptor.
package child
