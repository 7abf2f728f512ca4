package config

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchemaNamesEveryOption compares the schema with the tables.
func TestSchemaNamesEveryOption(t *testing.T) {
	root := NewSchema()
	for _, s := range sectionDocs {
		kind, _, _ := strings.Cut(s.name, ":")
		want := map[string]bool{}
		for _, o := range s.options {
			want[o.Name] = true
		}
		properties := root.Defs[kind].Properties
		if kind == "program" {
			properties = root.Defs["program-options"].Properties
		}
		got := map[string]bool{}
		for name, p := range properties {
			got[name] = true
			if p.Description == "" || p.Type == nil {
				t.Errorf("%s: %s has no description or type", kind, name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", kind, diff)
		}
	}
	for _, name := range append(slices.Clone(plainSections), sectionKinds...) {
		if name != "ctlplugin" && root.Defs[name] == nil { // which cannot be served
			t.Errorf("[%s] is not in the schema", name)
		}
	}
}

// hostSays are the kinds whose rejected sample a pattern cannot know.
var hostSays = []string{
	"path in an existing directory", "existing directory", "user", "user or user:group", "signals", "log targets", "file pattern", "schedule",
	"command, http(s)://… or tcp://host:port", "path in an existing directory, `syslog` or a syslog server", "form of a time", "list of KEY=value", "list of name:host:port",
}

// bounds are rejected samples of the right form: a pattern does not count.
var bounds = []string{"0,256", "10ms"}

func TestSchemaAcceptsWhatCodecsDo(t *testing.T) {
	for _, s := range sectionDocs {
		for _, o := range s.options {
			sample, ok := exceptions[o.Name]
			if !ok || o.Kind == "user" {
				sample = kinds[o.Kind]
			}
			schema := o.schema()
			for _, value := range []string{sample.accept, sample.shows, o.Default, "50%(x)d"} {
				if problem := schema.validate(nil, value); value != "" && problem != "" {
					t.Errorf("%s: %q: %s", o.Name, value, problem)
				}
			}
			refused := schema.validate(nil, sample.reject) != ""
			if sample.reject != "" && !refused && !slices.Contains(hostSays, o.Kind) && !slices.Contains(bounds, sample.reject) {
				t.Errorf("%s (%s): %q is accepted", o.Name, o.Kind, sample.reject)
			}
			for _, value := range []any{true, 7.0} {
				want := slices.Contains(schema.Type, jsonType(value))
				if got := schema.validate(nil, value) == ""; got != want {
					t.Errorf("%s: %v: got %v, want %v", o.Name, value, got, want)
				}
			}
		}
	}
}

func TestSchemaFitsAConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, Sample()+"[inet_http_server:2]\nport=9001\n[program:a]\ncommand=x\nprocess_name=a%(process_num)d\nnumprocs=2\n"+
		"[eventlistener:l]\ncommand=x\nevents=TICK_5\n[fcgi-program:f]\ncommand=x\nsocket=tcp://h:1\n[group:g]\nprograms=a\n")
	e, problems := Explain(machine(file), ShowSecrets)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	conf := map[string]any{"include": map[string]any{"files": "x"}, "program-default": map[string]any{"autostart": false}}
	for _, s := range e.Settings {
		section, _ := conf[s.Section].(map[string]any)
		if section == nil {
			section = map[string]any{}
			conf[s.Section] = section
		}
		section[s.Key] = s.Value
	}
	root := NewSchema()
	if problem := root.validate(root, conf); problem != "" {
		t.Error(problem)
	}
	for name, bad := range map[string]any{
		"unknown section": map[string]any{"programs": map[string]any{}},
		"unknown option":  map[string]any{"program:a": map[string]any{"comand": "x"}},
		"bad value":       map[string]any{"program:a": map[string]any{"autostart": "maybe"}},
		"bad type":        map[string]any{"supervisord": map[string]any{"minfds": true}},
		"no file":         map[string]any{"unix_http_server": map[string]any{}},
		"no section":      map[string]any{"supervisord": "x"},
	} {
		if root.validate(root, bad) == "" {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := json.Marshal(root); err != nil {
		t.Error(err)
	}
}

func jsonType(v any) string {
	switch v := v.(type) {
	case bool:
		return "boolean"
	case float64:
		if v == float64(int(v)) {
			return "integer"
		}
		return "number"
	case string:
		return "string"
	case map[string]any:
		return "object"
	}
	return "null"
}

// validate is as much of JSON schema as the schema uses. It returns what is wrong.
func (s *Schema) validate(root *Schema, v any) string {
	if s.Ref != "" {
		return root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")].validate(root, v)
	}
	if s.Type != nil && !slices.Contains(s.Type, jsonType(v)) {
		return "not a " + strings.Join(s.Type, " or ")
	}
	text, isText := v.(string)
	switch {
	case s.Enum != nil && !slices.Contains(s.Enum, text):
		return "not one of " + strings.Join(s.Enum, ", ")
	case isText && s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(text):
		return text + " does not match " + s.Pattern
	case s.AnyOf != nil && !slices.ContainsFunc(s.AnyOf, func(a *Schema) bool { return a.validate(root, v) == "" }):
		return text + " is nothing of " + s.AnyOf[len(s.AnyOf)-1].Pattern
	}
	if n, ok := v.(float64); ok && s.Minimum != nil && n < float64(*s.Minimum) {
		return "too small"
	}
	object, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			return name + " is missing"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		found := s.members(root, name)
		if found == nil && s.Closed != nil {
			return name + " is unknown"
		}
		for _, member := range found {
			if problem := member.validate(root, object[name]); problem != "" {
				return name + ": " + problem
			}
		}
	}
	return ""
}

// members are the schemas of a property.
func (s *Schema) members(root *Schema, name string) (found []*Schema) {
	if p := s.Properties[name]; p != nil {
		found = append(found, p)
	}
	for pattern, p := range s.PatternProperties {
		if regexp.MustCompile(pattern).MatchString(name) {
			found = append(found, p)
		}
	}
	for _, part := range s.AllOf {
		if part.Ref != "" {
			part = root.Defs[strings.TrimPrefix(part.Ref, "#/$defs/")]
		}
		found = append(found, part.members(root, name)...)
	}
	return found
}
