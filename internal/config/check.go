package config

// Report is what Check found.
type Report struct {
	File     string // absolute, if there is one
	Programs int    // how many sections describe processes
	Problems Problems
}

// Check loads a configuration to see what is wrong with it. Unlike Load it counts the
// programs of a bad one too.
func Check(o Options) Report {
	l := newLoader(o)
	_, problems := l.load()
	return Report{File: l.cfg.File, Programs: len(l.sources), Problems: problems}
}
