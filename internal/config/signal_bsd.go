//go:build unix && !linux

package config

// signalAliases are the names that Python's signal module has and the table of
// golang.org/x/sys/unix has not.
var signalAliases = map[string]int{"IOT": 6}
