package config

import (
	"os"
	"path/filepath"
	"strings"
)

// ConfigName is the name of the file that Find looks for.
const ConfigName = "supervisord.conf"

// Find returns the configuration file to use: the explicit one, if any, or else the
// first that exists of supervisord.conf and etc/supervisord.conf in the working
// directory, /etc/supervisord.conf, /etc/supervisor/supervisord.conf, and
// ../etc/supervisord.conf and ../supervisord.conf next to the executable's directory.
// Tried lists the places it looked at. If there is none, the error wraps
// os.ErrNotExist.
func Find(explicit, executable string) (path string, tried []string, err error) {
	if explicit != "" {
		path, err = filepath.Abs(explicit)
		return path, []string{path}, err
	}
	cwd, err := os.Getwd()
	if err != nil {
		return "", nil, err
	}
	above := filepath.Dir(filepath.Dir(executable))
	tried = []string{
		filepath.Join(cwd, ConfigName),
		filepath.Join(cwd, "etc", ConfigName),
		filepath.Join("/etc", ConfigName),
		filepath.Join("/etc/supervisor", ConfigName),
		filepath.Join(above, "etc", ConfigName),
		filepath.Join(above, ConfigName),
	}
	for _, path := range tried {
		if _, err := os.Stat(path); err == nil {
			return path, tried, nil
		}
	}
	return "", tried, &notFound{tried}
}

// notFound is Python's complaint that there is no file at the usual places.
type notFound struct{ tried []string }

func (e *notFound) Error() string {
	return "No config file found at default paths (" + strings.Join(e.tried, ", ") +
		"); use the -c option to specify a config file at a different path"
}

func (e *notFound) Unwrap() error { return os.ErrNotExist }
