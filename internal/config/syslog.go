package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SyslogFacilities and SyslogPriorities are what syslog_facility and
// syslog_*_priority become, at the index of their number.
var (
	SyslogFacilities = []string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
		"ntp", "security", "console", "solaris-cron",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
	SyslogPriorities = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
)

var (
	syslogFacility = syslogWord("syslog facility", SyslogFacilities, map[string]string{"kernel": "kern"})
	syslogPriority = syslogWord("syslog priority", SyslogPriorities,
		map[string]string{"warn": "warning", "error": "err", "critical": "crit", "emergency": "emerg"})
)

// syslogWord is a codec of one of the words, in any case and with or without LOG_.
func syslogWord(kind string, words []string, alias map[string]string) codec[string] {
	accepted := slices.Concat(words, slices.Sorted(maps.Keys(alias)))
	pattern := `\s*([Ll][Oo][Gg]_)?(` + wordPattern(accepted) + `)\s*`
	return pure(kind, shape{words: words, pattern: pattern}, func(s string) (string, error) {
		w := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "log_")
		if a, ok := alias[w]; ok {
			w = a
		}
		if !slices.Contains(words, w) {
			return "", fmt.Errorf("not a valid %s: '%s'", kind, s)
		}
		return w, nil
	}, plain)
}
