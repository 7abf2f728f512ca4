// Package ini reads the INI dialect of Python's configparser.RawConfigParser with
// strict=False and inline_comment_prefixes=(';', '#'), which is what Python's
// Supervisor reads its files with. It knows nothing of supervisors.
//
// A Document is a list of sections in the order in which they first appeared; a
// section is a list of keys, each with its value and the file and line it came from.
// Reading a second file into the same Document merges: a section that is there
// already is continued, a key that is there already is replaced in place.
//
//	var doc ini.Document
//	problems := doc.Read("app.conf", data)
//	for _, s := range doc.Sections { … }
//
// The dialect in short:
//
//   - A line whose first visible character is ';' or '#' is a comment. Elsewhere a
//     ';' or '#' that follows a blank starts a comment, inside quotes too.
//   - The first '=' or ':' divides key and value. Keys are folded to lower case.
//   - A line indented deeper than its key continues the value. Blank lines inside a
//     value stay (as empty lines), comment lines do not.
//   - Keys of [DEFAULT] are visible in every section, see Document.Lookup.
//   - There are no quotes and no escapes at this level.
package ini
