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
	Base  []string          // the daemon's own, as os.Environ returns it
	Fixed map[string]string // the SUPERVISOR_ variables
	Files []string          // dotenv files, read at every start
	Set   map[string]string // environment= of the daemon and the program
}

// Variables reads the env files and returns the merged environment.
func (e Environment) Variables() (map[string]string, error) {
	vars := make(map[string]string, len(e.Base)+len(e.Fixed)+len(e.Set))
	for _, kv := range e.Base {
		if name, value, ok := strings.Cut(kv, "="); ok {
			vars[name] = value
		}
	}
	maps.Copy(vars, e.Fixed)
	for _, file := range e.Files {
		set, err := readEnvFile(file)
		if err != nil {
			return nil, fmt.Errorf("can't read env file '%s': %w", file, err)
		}
		maps.Copy(vars, set)
	}
	maps.Copy(vars, e.Set)
	return vars, nil
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

// list returns the variables as execve wants them, sorted.
func list(vars map[string]string) []string {
	env := make([]string, 0, len(vars))
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}
