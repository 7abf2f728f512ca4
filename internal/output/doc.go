// Package output carries what programs write from their pipes to where it is kept.
//
// A Pump waits on the read ends of all pipes at once and hands the bytes of each to
// its writer, usually a Stream: one of the two outputs of one process. A Stream takes
// captures out, removes ANSI escape sequences if asked to, and copies the rest to its
// sinks, in the Format of the log, and as it is to its taps. A Feed is a tap for those
// who make events of output.
//
// Of sinks there are File, a log that rotates by size and time, compresses its backups in
// the background and notices what others do to it, and Ring, which keeps the latest output
// in memory; Files lets everybody who names the same path share one File. Read and Tail
// give parts of a log back, by the rules of Python's Supervisor, and Follow what is
// written from now on. AutoPath and CleanAuto name and remove the logs of programs that
// asked for AUTO.
//
// Order is kept from end to end: the bytes of one pipe are written by one goroutine
// at a time, in the order in which they were read. A sink that fails loses bytes,
// counts them and says so once in the log; it never stops its program for good, nor
// another program's output.
// Of a program that writes without pause, a Stream that formats lines writes some while
// it formats the next ones; whoever waits for its Source or flushes it, waits for them.
//
// Only regular files are ever renamed, truncated or opened for reading. A device, a
// fifo, or /dev/stdout behind a symbolic link is written to and nothing else.
package output
