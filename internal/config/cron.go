package config

import (
	"fmt"

	schedule "github.com/robfig/cron/v3"
)

// cronForm is the form of a schedule: six fields, the first of them seconds, or a
// descriptor such as @hourly or @every 90s, either perhaps after TZ=zone.
const cronForm = schedule.Second | schedule.Minute | schedule.Hour | schedule.Dom | schedule.Month | schedule.Dow | schedule.Descriptor

// cron is the codec of a schedule. An empty one is none.
var cron = pure("schedule", shape{}, func(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if _, err := schedule.NewParser(cronForm).Parse(s); err != nil {
		return "", fmt.Errorf("not a valid schedule: '%s': %w", s, err)
	}
	return s, nil
}, plain)
