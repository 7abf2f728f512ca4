package config

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// printSize writes the largest unit that leaves a whole number.
func printSize(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "KB"}} {
		if n > 0 && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// printDuration writes whole seconds as Python's Supervisor reads them.
func printDuration(d time.Duration) string {
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10)
	}
	return d.String()
}

func printRotation(d time.Duration) string {
	if d == 24*time.Hour {
		return "daily"
	}
	if d == time.Hour {
		return "hourly"
	}
	return printDuration(d)
}

func printCompression(on bool) string {
	if on {
		return "gzip"
	}
	return "none"
}

func printOctal(m os.FileMode) string { return fmt.Sprintf("%#o", uint32(m)) }

func printList(items []string) string { return strings.Join(items, ",") }

func printExitCodes(codes []int) string {
	var items []string
	for _, c := range codes {
		items = append(items, strconv.Itoa(c))
	}
	return printList(items)
}

// printLoglevel writes Python's name.
func printLoglevel(level Loglevel) string {
	for _, l := range loglevels {
		if l.level == level {
			return strings.Fields(l.names)[0]
		}
	}
	return ""
}

func printAutoRestart(r AutoRestart) string {
	switch r {
	case RestartAlways:
		return "true"
	case RestartUnexpected:
		return "unexpected"
	case RestartNever:
	}
	return "false"
}
