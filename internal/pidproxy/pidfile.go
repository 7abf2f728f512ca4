package pidproxy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// maxPIDFile is how much of a pidfile is read, in bytes.
const maxPIDFile = 1024

// content is what a pidfile says.
type content struct {
	pid     int
	written time.Time
	info    fs.FileInfo
}

// readPIDFile reads a pid, which is the first word of the file. It never is that of nobody
// (a signal to 0 or -1 goes to many), of init, or of this process.
func readPIDFile(path string) (content, error) {
	f, err := openNonblock(path) // it may be a pipe
	if err != nil {
		return content{}, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return content{}, err
	}
	if !info.Mode().IsRegular() {
		return content{}, errors.New("not a regular file")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxPIDFile))
	if err != nil {
		return content{}, err
	}
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	pid, err := strconv.ParseInt(strings.TrimSpace(word), 10, 32)
	switch {
	case err != nil:
		return content{}, fmt.Errorf("no pid in it: %.40q", word)
	case pid <= 1 || int(pid) == os.Getpid():
		return content{}, fmt.Errorf("a process that gets no signals from here: %d", pid)
	}
	return content{pid: int(pid), written: info.ModTime(), info: info}, nil
}

// same reports whether a pidfile was not written since.
func (c content) same(before content) bool {
	return c.info != nil && before.info != nil && os.SameFile(c.info, before.info) &&
		c.pid == before.pid && c.written.Equal(before.written)
}
