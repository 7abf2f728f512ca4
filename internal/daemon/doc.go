// Package daemon puts the program together: it reads the configuration, prepares the
// process, opens servers and logs, runs the supervisor's loop, handles signals, and
// takes everything down in the reverse order. Nobody imports it but the command.
//
// Start reading at Run.
package daemon
