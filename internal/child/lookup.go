package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoFile and ErrNotExecutable say which kind of mistake a CommandError is.
var (
	ErrNoFile        = errors.New("no such file")
	ErrNotExecutable = errors.New("file is not executable")
)

// CommandError says why a command cannot be run, in the words of Python's Supervisor.
type CommandError struct {
	kind error // ErrNoFile or ErrNotExecutable
	text string
}

// Error returns the text that status shows.
func (e *CommandError) Error() string { return e.text }

// Unwrap returns ErrNoFile or ErrNotExecutable.
func (e *CommandError) Unwrap() error { return e.kind }

func commandError(kind error, format string, args ...any) error {
	return &CommandError{kind: kind, text: fmt.Sprintf(format, args...)}
}

// defaultPath is where commands are looked for if there is no PATH at all.
const defaultPath = "/bin:/usr/bin:/usr/local/bin"

// Lookup returns the file that command names and its arguments, the first of them as
// it was written. path is the PATH to search; dir is where the child will run.
//
// A name with a slash is taken from dir, where it will be executed; Python looks in the
// daemon's own directory and executes in the other. As in Python the first file of
// that name on the PATH counts, even if it is not executable.
func Lookup(command, path, dir string) (file string, argv []string, err error) {
	argv, err = Words(command)
	if err != nil {
		return "", nil, commandError(ErrNotExecutable, "can't parse command '%s': %v", command, err)
	}
	if len(argv) == 0 {
		return "", nil, commandError(ErrNotExecutable, "command is empty")
	}
	file, info := find(argv[0], path, dir)
	if info == nil {
		return "", nil, commandError(ErrNoFile, "can't find command '%s'", argv[0])
	}
	switch {
	case info.IsDir():
		return "", nil, commandError(ErrNotExecutable, "command at '%s' is a directory", file)
	case info.Mode()&0o111 == 0:
		return "", nil, commandError(ErrNotExecutable, "command at '%s' is not executable", file)
	case !mayExecute(resolve(dir, file)):
		return "", nil, commandError(ErrNotExecutable, "no permission to run command '%s'", file)
	}
	return file, argv, nil
}

func find(name, path, dir string) (string, fs.FileInfo) {
	if strings.Contains(name, "/") {
		return name, stat(dir, name)
	}
	if path == "" {
		path = defaultPath
	}
	for _, d := range filepath.SplitList(path) {
		file := filepath.Join(d, name)
		if !strings.Contains(file, "/") {
			file = "./" + file // an empty or "." entry: execve must not search again
		}
		if info := stat(dir, file); info != nil {
			return file, info
		}
	}
	return name, nil
}

func stat(dir, file string) fs.FileInfo {
	info, err := os.Stat(resolve(dir, file))
	if err != nil {
		return nil
	}
	return info
}

func resolve(dir, file string) string {
	if dir == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}
