package config

import "strings"

// Schema is a JSON schema, or a part of one, in the order in which it is written.
type Schema struct {
	Dialect           string             `json:"$schema,omitempty"`
	Ref               string             `json:"$ref,omitempty"`
	Title             string             `json:"title,omitempty"`
	Description       string             `json:"description,omitempty"`
	Type              []string           `json:"type,omitempty"`
	AllOf             []*Schema          `json:"allOf,omitempty"`
	AnyOf             []*Schema          `json:"anyOf,omitempty"`
	Enum              []string           `json:"enum,omitempty"`
	Pattern           string             `json:"pattern,omitempty"`
	Minimum           *int               `json:"minimum,omitempty"`
	Default           string             `json:"default,omitempty"`
	Examples          []string           `json:"examples,omitempty"`
	WriteOnly         bool               `json:"writeOnly,omitempty"`
	Properties        map[string]*Schema `json:"properties,omitempty"`
	PatternProperties map[string]*Schema `json:"patternProperties,omitempty"`
	Required          []string           `json:"required,omitempty"`
	// Closed points to false where properties that the schema does not name are refused.
	Closed *bool              `json:"unevaluatedProperties,omitempty"`
	Defs   map[string]*Schema `json:"$defs,omitempty"`
}

// schemaDialect names the draft of JSON schema.
const schemaDialect = "https://json-schema.org/draft/2020-12/schema"

// NewSchema returns the JSON schema of a configuration, made from the tables. It describes
// an object of sections, each an object of options with their values as texts, or as
// booleans and numbers. A text that holds an expression is accepted for every option.
func NewSchema() *Schema {
	root := &Schema{
		Dialect: schemaDialect, Title: "Configuration of supervisord",
		Description: "Sections, and their options in lower case.",
		Type:        []string{"object"}, Closed: new(bool),
		Properties: map[string]*Schema{
			"DEFAULT": {Description: "Options that every section inherits.", Type: []string{"object"}},
		},
		PatternProperties: map[string]*Schema{},
		Defs:              map[string]*Schema{"program-options": {Properties: properties(programOptions.options())}},
	}
	for _, s := range sectionDocs {
		kind, _, many := strings.Cut(s.name, ":")
		root.Defs[kind] = s.schema()
		ref := &Schema{Ref: "#/$defs/" + kind}
		switch {
		case many:
			root.PatternProperties["^"+kind+":.+$"] = ref
		case s.prefix:
			root.PatternProperties["^"+kind] = ref
		default:
			root.Properties[kind] = ref
		}
	}
	return root
}

// schema describes a section.
func (s *sectionDoc) schema() *Schema {
	out := &Schema{Description: plainText(s.about), Type: []string{"object"}, Properties: properties(s.options), Closed: new(bool)}
	switch {
	case s.name == "program:x":
		// Nothing is required: [program-default] may give the command.
		out.Properties = nil
		out.AllOf = []*Schema{{Ref: "#/$defs/program-options"}}
		return out
	case s.program:
		out.AllOf = []*Schema{{Ref: "#/$defs/program-options"}}
	}
	for _, o := range s.options {
		if o.Required {
			out.Required = append(out.Required, o.Name)
		}
	}
	return out
}

// properties describes options.
func properties(options []Option) map[string]*Schema {
	all := map[string]*Schema{}
	for _, o := range options {
		all[o.Name] = o.schema()
	}
	return all
}

// expressionPattern finds an expression in a value.
const expressionPattern = `%\(`

// schema describes the values of an option.
func (o *Option) schema() *Schema {
	out := &Schema{Description: plainText(o.Doc), Default: o.Default, WriteOnly: o.Secret, Type: []string{"string"}}
	if o.Example != "" {
		out.Examples = []string{o.Example}
	}
	if o.shape.json != "" {
		out.Type = append(out.Type, o.shape.json)
	}
	if o.shape.least > 0 {
		out.Minimum = &o.shape.least
	}
	var patterns []string
	if o.shape.words != nil {
		patterns = append(patterns, wordPattern(o.shape.words))
	}
	if o.shape.pattern != "" {
		patterns = append(patterns, o.shape.pattern)
	}
	if patterns == nil {
		return out
	}
	pattern := "^(" + strings.Join(patterns, "|") + ")$|" + expressionPattern
	if o.shape.words == nil {
		out.Pattern = pattern
		return out
	}
	// The words by themselves are what an editor offers.
	out.AnyOf = []*Schema{{Enum: o.shape.words}, {Pattern: pattern}}
	return out
}
