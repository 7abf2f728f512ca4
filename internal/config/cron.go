package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cronFields are the fields of a schedule: their bounds and names.
var cronFields = []struct {
	name     string
	min, max int
	words    string // that stand for min, min+1, …
}{
	{"second", 0, 59, ""},
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of month", 1, 31, ""},
	{"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
	{"day of week", 0, 6, "sun mon tue wed thu fri sat"},
}

// CheckCron says what is wrong with a schedule in the form of robfig/cron: six fields,
// the first of them seconds, or a descriptor such as @hourly or @every 90s, either
// perhaps after TZ=zone.
func CheckCron(s string) error {
	if zone, rest, ok := strings.Cut(s, " "); ok && strings.Contains(zone, "TZ=") {
		_, zone, _ = strings.Cut(zone, "=")
		if _, err := time.LoadLocation(zone); err != nil {
			return fmt.Errorf("cron: %w", err)
		}
		s = strings.TrimSpace(rest)
	}
	if strings.HasPrefix(s, "@") {
		return checkCronDescriptor(s)
	}
	fields := strings.Fields(s)
	if len(fields) != len(cronFields) {
		return fmt.Errorf("cron: %d fields where there must be 6 (second minute hour day month weekday): '%s'", len(fields), s)
	}
	for i, f := range fields {
		for item := range strings.SplitSeq(f, ",") {
			if !cronItem(i, item) {
				return fmt.Errorf("cron: not a valid %s: '%s'", cronFields[i].name, item)
			}
		}
	}
	return nil
}

func checkCronDescriptor(s string) error {
	switch s {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return nil
	}
	if every, ok := strings.CutPrefix(s, "@every "); ok {
		if d, err := time.ParseDuration(strings.TrimSpace(every)); err == nil && d > 0 {
			return nil
		}
	}
	return fmt.Errorf("cron: not a valid schedule: '%s'", s)
}

// cronItem checks one item of field i: *, ?, n or n-m, perhaps followed by /step.
func cronItem(i int, item string) bool {
	span, step, stepped := strings.Cut(item, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
		return false
	}
	if span == "*" || span == "?" {
		return true
	}
	from, to, isSpan := strings.Cut(span, "-")
	a, ok := cronNumber(i, from)
	if !ok || !isSpan {
		return ok
	}
	b, ok := cronNumber(i, to)
	return ok && a <= b
}

// cronNumber reads a number or word of field i.
func cronNumber(i int, s string) (int, bool) {
	f := cronFields[i]
	for k, word := range strings.Fields(f.words) {
		if strings.EqualFold(word, s) {
			return f.min + k, true
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= f.min && n <= f.max
}

// cron is the codec of a schedule. An empty one is none.
var cron = pure("schedule", func(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return s, CheckCron(s)
})
