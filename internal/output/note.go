package output

import "log/slog"

// note is something that the log is to be told once no lock is held any more.
type note func(log *slog.Logger)

// unlock releases f.mu and then tells the log what has come up meanwhile: the log may
// itself end in this file.
func (f *File) unlock() {
	log, notes := f.opts.Log, f.notes
	f.notes = nil
	f.mu.Unlock()
	if log == nil {
		return
	}
	for _, say := range notes {
		say(log)
	}
}

// say keeps a note for unlock.
func (f *File) say(n note) {
	if n != nil {
		f.notes = append(f.notes, n)
	}
}
