package output

import (
	"fmt"
	"log/slog"
	"os"
	"time"
)

// lookAfter is how long a file is written before somebody looks whether others have
// moved, removed or truncated it. A file that nobody writes to is not looked at.
const lookAfter = time.Second

// look opens path anew if others have moved or removed the file in use, and finds out
// its true size.
func (f *File) look(now time.Time) {
	f.lookAt = now.Add(lookAfter)
	mine, err := f.file.Stat()
	if err != nil {
		return // writing will fail as well, and says so
	}
	named, err := os.Stat(f.path)
	if err == nil && os.SameFile(mine, named) {
		f.astray = false
		f.sized(mine.Size())
		return
	}
	path, wasAstray := f.path, f.astray
	if err := f.reopen(); err != nil {
		f.astray = true
		if !wasAstray {
			f.say(func(log *slog.Logger) {
				log.Warn("log file was moved or removed by others and cannot be opened anew", "path", path, "err", err)
			})
		}
		return
	}
	f.sayMoved()
}

func (f *File) sayMoved() {
	path := f.path
	f.say(func(log *slog.Logger) {
		log.Info(fmt.Sprintf("log file %s was moved or removed by others and is opened anew", path), "path", path)
	})
}

// sized takes note of the true size of the file in use.
func (f *File) sized(size int64) {
	if size < f.known {
		path := f.path
		f.say(func(log *slog.Logger) {
			log.Info(fmt.Sprintf("log file %s was truncated by others", path), "path", path)
		})
	}
	f.known, f.unseen = size, 0
}
