package config

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseSignal reads a signal's name, with or without SIG and in any case, or number.
// The errors are Python's.
func ParseSignal(s string) (Signal, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); err == nil {
		name := signalName(n)
		if name == "" {
			return Signal{}, fmt.Errorf("value '%s' is not a valid signal number", s)
		}
		return Signal{Number: n, Name: name}, nil
	}
	name := strings.TrimPrefix(strings.ToUpper(s), "SIG")
	n := signalNumber(name)
	if n == 0 {
		return Signal{}, fmt.Errorf("value '%s' is not a valid signal name", s)
	}
	return Signal{Number: n, Name: name}, nil
}

// signals is a list of signals, divided by blanks or commas.
var signals = codec[[]Signal]{
	kind: "signals",
	parse: func(_ *host, s string) ([]Signal, error) {
		items := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
		if len(items) == 0 {
			items = []string{""}
		}
		var all []Signal
		for _, item := range items {
			sig, err := ParseSignal(item)
			if err != nil {
				return nil, err
			}
			all = append(all, sig)
		}
		return all, nil
	},
	print: func(all []Signal) string {
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return strings.Join(names, " ")
	},
}
