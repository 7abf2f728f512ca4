// Package compat runs the scripts of testdata/scripts with both supervisords and
// both supervisorctls: ours and those of Python's Supervisor 4.2.5 as Debian
// packages it. It has tests only.
//
// A script is a user's story: a configuration, commands, and goldens. The goldens
// are recorded from Python's pair; ours has to give the same. Run
//
//	go test ./compat                     # all four pairs
//	PAIR=python-ours go test ./compat    # one: daemon, then ctl
//	PAIR=python-python UPDATE=1 go test ./compat   # record goldens
//
// Where we differ on purpose a line of the script starts with [ours] (our daemon)
// or [oursctl] (our ctl), and docs/DIFFERENCES.md has a row for it.
//
// Beside testscript's own commands a script may use:
//
//	supervise [-tcp] [-daemonize] [NAME=VALUE...] [ARGS...]
//	                         start the daemon on s.conf, wait until it answers
//	daemonfails CODE [ARGS]  run the daemon, which has to end at once with CODE
//	signal SIG               send a signal to the daemon
//	awaitexit CODE           wait until the daemon has ended with CODE (-1: by a signal)
//	await NAME STATE         wait until a process is in a state
//	pidof NAME VAR           set VAR to the pid of a process
//	awaitnew NAME VAR        wait until a process runs with another pid than $VAR
//	awaitgone FILE           wait until the process whose pid is in FILE has ended
//	killpid NAME SIG         send a signal to a process
//	daemonlog REGEX          wait until the daemon's log matches
//	loglines REGEX           print the matching lines of the log, without time
//	awaitfile FILE [REGEX]   wait until a file is there (and matches)
//	edit FILE OLD NEW        replace the one occurrence of OLD
//	ctl ARGS                 run supervisorctl, which has to exit with 0
//	ctlrc CODE ARGS          the same with another exit code
//	ctlsorted ARGS           the same as ctl with its lines sorted
//	ctlin FILE ARGS          the same as ctl with FILE as standard input
//	ctlfollow REGEX ARGS     run supervisorctl until its output matches, and interrupt it
//	rpc [-tcp] [-u USER:PW] METHOD JSON...
//	                         call a method, print the result as JSON
//	curl [-tcp] [-u USER:PW] [-d FILE] [-b] METHOD PATH
//	                         print status and headers (-b: and the body)
//	pyrpc FILE               run a script with Python's own xmlrpc.client
//	freeport VAR             set VAR to one more free port
//
// A file programs.conf is put behind a base configuration with a unix socket to
// make s.conf. $PORT is a free TCP port. `show` is a program to supervise that
// prints what it was started with; `tap FILE ANSWER...` is an event listener.
//
// What only a terminal shows is in screen_test.go, and of the shell in
// shell_screen_test.go: our supervisorctl and our daemon in a tmux, driven by keys, with
// goldens in testdata/screen that UPDATE=1 records.
package compat
