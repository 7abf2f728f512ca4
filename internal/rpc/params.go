package rpc

import (
	"math"
	"strconv"
	"strings"

	"supervisord/internal/control"
)

// param is a parameter of a method.
type param struct {
	name string
	kind kind
	doc  string
	// fallback is the value if the caller leaves the parameter out; nil: it must not.
	fallback any
}

// kind says which values a parameter takes.
type kind int

const (
	text   kind = iota // a string
	word               // a string, or an int as its digits
	number             // an int, or what Python's int() makes one of
	truth              // a boolean, or anything that Python takes for one
	list               // an array
)

// wire returns the type that methodSignature reports.
func (k kind) wire() string {
	switch k {
	case number:
		return "int"
	case truth:
		return "boolean"
	case list:
		return "array"
	case text, word: // documented as a string
	}
	return "string"
}

// args are the arguments of one call: as many as the method has parameters, each of
// the type of its kind.
type args []any

func (a args) text(i int) string  { return a[i].(string) }
func (a args) number(i int) int64 { return a[i].(int64) }
func (a args) list(i int) []any   { return a[i].([]any) }

// wait returns argument i, which says whether to wait for the processes.
func (a args) wait(i int) control.Wait {
	if a[i].(bool) {
		return control.WaitDone
	}
	return control.NoWait
}

// takes reports whether the method may be called with n arguments.
func (m *method) takes(n int) bool {
	required := 0
	for _, p := range m.params {
		if p.fallback == nil {
			required++
		}
	}
	return n >= required && n <= len(m.params)
}

// arguments converts the values of a call, of which there are as many as the method
// takes. Where Python would answer HTTP 500 to a value of a wrong type this is a fault
// whose detail is the value, as Python's own is for sendProcessStdin.
func (m *method) arguments(params []any) (args, error) {
	a := make(args, len(m.params))
	for i, p := range m.params {
		if i >= len(params) {
			a[i] = p.fallback
			continue
		}
		v, ok := p.kind.convert(params[i])
		if !ok {
			return nil, control.NewFault(control.IncorrectParameters, p.kind.complaint(params[i]))
		}
		a[i] = v
	}
	return a, nil
}

// complaint returns the detail of the fault for a value of the wrong type.
func (k kind) complaint(v any) string {
	if k == list {
		return "" // as Python's for system.multicall
	}
	return describe(v)
}

// convert returns the value that a method gets for v. It is as lenient as Python's
// server, so that clients in languages with one type of number work.
func (k kind) convert(v any) (any, bool) {
	switch k {
	case text:
		s, ok := v.(string)
		return s, ok
	case word:
		if n, ok := v.(int64); ok {
			return strconv.FormatInt(n, 10), true
		}
		s, ok := v.(string)
		return s, ok
	case number:
		return toNumber(v)
	case truth:
		return isTrue(v), true
	case list:
		l, ok := v.([]any)
		return l, ok
	}
	return nil, false
}

// toNumber is Python's int().
func toNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		return int64(v), math.Abs(v) < 1<<53
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	}
	return 0, false
}

// isTrue is Python's bool(): what is zero or empty is false, all else is true.
func isTrue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) != 0
	case map[string]any:
		return len(v) != 0
	}
	return true
}
