package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Backoff is how the time before another try grows with the failures in a row.
type Backoff string

// The values of backoff.
const (
	BackoffLinear      Backoff = "linear"      // 1, 2, 3 … seconds, as Python's
	BackoffExponential Backoff = "exponential" // 1, 2, 4 … seconds
	BackoffConstant    Backoff = "constant"    // a second
)

// RestartLimit is how many automatic restarts there may be in a time. The zero
// RestartLimit is none.
type RestartLimit struct {
	Count  int
	Within time.Duration
}

// The codecs of the options about starting again.
var (
	backoff      = word("`linear`, `exponential` or `constant`", BackoffLinear, BackoffExponential, BackoffConstant)
	part         = pure("number from 0 to 1", shape{json: "number", pattern: partPattern}, parsePart, printPart)
	restartLimit = pure("`none` or number/duration", shape{words: []string{"none"}, pattern: limitPattern}, parseRestartLimit, printRestartLimit)
)

// parsePart reads a number from 0 to 1.
func parsePart(s string) (float64, error) {
	digits := strings.TrimSpace(s)
	part, err := strconv.ParseFloat(digits, 64)
	if err != nil || strings.Trim(digits, "0123456789.") != "" || part > 1 {
		return 0, fmt.Errorf("not a number from 0 to 1: '%s'", s)
	}
	return part, nil
}

func printPart(part float64) string { return strconv.FormatFloat(part, 'f', -1, 64) }

func parseRestartLimit(s string) (RestartLimit, error) {
	if s := strings.ToLower(s); s == "none" || s == "" {
		return RestartLimit{}, nil
	}
	count, within, _ := strings.Cut(s, "/")
	n, err := parsePositive(count)
	if err != nil {
		return RestartLimit{}, fmt.Errorf("not none or a number of restarts and a time, such as 5/1m: '%s'", s)
	}
	d, err := parseDuration(within)
	if err != nil || d == 0 {
		return RestartLimit{}, fmt.Errorf("no time behind the number of restarts, as in 5/1m: '%s'", s)
	}
	return RestartLimit{n, d}, nil
}

func printRestartLimit(l RestartLimit) string {
	if l == (RestartLimit{}) {
		return "none"
	}
	return strconv.Itoa(l.Count) + "/" + printDuration(l.Within)
}
