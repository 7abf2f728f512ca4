//go:build !unix

package config

import "syscall"

// signalNumbers are the signals that the syscall package knows without Unix. Which of
// them can be sent is another question.
var signalNumbers = map[string]int{
	"HUP": int(syscall.SIGHUP), "INT": int(syscall.SIGINT), "QUIT": int(syscall.SIGQUIT),
	"ABRT": int(syscall.SIGABRT), "KILL": int(syscall.SIGKILL), "TERM": int(syscall.SIGTERM),
	"USR1": 10, "USR2": 12,
}

// signalNumber returns the number of a signal named without SIG, 0 if unknown.
func signalNumber(name string) int { return signalNumbers[name] }

// signalName returns the name of a signal without SIG, empty if unknown.
func signalName(n int) string {
	for name, number := range signalNumbers {
		if number == n {
			return name
		}
	}
	return ""
}
