// Package readiness finds out whether a program that was started is up.
//
// A program may say so itself, by a datagram ([Socket], the protocol of sd_notify(3)), or by a
// line of its output ([LogMatch]). What follows from that is for package process to say.
package readiness
