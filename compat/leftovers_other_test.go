//go:build unix && !linux

package compat

// killLeftovers does nothing: this system has no /proc to find a process by its
// environment.
func killLeftovers(string) {}
