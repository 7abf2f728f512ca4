package testenv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// volatile lists what differs from run to run in the output of a supervisor, and
// what stands in its place in a golden file. Order matters: a longer form comes
// before the form it contains.
var volatile = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`pid +\d+, uptime (\d+ days?, )?\d+:\d\d:\d\d`), "pid PID, uptime T"},
	{regexp.MustCompile(`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d \d\d:\d\d [AP]M`), "DATE"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`), "STAMP"},
	// The place in Python's source where ctl caught an exception.
	{regexp.MustCompile(`: file: \S+ line: \d+`), ": file: FILE line: N"},
	{regexp.MustCompile(`\bwith pid \d+`), "with pid PID"},
	{regexp.MustCompile(`\bunknown pid \d+`), "unknown pid PID"},
	{regexp.MustCompile(`' \(\d+\) with SIG`), "' (PID) with SIG"},
	// AUTO logs have eight random characters.
	{regexp.MustCompile(`---supervisor-\w{8}\.log`), "---supervisor-XXXXXXXX.log"},
	// A line of digits alone is what `ctl pid` prints; 0 means "not running" and stays.
	{regexp.MustCompile(`(?m)^[1-9]\d+$`), "PID"},
}

// Scrubber makes the output of two runs comparable. Its zero value knows only
// what is volatile everywhere.
type Scrubber struct {
	// Names maps text that belongs to this run (a directory, a port, a program's
	// path) to the name it gets. The longest text is replaced first.
	Names map[string]string
}

// Text returns s with everything volatile replaced by a fixed word.
func (c Scrubber) Text(s string) string {
	for _, text := range longestFirst(c.Names) {
		s = strings.ReplaceAll(s, text, c.Names[text])
	}
	for _, v := range volatile {
		s = v.re.ReplaceAllString(s, v.to)
	}
	return s
}

// JSON returns a result of [Client.Call] as indented JSON with sorted keys and a
// final newline. Strings are scrubbed by [Scrubber.Text]; under the keys pid, now,
// start and stop a positive number becomes a word, a 0 stays.
func (c Scrubber) JSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c.value(v)); err != nil {
		return fmt.Sprintf("not JSON: %v\n", err)
	}
	return b.String()
}

func (c Scrubber) value(v any) any {
	switch v := v.(type) {
	case string:
		return c.Text(v)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = c.value(e)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = c.value(e)
			if word, ok := volatileKeys[k]; ok {
				if n, ok := e.(int64); ok && n > 0 {
					m[k] = word
				}
			}
		}
		return m
	}
	return v
}

var volatileKeys = map[string]string{"pid": "PID", "now": "TIME", "start": "TIME", "stop": "TIME"}
