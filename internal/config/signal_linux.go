package config

// signalAliases are the names that Python's signal module has and the table of
// golang.org/x/sys/unix has not. The numbers of RTMIN and RTMAX are glibc's.
var signalAliases = map[string]int{"CLD": 17, "IOT": 6, "POLL": 29, "RTMIN": 34, "RTMAX": 64}
