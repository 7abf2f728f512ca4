package rpc

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// DecodeInfos is DecodeResponse for the answer to getAllProcessInfo. It makes no value of
// each of the many members on the way. Members that it does not know are passed over.
func DecodeInfos(doc []byte, lim Limits) ([]control.Info, error) {
	return decodeResponse(doc, lim, (*decoder).infos)
}

// around are the tags between the params of a response and the elements of the array
// that it carries.
var around = []string{"param", "value", "array", "data"}

// infos reads the params of a response from behind their start tag.
func (d *decoder) infos() ([]control.Info, error) {
	for _, name := range around {
		if err := d.expect(tag{name: name}); err != nil {
			return nil, err
		}
	}
	var infos []control.Info
	for {
		t, err := d.tag()
		if err != nil {
			return nil, err
		}
		if t == (tag{"data", true}) {
			break
		}
		if t != (tag{name: "value"}) {
			return nil, d.errorf("%v in an array", t)
		}
		infos = append(infos, control.Info{})
		if err := d.info(&infos[len(infos)-1]); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"array", "value", "param", "params", "methodResponse"} {
		if err := d.expect(tag{name, true}); err != nil {
			return nil, err
		}
	}
	return infos, d.end()
}

// info reads a value that is an Info from behind its start tag.
func (d *decoder) info(i *control.Info) error {
	if err := d.expect(tag{name: "struct"}); err != nil {
		return err
	}
	found := 0 // a bit for each of infoMembers
	for {
		t, err := d.tag()
		if err != nil {
			return err
		}
		if t == (tag{"struct", true}) {
			break
		}
		if t != (tag{name: "member"}) {
			return d.errorf("%v in a struct", t)
		}
		name, err := d.element("name")
		if err != nil {
			return err
		}
		if err := d.infoMember(i, name, &found); err != nil {
			return err
		}
		if err := d.expect(tag{"member", true}); err != nil {
			return err
		}
	}
	for bit, m := range infoMembers {
		if found&(1<<bit) == 0 {
			return fmt.Errorf("unexpected answer: a process without %s", m.name)
		}
	}
	return d.expect(tag{"value", true})
}

// infoMembers are the members of an Info; each is a text or a number.
var infoMembers = []struct {
	name   string
	text   func(*control.Info) *string
	number func(*control.Info, int64)
}{
	{name: "name", text: func(i *control.Info) *string { return &i.Name }},
	{name: "group", text: func(i *control.Info) *string { return &i.Group }},
	{name: "start", number: func(i *control.Info, n int64) { i.Started = timeOf(n) }},
	{name: "stop", number: func(i *control.Info, n int64) { i.Ended = timeOf(n) }},
	{name: "now", number: func(i *control.Info, n int64) { i.Now = timeOf(n) }},
	{name: "state", number: func(i *control.Info, n int64) { i.Phase = process.Phase(n) }},
	{name: "spawnerr", text: func(i *control.Info) *string { return &i.SpawnErr }},
	{name: "exitstatus", number: func(i *control.Info, n int64) { i.ExitStatus = int(n) }},
	{name: "stdout_logfile", text: func(i *control.Info) *string { return &i.StdoutLog }},
	{name: "stderr_logfile", text: func(i *control.Info) *string { return &i.StderrLog }},
	{name: "pid", number: func(i *control.Info, n int64) { i.PID = int(n) }},
	{name: "description", text: func(i *control.Info) *string { return &i.Description }},
}

// timeOf is the reverse of seconds.
func timeOf(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// infoMember reads the value of a member of an Info and notes that it was there.
func (d *decoder) infoMember(i *control.Info, name string, found *int) error {
	for bit, m := range infoMembers {
		if m.name != name {
			continue
		}
		*found |= 1 << bit
		kind, text, err := d.plain()
		if err != nil {
			return err
		}
		if m.text != nil {
			if kind != "string" {
				return d.errorf("%s is of type %s", name, kind)
			}
			*m.text(i) = text
			return nil
		}
		n, err := strconv.ParseInt(strings.Trim(text, " \t\r\n"), 10, 64)
		if err != nil || kind != "int" && kind != "i4" && kind != "i8" {
			return d.errorf("%s is of type %s", name, kind)
		}
		m.number(i, n)
		return nil
	}
	v, err := d.value()
	if list, ok := v.([]any); ok && name == "pending" {
		i.Pending = Texts(list)
	}
	return err
}

// Texts returns those values that are strings.
func Texts(values []any) []string {
	var texts []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// plain reads a whole value that holds no other values, and returns its type and text.
func (d *decoder) plain() (kind, text string, err error) {
	if err := d.expect(tag{name: "value"}); err != nil {
		return "", "", err
	}
	if d.values--; d.values < 0 {
		return "", "", d.errorf("too many values")
	}
	if text, err = d.text(); err != nil {
		return "", "", err
	}
	t, err := d.tagHere()
	if err != nil || t == (tag{"value", true}) {
		return "string", text, err // without a type it is a string
	}
	if t.end || strings.Trim(text, " \t\r\n") != "" {
		return "", "", d.errorf("%v in a value", t)
	}
	if text, err = d.rest(t.name); err != nil {
		return "", "", err
	}
	return t.name, text, d.expect(tag{"value", true})
}
