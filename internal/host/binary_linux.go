package host

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// UnmapIdleCode takes the pages of the program's own file out of its memory. Those that it
// goes on using come back at once from the kernel's cache; those that only the start has
// used can be given to others, as long as nobody asks for them.
func UnmapIdleCode() error {
	own, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(maps))
	for lines.Scan() {
		from, size, ok := ownPages(lines.Text(), own)
		if !ok {
			continue
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, size, unix.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("madvise: %w", errno)
		}
	}
	return lines.Err()
}

// ownPages reads a line of proc_pid_maps(5). It accepts pages of the program's file that
// cannot be written, and so are what the file has.
func ownPages(line, own string) (from, size uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || !strings.HasSuffix(line, " "+own) || strings.Contains(fields[1], "w") || fields[1][3] != 'p' {
		return 0, 0, false
	}
	first, last, _ := strings.Cut(fields[0], "-")
	a, err := strconv.ParseUint(first, 16, 64)
	if err != nil {
		return 0, 0, false
	}
	b, err := strconv.ParseUint(last, 16, 64)
	return uintptr(a), uintptr(b - a), err == nil && b > a
}
