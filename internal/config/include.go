package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"supervisord/internal/config/ini"
)

// readLimited reads a configuration file. The errors are Python's.
func readLimited(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("could not find config file %s", file)
	}
	if err == nil && !info.Mode().IsRegular() { // a fifo would keep us waiting
		return nil, fmt.Errorf("could not read config file %s: not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, couldNotRead(file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, ini.MaxFileSize+1))
	if err != nil {
		return nil, couldNotRead(file, err)
	}
	return data, nil
}

// couldNotRead has Python's words, and the cause.
func couldNotRead(file string, err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("could not read config file %s: %w", file, err)
}

// include reads the files that the main file's [include] names. An [include] in one
// of those is not followed, as in Python.
func (l *loader) include() {
	s := l.doc.Section("include")
	if s == nil {
		return
	}
	v := newValues(s, l.doc.Default)
	l.checkKeys(v, includeOptions)
	if _, ok := v.get("files"); !ok {
		l.report(v.problem("files", ".ini file has [include] section, but no files setting"))
		return
	}
	var section includeSection
	read(l, v, includeOptions, &section, false, nil)
	for pattern := range strings.FieldsSeq(section.Files) {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(filepath.Dir(l.cfg.File), pattern)
		}
		files := globFiles(pattern)
		if len(files) == 0 {
			l.warnInLog(v.problem("files", fmt.Sprintf("No file matches via include \"%s\"", pattern)))
		}
		for _, file := range files {
			l.cfg.Included = append(l.cfg.Included, file)
			l.readFile(file)
		}
	}
}

// globFiles returns the files that match a pattern of Python's glob, sorted: *, ? and
// [], and no * matches a name that begins with a dot. There is no escape character.
func globFiles(pattern string) []string {
	escaped := strings.ReplaceAll(strings.ReplaceAll(pattern, `\`, `\\`), "[!", "[^")
	found, err := filepath.Glob(escaped)
	if err != nil {
		// A '[' without its ']' stands for itself.
		if _, err := os.Stat(pattern); err == nil {
			return []string{pattern}
		}
		return nil
	}
	found = slices.DeleteFunc(found, func(file string) bool { return matchesHidden(pattern, file) })
	slices.Sort(found)
	return found
}

// matchesHidden says whether a pattern matched a name with a leading dot, without one
// of its own there.
func matchesHidden(pattern, file string) bool {
	patterns := strings.Split(filepath.ToSlash(pattern), "/")
	for i, name := range strings.Split(filepath.ToSlash(file), "/") {
		if strings.HasPrefix(name, ".") && i < len(patterns) && !strings.HasPrefix(patterns[i], ".") {
			return true
		}
	}
	return false
}
