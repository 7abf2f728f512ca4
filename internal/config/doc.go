// Package config reads the configuration of the daemon: from text to a Config in which
// every value is typed, every expression evaluated and every name checked.
//
//	file, _, err := config.Find(flag, executable)
//	c, problems := config.Load(config.Options{File: file})
//
// Load reports all problems at once, with file, line, section and key; where Python's
// Supervisor has words for a problem, it has the same. It changes nothing outside, so
// that a bad file leaves a running daemon as it was. Diff says, option by option, what an
// update has to touch.
//
// # Where things are
//
// An option is declared once, as a row of a table in options_program.go,
// options_daemon.go or options_group.go: its name, the field it fills, its codec,
// default and manual. docs/config.md is made from the tables (go generate). Codecs
// stand in codec.go (numbers, sizes, names), host.go (paths, accounts), signal.go,
// logtarget.go, address.go, environment.go, syslog.go and cron.go.
//
// The tables also make a sample (sample.go) and a JSON schema (schema.go, shape.go), and
// Explain, in effective.go, says what a loaded configuration means and where each value
// comes from: print.go has the inverse of what codecs parse.
//
// load.go goes through the sections, section.go reads one by its table, program.go
// makes processes of it, group.go puts them in groups, depend.go checks depends_on.
// Package ini below this one knows the syntax of files, package expand that of
// %(name)s expressions; neither knows of supervisors.
//
// # To add an option
//
// Add a field to its struct in config.go, a row to its table, a value that is accepted
// and one that is rejected to the goldens in testdata, and run go generate.
package config

//go:generate env UPDATE=1 go test -run ^TestGenerated$ .
