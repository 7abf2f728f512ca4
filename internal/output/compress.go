package output

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
)

// partSuffix ends the name under which a compressed backup grows. What a crash has
// left under that name is removed with the next compression.
const partSuffix = ".gz.part"

// compressLater has all uncompressed backups compressed in the background. The names
// themselves are the list of what is to be done: a backup that a later rotation has
// moved is found under its new name, and one that an earlier run has left counts, too.
func (f *File) compressLater() { f.work.add(f) }

// backup is one uncompressed backup.
type backup struct {
	file *os.File
	info os.FileInfo
	part string // where its compressed form grows
}

// compress does for one backup, the newest, what compressLater has promised for all, and
// reports whether there may be more. A failure leaves the backup as it is and ends the
// round.
func (f *File) compress(ctx context.Context) (more bool) {
	b, err := f.uncompressed()
	if b != nil {
		var size int64
		if size, err = b.pack(ctx); err == nil {
			err = f.install(b, size)
		}
		err = errors.Join(err, b.file.Close())
	}
	if err != nil && ctx.Err() == nil {
		f.sayUnable(err)
	}
	return b != nil && err == nil && ctx.Err() == nil
}

// uncompressed opens the newest backup that is not compressed; nil means that there is
// none. A backup that is written to, since path could not be opened anew when it was
// renamed, waits for a later round.
func (f *File) uncompressed() (*backup, error) {
	f.mu.Lock()
	defer f.unlock()
	part := f.path + partSuffix
	if info, err := os.Lstat(part); err == nil && info.Mode().IsRegular() {
		if err := os.Remove(part); err != nil {
			return nil, err
		}
	}
	if !f.opts.Compress {
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	all, err := f.slots()
	if err != nil {
		return nil, err
	}
	for i, s := range all {
		if !s[0] {
			continue
		}
		file, _, err := openToRead(f.backup(i + 1))
		if err != nil {
			return nil, err
		}
		info, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if f.uses(info) {
			if err := file.Close(); err != nil {
				return nil, err
			}
			continue
		}
		return &backup{file: file, info: info, part: part}, nil
	}
	return nil, nil //nolint:nilnil // nothing to do is no error
}

// pack writes the compressed form and returns how many bytes went into it. On failure
// nothing of it is left.
func (b *backup) pack(ctx context.Context) (size int64, err error) {
	to, err := os.OpenFile(b.part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, b.info.Mode().Perm())
	if err != nil {
		return 0, err
	}
	defer func() {
		if err = errors.Join(err, to.Close()); err != nil {
			err = errors.Join(err, os.Remove(b.part))
		}
	}()
	// Little work matters more than the last percent.
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	zip.ModTime = b.info.ModTime()
	if size, err = io.Copy(zip, bufio.NewReaderSize(breakable{ctx, b.file}, 128<<10)); err != nil {
		return 0, err
	}
	if err := zip.Close(); err != nil {
		return 0, err
	}
	if err := errors.Join(os.Chtimes(b.part, b.info.ModTime(), b.info.ModTime()), to.Chmod(b.info.Mode().Perm())); err != nil {
		return 0, err
	}
	// The backup is removed afterwards: its bytes must have reached the disk.
	return size, to.Sync()
}

// install gives the compressed form the name that the backup has now, and removes the
// backup. A backup that has been shifted out meanwhile takes its compressed form along.
func (f *File) install(b *backup, size int64) error {
	f.mu.Lock()
	defer f.unlock()
	all, err := f.slots()
	if err != nil {
		return errors.Join(err, os.Remove(b.part))
	}
	for i := range all {
		name := f.backup(i + 1)
		info, err := os.Lstat(name)
		if err != nil || !os.SameFile(info, b.info) {
			continue
		}
		if info.Size() != size {
			return errors.Join(fmt.Errorf("%s was written to meanwhile", name), os.Remove(b.part))
		}
		if err := os.Rename(b.part, name+".gz"); err != nil {
			return errors.Join(err, os.Remove(b.part))
		}
		f.unable = false
		return os.Remove(name)
	}
	if err := os.Remove(b.part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sayUnable tells the log of a failure, once until a compression succeeds.
func (f *File) sayUnable(err error) {
	f.mu.Lock()
	defer f.unlock()
	if f.unable {
		return
	}
	f.unable = true
	path := f.path
	f.say(func(log *slog.Logger) {
		log.Warn("backup of log file cannot be compressed and stays as it is", "path", path, "err", err)
	})
}

// breakable reads until ctx ends.
type breakable struct {
	ctx  context.Context //nolint:containedctx // lives as long as one io.Copy
	file *os.File
}

func (b breakable) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.file.Read(p)
}
