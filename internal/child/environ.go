package child

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// maxEnvFile is the largest env file that is read, in bytes.
const maxEnvFile = 1 << 20

// Environment is what a child's environment is made of. Later fields override earlier
// ones.
type Environment struct {
	Base  []string          // the daemon's own, as os.Environ returns it: each name once
	Fixed map[string]string // the SUPERVISOR_ variables
	Files []string          // dotenv files, read at every start
	Set   map[string]string // environment= of the daemon and the program
}

// List reads the env files and returns the merged environment as execve wants it, sorted.
// The strings of Base are not copied: a thousand programs share them.
func (e Environment) List() ([]string, error) {
	over, err := e.overrides()
	if err != nil {
		return nil, err
	}
	env := make([]string, 0, len(e.Base)+len(over))
	for _, variable := range e.Base {
		name, _, ok := strings.Cut(variable, "=")
		if _, overridden := over[name]; ok && !overridden {
			env = append(env, variable)
		}
	}
	for name, value := range over {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env, nil
}

// overrides merges all but Base.
func (e Environment) overrides() (map[string]string, error) {
	if len(e.Files) == 0 && len(e.Set) == 0 {
		return e.Fixed, nil
	}
	over := maps.Clone(e.Fixed)
	if over == nil {
		over = make(map[string]string)
	}
	for _, file := range e.Files {
		set, err := readEnvFile(file)
		if err != nil {
			return nil, fmt.Errorf("can't read env file '%s': %w", file, err)
		}
		maps.Copy(over, set)
	}
	maps.Copy(over, e.Set)
	return over, nil
}

// Path returns the PATH of an environment; empty if there is none.
func Path(env []string) string {
	for _, variable := range env {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			return path
		}
	}
	return ""
}

func readEnvFile(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() { // a fifo would keep us waiting
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, maxEnvFile+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(text) > maxEnvFile {
		return nil, fmt.Errorf("larger than %d bytes", maxEnvFile)
	}
	return godotenv.UnmarshalBytes(text)
}
