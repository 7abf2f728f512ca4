// Package expand evaluates Python's %-formatting with named values, as in
// "%(program_name)s_%(process_num)02d": the expressions of a Supervisor
// configuration. Every conversion of Python's "printf-style String Formatting" works
// for texts and integers, and errors carry Python's words.
//
//	scope := expand.Scope(nil).With(map[string]expand.Value{"program_name": expand.Text("web")})
//	s, err := expand.Expand("%(program_name)s-%%", scope) // web-%
//
// What is put in is not evaluated again. One thing differs from Python: a conversion
// without a name ("date +%s") is an error. Python would write the whole dictionary,
// with every environment variable, into the value.
package expand
