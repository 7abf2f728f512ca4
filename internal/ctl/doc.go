// Package ctl is the command line: `supervisord ctl VERB`, and the same under the name
// supervisorctl.
//
// [NewCommand] reads the flags, finds the server and runs one command line. Every verb
// is a row of the table in verbs.go, from which dispatch and help derive; a verb asks
// the supervisor through [API] and prints what came back. Without a command line the
// shell reads them, from a person through an [Editor], or from a pipe. Output and exit codes are
// those of Python's supervisorctl. Where that prints the class and the source line of an
// exception, a line that begins with "error:" says what is wrong and what to do, under
// the same exit code. A terminal gets colours and progress instead, and --json a document
// (docs/scripting.md).
package ctl

//go:generate env UPDATE=1 go test -run ^TestGenerated$ .
