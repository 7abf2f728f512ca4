package ctl

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// How much of the history is kept: lines, and bytes that are read of a file.
const (
	historyLines = 1000
	historyBytes = 1 << 20
)

// history is the file with the lines that were typed. Each is appended at once, so that
// two shells do not take each other's. The zero history keeps nothing.
type history struct {
	path string
	last string    // the last line
	warn io.Writer // told once that nothing can be kept
}

// openHistory reads the history into the editor. Without an editor nobody types.
func (s *session) openHistory(path string) *history {
	if s.editor == nil {
		return &history{}
	}
	h := &history{path: cmp.Or(path, defaultHistory(s.env.LookupEnv)), warn: s.env.Stderr}
	lines, err := readHistory(h.path)
	if err != nil {
		h.giveUp(err)
	}
	for _, line := range lines {
		s.editor.Remember(line)
		h.last = line
	}
	return h
}

// defaultHistory is where the history is if nothing says otherwise: with the other states
// of the user's programs. It is empty for users without a home.
func defaultHistory(lookupEnv func(string) (string, bool)) string {
	state, _ := lookupEnv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // as its specification wants it
		home, _ := lookupEnv("HOME")
		if home == "" {
			home, _ = lookupEnv("USERPROFILE")
		}
		if home == "" {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "supervisord", "history")
}

// add appends a line and reports whether it is one to remember: no blank one, no
// repetition, and none with a password.
func (h *history) add(line string) bool {
	if strings.TrimSpace(line) == "" || line == h.last || holdsPassword(line) {
		return false
	}
	h.last = line
	if h.path != "" && isText(line) {
		if err := appendLine(h.path, line); err != nil {
			h.giveUp(err)
		}
	}
	return true
}

// holdsPassword reports whether a line has a URL with a name in it.
func holdsPassword(line string) bool {
	_, rest, found := strings.Cut(line, "://")
	return found && strings.Contains(rest, "@")
}

func isText(line string) bool {
	return utf8.ValidString(line) && !strings.ContainsFunc(line, unicode.IsControl)
}

func (h *history) giveUp(err error) {
	h.path = ""
	fmt.Fprintf(h.warn, "warning: history is not kept: %v\n", err)
}

// appendLine makes the file and its directory if they are missing, for the user alone.
func appendLine(path, line string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

// readHistory returns the last lines of a file, and makes the file no longer than these
// once it has grown to twice as many. A file that is missing or no file (/dev/null) has none.
func readHistory(path string) ([]string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe is not waited for
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-historyBytes), historyBytes))
	if err != nil {
		return nil, err
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return line == "" || !isText(line) })
	kept := lines[max(0, len(lines)-historyLines):]
	if len(lines) > 2*historyLines || info.Size() > historyBytes {
		err = os.WriteFile(path, []byte(strings.Join(kept, "\n")+"\n"), 0o600)
	}
	return kept, err
}
