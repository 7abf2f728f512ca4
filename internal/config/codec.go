package config

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"supervisord/internal/output/timestamp"
)

// codec reads and writes one kind of value.
type codec[T any] struct {
	kind  string // as the manual calls it
	parse func(h *host, value string) (T, error)
	// print writes a value as it would stand in a file, in one form for each value:
	// parse reads it again.
	print func(T) string
	shape shape
}

// pure is a codec that needs nothing from the host.
func pure[T any](kind string, s shape, parse func(string) (T, error), print func(T) string) codec[T] {
	return codec[T]{kind: kind, shape: s, parse: func(_ *host, s string) (T, error) { return parse(s) }, print: print}
}

// The codecs of simple values.
var (
	text        = pure("string", shape{}, asItIs, plain)
	boolean     = pure("boolean", shape{json: "boolean", words: booleanWords}, parseBool, strconv.FormatBool)
	integer     = pure("integer", shape{json: "integer", pattern: integerPattern}, parseInt, strconv.Itoa)
	count       = pure("integer, negative as 0", shape{json: "integer", pattern: integerPattern}, parseCount, strconv.Itoa)
	positive    = pure("integer from 1", shape{json: "integer", pattern: positivePattern, least: 1}, parsePositive, strconv.Itoa)
	byteSize    = pure("size", shape{json: "integer", pattern: sizePattern}, parseSize, printSize)
	duration    = pure("duration", shape{json: "integer", pattern: durationPattern}, parseDuration, printDuration)
	octal       = pure("octal number", shape{pattern: octalPattern}, parseOctal, printOctal)
	commaList   = pure("comma-separated list", shape{}, parseList, printList)
	exitList    = pure("list of exit codes", shape{json: "integer", pattern: exitPattern}, parseExitCodes, printExitCodes)
	logLevel    = pure("log level", shape{words: loglevelWords()}, parseLoglevel, printLoglevel)
	restarts    = pure("boolean or `unexpected`", shape{json: "boolean", words: append([]string{"unexpected"}, booleanWords...)}, parseAutoRestart, printAutoRestart)
	plainName   = pure("name", shape{pattern: namePattern}, parseName, plain)
	filePattern = pure("file pattern", shape{}, parseGlob, plain)
	rotation    = pure("`daily`, `hourly` or duration", shape{json: "integer", words: []string{"daily", "hourly"}, pattern: durationPattern}, parseRotation, printRotation)
	compression = pure("`gzip` or `none`", shape{words: []string{"gzip", "none"}}, parseCompression, printCompression)
	timeLayout  = pure("form of a time", shape{}, timestamp.Parse, timestamp.Layout.String)

	optionalOctal = codec[*os.FileMode]{
		kind: "octal number", shape: shape{pattern: octalPattern},
		parse: func(_ *host, s string) (*os.FileMode, error) {
			m, err := parseOctal(s)
			return &m, err
		},
		print: func(m *os.FileMode) string {
			if m == nil {
				return ""
			}
			return printOctal(*m)
		},
	}
)

// asItIs reads, and plain writes, a value that is its own text.
func asItIs(s string) (string, error) { return s, nil }

func plain(s string) string { return s }

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("not a valid boolean value: '%s'", s)
}

// parseInt reads what Python's int() does: an optional sign, digits with single
// underscores between them, blanks around.
func parseInt(s string) (int, error) {
	digits := strings.TrimSpace(s)
	misplaced := strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__")
	n, err := strconv.Atoi(strings.ReplaceAll(digits, "_", ""))
	if err != nil || misplaced {
		return 0, fmt.Errorf("invalid literal for int() with base 10: '%s'", s)
	}
	return n, nil
}

// parseCount reads a number of which Python treats every negative one like 0.
func parseCount(s string) (int, error) {
	n, err := parseInt(s)
	return max(n, 0), err
}

func parsePositive(s string) (int, error) {
	n, err := parseInt(s)
	if err == nil && n < 1 {
		return 0, fmt.Errorf("must be at least 1: '%s'", s)
	}
	return n, err
}

// parseSize reads a number of bytes with an optional unit, K to G or KB to GB in
// either case. Negative sizes are 0, which means "no limit" or "off" everywhere.
func parseSize(s string) (int64, error) {
	digits, unit := strings.ToLower(s), int64(1)
	for i, u := range []string{"k", "m", "g"} {
		for _, suffix := range []string{u + "b", u} {
			if rest, ok := strings.CutSuffix(digits, suffix); ok {
				digits, unit = rest, 1<<(10*(i+1))
			}
		}
	}
	n, err := parseInt(digits)
	switch {
	case err != nil:
		return 0, err
	case int64(n) > math.MaxInt64/unit:
		return 0, fmt.Errorf("size too large: '%s'", s)
	}
	return max(int64(n), 0) * unit, nil
}

