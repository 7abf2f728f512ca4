package rpc

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"supervisord/internal/control"
)

// DecodeRequest reads a methodCall. It fails if doc is not one.
func DecodeRequest(doc []byte, lim Limits) (method string, params []any, err error) {
	d, err := newDecoder(doc, lim, false)
	if err != nil {
		return "", nil, err
	}
	if err := d.expect(tag{name: "methodCall"}); err != nil {
		return "", nil, err
	}
	if method, err = d.element("methodName"); err == nil && method == "" {
		err = d.errorf("no method name")
	}
	if err != nil {
		return "", nil, err
	}
	t, err := d.tag()
	if err == nil && t == (tag{name: "params"}) {
		if params, err = d.params(); err == nil {
			t, err = d.tag()
		}
	}
	if err != nil {
		return "", nil, err
	}
	if t != (tag{"methodCall", true}) {
		return "", nil, d.errorf("%v in a methodCall", t)
	}
	return method, params, d.end()
}

// DecodeResponse reads a methodResponse. The error is a [*control.Fault] if that is
// what the response carries, and else says why doc is not a response.
func DecodeResponse(doc []byte, lim Limits) (any, error) {
	return decodeResponse(doc, lim, (*decoder).result)
}

// decodeResponse reads a methodResponse. result reads its params from behind their start
// tag.
func decodeResponse[T any](doc []byte, lim Limits, result func(*decoder) (T, error)) (none T, err error) {
	d, err := newDecoder(doc, lim, true)
	if err != nil {
		return none, err
	}
	if err := d.expect(tag{name: "methodResponse"}); err != nil {
		return none, err
	}
	t, err := d.tag()
	if err != nil {
		return none, err
	}
	switch t {
	case tag{name: "params"}:
		return result(d)
	case tag{name: "fault"}:
		return none, d.fault()
	}
	return none, d.errorf("%v in a methodResponse", t)
}

// decoder reads the elements of XML-RPC.
type decoder struct {
	scanner
	depth, values int // what is left of the limits
}

func newDecoder(doc []byte, lim Limits, lax bool) (*decoder, error) {
	s, err := newScanner(doc, lax)
	if err != nil {
		return nil, err
	}
	return &decoder{*s, lim.Depth, lim.Values}, nil
}

// end reads what follows the root element: nothing.
func (d *decoder) end() error {
	if err := d.blank(); err != nil {
		return err
	}
	if d.pos < len(d.src) {
		return d.errorf("something follows the document")
	}
	return nil
}

// element reads a whole element that holds text.
func (d *decoder) element(name string) (string, error) {
	if err := d.expect(tag{name: name}); err != nil {
		return "", err
	}
	return d.rest(name)
}

// rest reads an element that holds text from behind its start tag.
func (d *decoder) rest(name string) (string, error) {
	text, err := d.text()
	if err != nil {
		return "", err
	}
	return text, d.expect(tag{name, true})
}

