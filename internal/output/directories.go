package output

import (
	"os"
	"path/filepath"
	"sync"
)

// directories remembers where directories really are, since finding out takes a system
// call for each part of a path and a thousand programs log to the same few.
// The zero value is ready for use.
type directories struct {
	mu   sync.Mutex
	seen map[string]directory // by absolute path
}

// directory is what was found out, valid as long as the path leads to the same one.
type directory struct {
	canonical string
	info      os.FileInfo
}

// maxDirectories bounds the memory for paths that are never asked for again.
const maxDirectories = 256

// canonical makes one key of all names that differ only in their directory part. It
// does not follow a link in the last part: that link is what the user named.
func (d *directories) canonical(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	dir, base := filepath.Split(path)
	info, err := os.Stat(dir)
	if err != nil {
		return path
	}
	d.mu.Lock()
	known, ok := d.seen[dir]
	d.mu.Unlock()
	if !ok || !os.SameFile(info, known.info) {
		resolved, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return path
		}
		known = directory{canonical: resolved, info: info}
		// Unless a link was changed between the two calls.
		if now, err := os.Stat(resolved); err == nil && os.SameFile(info, now) {
			d.remember(dir, known)
		}
	}
	return filepath.Join(known.canonical, base)
}

func (d *directories) remember(dir string, found directory) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil || len(d.seen) >= maxDirectories {
		d.seen = make(map[string]directory)
	}
	d.seen[dir] = found
}
