// Package fcgi holds the listening sockets of FastCGI programs, which all processes of a
// program share as their descriptor 0.
//
// [Sockets] opens a socket for the first process that is about to start and closes it
// after the last has come to rest: it is there while one of them runs or is to be started
// again, so that clients who connect meanwhile wait in its queue.
package fcgi
