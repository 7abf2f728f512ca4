// Package host holds what the daemon does to its own process and machine: resource
// limits, user, umask, working directory, pidfile, going to the background, adopting
// orphans, and telling the service manager how it is.
//
// None of it knows about programs. Each function is called by package daemon, in this
// order at start:
//
//	DaemonChild, else Daemonize   with -d, before anything else: the caller stays behind
//	SealDescriptors               nothing the caller left open reaches a program
//	TakeNotifier                  nor does its NOTIFY_SOCKET
//	RaiseLimits                   while still root, who may raise hard limits
//	DropPrivileges                for good
//	Umask, Chdir                  before threads exist that have a umask of their own
//	ReserveDescriptors            beside what follows
//	CreatePidfile                 the second daemon with the same pidfile ends here
//	BecomeSubreaper
//	Readiness.Ready, Notifier     when it serves
//
// Linux comes first. What another system lacks fails with an error that names the option
// and the system and satisfies errors.Is(err, errors.ErrUnsupported).
package host