// params reads a list of parameters from behind its start tag.
func (d *decoder) params() ([]any, error) {
	var params []any
	for {
		t, err := d.tag()
		if err != nil || t == (tag{"params", true}) {
			return params, err
		}
		if t != (tag{name: "param"}) {
			return nil, d.errorf("%v in params", t)
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		if err := d.expect(tag{"param", true}); err != nil {
			return nil, err
		}
		params = append(params, v)
	}
}

func (d *decoder) result() (any, error) {
	params, err := d.params()
	if err != nil {
		return nil, err
	}
	if len(params) != 1 {
		return nil, d.errorf("%d results", len(params))
	}
	if err := d.expect(tag{"methodResponse", true}); err != nil {
		return nil, err
	}
	return params[0], d.end()
}

// fault reads a fault from behind its start tag, and returns it or what is wrong.
func (d *decoder) fault() error {
	v, err := d.value()
	if err != nil {
		return err
	}
	for _, name := range []string{"fault", "methodResponse"} {
		if err := d.expect(tag{name, true}); err != nil {
			return err
		}
	}
	if err := d.end(); err != nil {
		return err
	}
	if f := AsFault(v); f != nil {
		return f
	}
	return d.errorf("a fault without faultCode or faultString")
}

// AsFault returns the fault that a struct stands for, as in the result of a multicall,
// or nil.
func AsFault(v any) *control.Fault {
	m, _ := v.(map[string]any)
	code, ok1 := m["faultCode"].(int64)
	text, ok2 := m["faultString"].(string)
	if !ok1 || !ok2 {
		return nil
	}
	return ParseFault(code, text)
}

// value reads a whole value.
func (d *decoder) value() (any, error) {
	if err := d.expect(tag{name: "value"}); err != nil {
		return nil, err
	}
	return d.valueRest()
}

// valueRest reads a value from behind its start tag.
func (d *decoder) valueRest() (any, error) {
	if d.values--; d.values < 0 {
		return nil, d.errorf("too many values")
	}
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	t, err := d.tagHere()
	if err != nil {
		return nil, err
	}
	if t == (tag{"value", true}) {
		return text, nil // without a type it is a string
	}
	if t.end || strings.Trim(text, " \t\r\n") != "" {
		return nil, d.errorf("%v in a value", t)
	}
	v, err := d.typed(t.name)
	if err != nil {
		return nil, err
	}
	return v, d.expect(tag{"value", true})
}

// typed reads an element that is named after a type from behind its start tag.
func (d *decoder) typed(name string) (any, error) {
	switch name {
	case "array", "struct":
		if d.depth--; d.depth < 0 {
			return nil, d.errorf("nested too deeply")
		}
		defer func() { d.depth++ }()
		if name == "array" {
			return d.array()
		}
		return d.members()
	}
	text, err := d.rest(name)
	if err != nil {
		return nil, err
	}
	v, ok := scalar(name, text)
	if !ok {
		return nil, d.errorf("bad %s", name)
	}
	return v, nil
}

// array reads an array from behind its start tag.
func (d *decoder) array() ([]any, error) {
	if err := d.expect(tag{name: "data"}); err != nil {
		return nil, err
	}
	list := []any{}
	for {
		t, err := d.tag()
		if err != nil {
			return nil, err
		}
		switch t {
		case tag{"data", true}:
			return list, d.expect(tag{"array", true})
		case tag{name: "value"}:
			v, err := d.valueRest()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		default:
			return nil, d.errorf("%v in an array", t)
		}
	}
}

// members reads a struct from behind its start tag.
func (d *decoder) members() (map[string]any, error) {
	m := map[string]any{}
	for {
		t, err := d.tag()
		if err != nil || t == (tag{"struct", true}) {
			return m, err
		}
		if t != (tag{name: "member"}) {
			return nil, d.errorf("%v in a struct", t)
		}
		name, err := d.element("name")
		if err != nil {
			return nil, err
		}
		if m[name], err = d.value(); err != nil {
			return nil, err
		}
		if err := d.expect(tag{"member", true}); err != nil {
			return nil, err
		}
	}
}

// scalar reads the text of a type that holds no other values. It reports false if the
// type is not known or the text does not fit it.
func scalar(name, text string) (any, bool) {
	if name == "string" {
		return text, true
	}
	text = strings.Trim(text, " \t\r\n")
	var v any
	var err error
	switch name {
	case "int", "i4", "i8":
		v, err = strconv.ParseInt(text, 10, 64)
	case "boolean":
		return text == "1", text == "0" || text == "1"
	case "double":
		if strings.Trim(text, "0123456789+-.eE") != "" { // no hexadecimal, no infinity
			return nil, false
		}
		v, err = strconv.ParseFloat(text, 64)
	case "dateTime.iso8601":
		v, err = time.Parse(dateFormat, text)
	case "base64":
		v, err = base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\t", "").Replace(text))
	case "nil", "ex:nil":
		return nil, text == ""
	default:
		return nil, false
	}
	return v, err == nil
}
