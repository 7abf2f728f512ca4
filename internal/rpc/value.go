package rpc

import (
	"fmt"
	"strings"

	"supervisord/internal/control"
)

// Struct is a struct whose members are written in this order.
type Struct []Member

// Member is a member of a [Struct].
type Member struct {
	Name  string
	Value any
}

// Limits bounds what a decoder takes. A zero field allows nothing.
type Limits struct {
	Depth  int // of arrays and structs within each other
	Values int // in the whole document
}

// RequestLimits suits a server: a multicall of thousands of calls passes.
var RequestLimits = Limits{Depth: 32, Values: 100_000}

// ResponseLimits suits a client: the configuration of 50,000 processes passes.
var ResponseLimits = Limits{Depth: 32, Values: 2_000_000}

// ParseFault turns the number and the text of a fault back into a [control.Fault]:
// the name of the code at the start of the text is not part of the detail.
func ParseFault(code int64, text string) *control.Fault {
	c := control.Code(code)
	detail, found := strings.CutPrefix(text, c.String())
	switch {
	case found && detail == "":
		return control.NewFault(c, "")
	case found && strings.HasPrefix(detail, ": "):
		return control.NewFault(c, detail[len(": "):])
	}
	return control.NewFault(c, text)
}

// faultStruct is a fault as it goes over the wire.
func faultStruct(f *control.Fault) Struct {
	return Struct{{"faultCode", int(f.Code)}, {"faultString", f.Error()}}
}

// describe names a value in a fault: a scalar as Python prints it, anything else by its
// type.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		const most = 80
		if len(v) > most {
			return v[:most] + "..."
		}
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64, float64:
		return fmt.Sprint(v)
	case []any:
		return "array"
	case map[string]any:
		return "struct"
	case []byte:
		return "base64"
	case nil:
		return "nil"
	}
	return "dateTime.iso8601"
}
