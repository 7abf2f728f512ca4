// Package pidproxy stands between a supervisor and a program that runs in the background
// on its own account and writes its pid to a file.
//
// [Run] starts the command, passes signals on to the process that the pidfile names, and
// ends when that process does: so a supervisor that watches the proxy watches the program.
// On Linux the proxy adopts what the command leaves behind (a "subreaper"), so that it
// learns of its end at once and with its exit status; elsewhere it looks again and again.
//
// It is a program of its own, not part of the daemon: it waits for every child of its
// process.
package pidproxy
