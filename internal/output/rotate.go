package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"
)

// lookEvery is how much is written before the true size of a file is looked at again,
// to notice that others have written to it too.
const lookEvery = 64 << 10

// rotateLater is the time after which a rotation by time that failed is tried again.
const rotateLater = time.Minute

// setClock makes info, of the file in use, decide about the next rotation by time: a
// file that was last written before the boundary is due at once.
func (f *File) setClock(info os.FileInfo) {
	now := time.Now()
	f.lookAt = now.Add(lookAfter)
	from := now
	if info.Size() > 0 && info.ModTime().Before(now) {
		from = info.ModTime()
	}
	f.span = f.opts.Period.spanFrom(from)
}

// rotateIfDue starts a new file if a boundary has passed since the last one.
func (f *File) rotateIfDue(now time.Time) {
	if f.span.early(now) {
		f.span = f.opts.Period.spanFrom(now)
	}
	if !f.span.over(now) || !f.regular || f.file == nil {
		return
	}
	size, err := f.file.Seek(0, io.SeekEnd)
	if err == nil && size > 0 {
		err = f.rotate()
	}
	switch {
	case err != nil:
		f.span = span{from: now, due: now.Add(rotateLater)}
		f.sayCannotRotate(err)
	case f.span.over(now):
		f.span = f.opts.Period.spanFrom(now)
	}
}

// rotateIfFull starts a new file once the one in use has reached MaxBytes, after n
// more bytes were written. After a failure the file grows by another MaxBytes before
// the next attempt.
func (f *File) rotateIfFull(n int64) {
	if !f.regular {
		return
	}
	f.known += n
	f.unseen += n
	limit := f.opts.MaxBytes
	if limit <= 0 || f.known < limit && f.unseen < min(lookEvery, limit/8) {
		return
	}
	// Others may have truncated or extended the file. The position that Seek sets has
	// no meaning of its own under O_APPEND.
	size, err := f.file.Seek(0, io.SeekEnd)
	if err != nil {
		f.sayCannotRotate(err)
		return
	}
	f.sized(size)
	if size < limit || size < f.retryAt {
		return
	}
	if err := f.rotate(); err != nil {
		f.retryAt = size + limit
		f.sayCannotRotate(err)
	}
}

func (f *File) sayCannotRotate(err error) {
	path := f.path
	f.say(func(log *slog.Logger) {
		log.Error("log file cannot be rotated and grows on", "path", path, "err", err)
	})
}

// truncate empties file, which is what path leads to. Followers get what they have
// not read yet, and then line unless it is empty.
func (f *File) truncate(file *os.File, line string) error {
	followed := f.isLive(file)
	var size int64
	if followed {
		size = f.saveUnread()
	}
	err := file.Truncate(0)
	if err == nil {
		size = 0
		f.known, f.unseen, f.retryAt = 0, 0, 0
	} else {
		line = ""
	}
	if followed {
		f.resume(line, size)
	}
	return err
}

// rotate renames path.<n-1> to path.<n> and so on, the file in use to path.1, and
// opens path anew. A path that somebody else has moved or removed is only opened.
func (f *File) rotate() error {
	if !f.current() {
		if err := f.reopen(); err != nil {
			return err
		}
		f.sayMoved()
		return nil
	}
	if f.opts.Backups <= 0 {
		return f.empty(f.file, "")
	}
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	if err := f.shift(); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return f.copyAndTruncate()
	}
	f.names.Lock()
	defer f.names.Unlock()
	if !renamesOpenFiles {
		f.drop()
	}
	if err := os.Rename(f.path, f.backup(1)); err != nil {
		return err
	}
	if err := f.reopen(); err != nil {
		return err // path.1 stays in use
	}
	if f.opts.Compress {
		f.compressLater()
	}
	return nil
}

// forms are the endings of the name of a backup: as it was written, and compressed.
var forms = [...]string{"", ".gz"}

// slot says which forms of one backup exist; both do only where a compression was
// killed in its last moment.
type slot [len(forms)]bool

// slots looks which backups exist, up to the first that does not. It fails if a name
// is taken by anything but a regular file.
func (f *File) slots() ([]slot, error) {
	var all []slot
	for n := 1; n <= f.opts.Backups; n++ {
		var s slot
		for i, form := range forms {
			info, err := os.Lstat(f.backup(n) + form)
			switch {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				return nil, err
			case !info.Mode().IsRegular():
				return nil, fmt.Errorf("%s is not a regular file", f.backup(n)+form)
			default:
				s[i] = true
			}
		}
		if s == (slot{}) {
			break
		}
		all = append(all, s)
	}
	return all, nil
}

// shift makes room for a new path.1: every backup up to the first free name moves to
// the next name, and without a free one the last backup is removed.
func (f *File) shift() error {
	all, err := f.slots()
	if err != nil {
		return err
	}
	if len(all) == f.opts.Backups {
		last := f.opts.Backups
		if err := f.each(last, all[last-1], f.discard); err != nil {
			return err
		}
		all = all[:last-1]
	}
	for n := len(all); n > 0; n-- {
		next := f.backup(n + 1)
		err := f.each(n, all[n-1], func(name string) error {
			return os.Rename(name, next+strings.TrimPrefix(name, f.backup(n)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// discard removes a backup. Its space is freed in the background, one backup at a time:
// for 50 MB that takes 10 ms and more, in which nobody would read the program's pipe.
func (f *File) discard(name string) error {
	f.freeing.Wait()
	if renamesOpenFiles {
		if held, err := os.OpenFile(name, os.O_RDONLY|openFlags, 0); err == nil {
			defer f.freeing.Go(func() { _ = held.Close() }) // was only held
		}
	}
	return os.Remove(name)
}

// each does something to every existing form of backup n.
func (f *File) each(n int, s slot, do func(name string) error) error {
	for i, form := range forms {
		if s[i] {
			if err := do(f.backup(n) + form); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyAndTruncate rotates a file that path reaches through a symbolic link: renaming
// would move the link. The backups lie beside the link.
func (f *File) copyAndTruncate() (err error) {
	from, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := os.OpenFile(f.backup(1), os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return errors.Join(err, os.Remove(f.backup(1)))
	}
	if f.opts.Compress {
		f.compressLater()
	}
	return f.truncate(f.file, "")
}

func (f *File) backup(n int) string {
	return f.path + "." + strconv.Itoa(n)
}
