package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	autoTries    = 100
	autoSuffix   = 8
	autoAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789_"
	// maxAutoName leaves room for channel, suffix and backup number within the 255
	// bytes that file systems allow for a name.
	maxAutoName = 100
)

// AutoPath creates the log of a process that asked for AUTO, empty and readable by
// its owner alone, and returns its path:
//
//	<dir>/<process>-<channel>---<identifier>-XXXXXXXX.log
//
// as Python's manual describes. channel is stdout or stderr. Characters that are not
// fit for a file name are replaced.
func AutoPath(dir, process, channel, identifier string) (string, error) {
	stem := fmt.Sprintf("%s-%s---%s-", autoName(process), autoName(channel), autoName(identifier))
	for range autoTries {
		path := filepath.Join(dir, stem+randomSuffix()+".log")
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return path, file.Close()
	}
	return "", fmt.Errorf("%s: no free name for the log of %s", dir, process)
}

// CleanAuto removes the AUTO logs that an earlier run with this identifier has left
// in dir, with their rotated copies, and reports how many files are gone. Unlike
// Python's Supervisor it leaves those of an identifier that merely begins alike.
func CleanAuto(dir, identifier string) (removed int, err error) {
	pattern := regexp.MustCompile(`^.*-(?:stdout|stderr)---` + regexp.QuoteMeta(autoName(identifier)) +
		fmt.Sprintf(`-[A-Za-z0-9_]{%d}\.log(?:\.[0-9]{1,4}(?:\.gz)?|\.gz\.part|\.new)?$`, autoSuffix))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, e := range entries {
		if !e.Type().IsRegular() || !pattern.MatchString(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			errs = append(errs, err)
			continue
		}
		removed++
	}
	return removed, errors.Join(errs...)
}

// autoName makes s fit to be a part of a file name.
func autoName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
	if len(s) > maxAutoName {
		s = strings.ToValidUTF8(s[:maxAutoName], "")
	}
	return s
}

func randomSuffix() string {
	var b [autoSuffix]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	for i := range b {
		b[i] = autoAlphabet[int(b[i])%len(autoAlphabet)]
	}
	return string(b[:])
}
