// Package unixsocket puts listening unix sockets at paths of the file system, without
// harming what is there.
//
// A socket is bound under a temporary name beside its path, gets its mode and owner,
// starts to listen, and only then gets its name; so a client never meets it half done.
// While that goes on a lock is held on <path>.opening, which is removed afterwards: of
// two programs that start at once one wins, though both may see the same stale socket.
// What answers at the path is never replaced, and what is no socket is never removed.
package unixsocket
