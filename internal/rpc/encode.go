package rpc

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"supervisord/internal/control"
)

const (
	xmlHead    = "<?xml version='1.0'?>\n"
	dateFormat = "20060102T15:04:05"
)

// AppendRequest appends a methodCall. It fails if a parameter is of a type that
// XML-RPC does not have.
func AppendRequest(b []byte, method string, params ...any) ([]byte, error) {
	b = append(b, xmlHead+"<methodCall>\n<methodName>"...)
	b = appendText(b, method)
	b = append(b, "</methodName>\n<params>\n"...)
	for _, p := range params {
		var err error
		b = append(b, "<param>\n"...)
		if b, err = appendValue(b, p); err != nil {
			return nil, err
		}
		b = append(b, "</param>\n"...)
	}
	return append(b, "</params>\n</methodCall>\n"...), nil
}

// AppendResponse appends the methodResponse that carries v, byte for byte as Python's
// server writes it. It fails if v is of a type that XML-RPC does not have.
func AppendResponse(b []byte, v any) ([]byte, error) {
	b = append(b, xmlHead+"<methodResponse>\n<params>\n<param>\n"...)
	b, err := appendValue(b, v)
	if err != nil {
		return nil, err
	}
	return append(b, "</param>\n</params>\n</methodResponse>\n"...), nil
}

// AppendFault appends the methodResponse that carries f.
func AppendFault(b []byte, f *control.Fault) []byte {
	b = append(b, xmlHead+"<methodResponse>\n<fault>\n"...)
	b, _ = appendValue(b, faultStruct(f)) // an int and a string always pass
	return append(b, "</fault>\n</methodResponse>\n"...)
}

// encoded is the text of values that have been encoded before: the elements of one
// array.
type encoded []byte

func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "<value><nil/></value>\n"...), nil
	case string:
		return appendString(b, v), nil
	case bool:
		if v {
			return append(b, "<value><boolean>1</boolean></value>\n"...), nil
		}
		return append(b, "<value><boolean>0</boolean></value>\n"...), nil
	case int:
		return appendInt(b, int64(v)), nil
	case int64:
		return appendInt(b, v), nil
	case float64:
		return appendDouble(b, v)
	case time.Time:
		return appendDate(b, v)
	case []byte:
		b = append(b, "<value><base64>\n"...)
		b = base64.StdEncoding.AppendEncode(b, v)
		return append(b, "\n</base64></value>\n"...), nil
	case []any:
		return appendArray(b, v)
	case encoded:
		b = append(b, "<value><array><data>\n"...)
		b = append(b, v...)
		return append(b, "</data></array></value>\n"...), nil
	case Struct:
		return appendStruct(b, v)
	case *control.Info:
		return appendInfo(b, v), nil
	case []control.Info:
		return appendInfos(b, v), nil
	case map[string]any:
		members := make(Struct, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, Member{name, v[name]})
		}
		return appendStruct(b, members)
	}
	return nil, fmt.Errorf("xml-rpc has no type for a %T", v)
}

func appendString(b []byte, s string) []byte {
	b = append(b, "<value><string>"...)
	b = appendText(b, s)
	return append(b, "</string></value>\n"...)
}

func appendInt(b []byte, n int64) []byte {
	if n < math.MinInt32 || n > math.MaxInt32 {
		b = append(b, "<value><i8>"...)
		b = strconv.AppendInt(b, n, 10)
		return append(b, "</i8></value>\n"...)
	}
	b = append(b, "<value><int>"...)
	b = strconv.AppendInt(b, n, 10)
	return append(b, "</int></value>\n"...)
}

func appendDouble(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("xml-rpc has no double for %v", f)
	}
	b = append(b, "<value><double>"...)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	return append(b, "</double></value>\n"...), nil
}

func appendDate(b []byte, t time.Time) ([]byte, error) {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return nil, fmt.Errorf("xml-rpc has no date for %v", t)
	}
	b = append(b, "<value><dateTime.iso8601>"...)
	b = t.AppendFormat(b, dateFormat)
	return append(b, "</dateTime.iso8601></value>\n"...), nil
}

func appendArray(b []byte, list []any) ([]byte, error) {
	b = append(b, "<value><array><data>\n"...)
	for _, e := range list {
		var err error
		if b, err = appendValue(b, e); err != nil {
			return nil, err
		}
	}
	return append(b, "</data></array></value>\n"...), nil
}

func appendStruct(b []byte, members Struct) ([]byte, error) {
	b = append(b, "<value><struct>\n"...)
	for _, m := range members {
		var err error
		b = append(b, "<member>\n<name>"...)
		b = appendText(b, m.Name)
		b = append(b, "</name>\n"...)
		if b, err = appendValue(b, m.Value); err != nil {
			return nil, err
		}
		b = append(b, "</member>\n"...)
	}
	return append(b, "</struct></value>\n"...), nil
}

// special marks the bytes that do not stand for themselves; those from 0x80 on are
// looked at as runes.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' && c != '\t' && c != '\n' || c >= utf8.RuneSelf
	}
	t['&'], t['<'], t['>'] = true, true, true
	return t
}()

// appendText appends s as character data. See the package comment for what becomes of
// characters that XML does not have.
func appendText(b []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if !special[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && isChar(r) {
				i += size
				continue
			}
			b = append(b, s[done:i]...)
			b = append(b, "\uFFFD"...)
			i += size
			done = i
			continue
		}
		b = append(b, s[done:i]...)
		b = append(b, replacement(c)...)
		i++
		done = i
	}
	return append(b, s[done:]...)
}

func replacement(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\r':
		return "&#13;"
	}
	return "\uFFFD"
}

// isChar reports whether XML 1.0 allows r in a document (production 2, Char).
func isChar(r rune) bool {
	return r >= ' ' && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}