// longest is what a duration of more years than anybody waits becomes.
const longest = 100 * 365 * 24 * time.Hour

// parseDuration reads a whole number of seconds, or Go's form: 500ms, 5m, 1h30m.
// A negative one is 0.
func parseDuration(s string) (time.Duration, error) {
	if n, err := parseInt(s); err == nil {
		return time.Duration(min(max(n, 0), int(longest/time.Second))) * time.Second, nil
	}
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil || d < 0 {
		return 0, fmt.Errorf("invalid literal for int() with base 10: '%s'", s)
	}
	return min(d, longest), nil
}

// leastRotation and mostRotation bound the time between rotations by the clock.
const (
	leastRotation = time.Minute
	mostRotation  = 366 * 24 * time.Hour
)

func parseRotation(s string) (time.Duration, error) {
	switch strings.ToLower(s) {
	case "daily":
		return 24 * time.Hour, nil
	case "hourly":
		return time.Hour, nil
	}
	d, err := parseDuration(s)
	if err != nil || d != 0 && (d < leastRotation || d > mostRotation) {
		return 0, fmt.Errorf("not daily, hourly or a duration from 1m to 366 days: '%s'", s)
	}
	return d, nil
}

func parseCompression(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "gzip":
		return true, nil
	case "none":
		return false, nil
	}
	return false, fmt.Errorf("neither gzip nor none: '%s'", s)
}

// word is a codec of one of the words, in any case.
func word[T ~string](kind string, words ...T) codec[T] {
	var all []string
	for _, w := range words {
		all = append(all, string(w))
	}
	parse := func(s string) (T, error) {
		w := T(strings.ToLower(s))
		if !slices.Contains(words, w) {
			return "", fmt.Errorf("not one of %v: '%s'", words, s)
		}
		return w, nil
	}
	return pure(kind, shape{words: all}, parse, func(w T) string { return string(w) })
}

// parseOctal reads a file mode: 022, 0o22 and 22 are the same.
func parseOctal(s string) (os.FileMode, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	digits = strings.TrimPrefix(digits, "0o")
	n, err := strconv.ParseUint(digits, 8, 32)
	if err != nil {
		return 0, fmt.Errorf("%s can not be converted to an octal type", s)
	}
	if n > 0o7777 {
		return 0, fmt.Errorf("%s is above upper bound (7777)", s)
	}
	return os.FileMode(n), nil
}

// parseList divides at commas and drops blanks around items, and empty items.
func parseList(s string) ([]string, error) {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items, nil
}

func parseExitCodes(s string) ([]int, error) {
	codes := []int{}
	if strings.TrimSpace(s) == "" {
		return codes, nil
	}
	for item := range strings.SplitSeq(s, ",") {
		n, err := parseInt(item)
		if err != nil || n < 0 || n > 255 {
			return nil, fmt.Errorf("not a valid list of exit codes: '%s'", s)
		}
		codes = append(codes, n)
	}
	return codes, nil
}

// loglevels are Python's names, also as its log has them, and, after the slash, those of
// the Go original.
var loglevels = []struct {
	names string
	level Loglevel
}{
	{"critical crit / fatal panic", LevelCritical},
	{"error erro / err", LevelError},
	{"warn / warning", LevelWarn},
	{"info", LevelInfo},
	{"debug debg", LevelDebug},
	{"trace trac", LevelTrace},
	{"blather blat", LevelBlather},
}

func parseLoglevel(s string) (Loglevel, error) {
	for _, l := range loglevels {
		if s != "" && s != "/" && slices.Contains(strings.Fields(l.names), strings.ToLower(s)) {
			return l.level, nil
		}
	}
	return 0, fmt.Errorf("bad logging level name '%s'", s)
}

func parseAutoRestart(s string) (AutoRestart, error) {
	if strings.EqualFold(s, "unexpected") {
		return RestartUnexpected, nil
	}
	always, err := parseBool(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("invalid 'autorestart' value '%s'", s)
	case always:
		return RestartAlways, nil
	}
	return RestartNever, nil
}

// parseName reads the name of a program, group or process.
func parseName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", errors.New("Invalid name: it is empty") //nolint:staticcheck // as Python's
	}
	for _, c := range s {
		if c == ' ' || c == ':' || c == '/' || c < ' ' {
			return "", fmt.Errorf("Invalid name: '%s' because of character: '%s'", //nolint:staticcheck // Python's words
				s, strings.Trim(strconv.Quote(string(c)), `"`))
		}
	}
	return s, nil
}

func parseGlob(s string) (string, error) {
	if _, err := path.Match(s, ""); err != nil {
		return "", fmt.Errorf("not a valid file pattern: '%s'", s)
	}
	return s, nil
}
