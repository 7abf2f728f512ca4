package host

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// residentCode returns how much of the program's own file is in memory, in kB.
func residentCode(t *testing.T) (kb int) {
	t.Helper()
	own, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ours := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case strings.Contains(fields[0], "-"):
			_, _, ours = ownPages(lines.Text(), own)
		case ours && fields[0] == "Rss:":
			n, err := strconv.Atoi(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			kb += n
		}
	}
	return kb
}

func TestUnmapIdleCode(t *testing.T) {
	before := residentCode(t)
	if err := UnmapIdleCode(); err != nil {
		t.Fatal(err)
	}
	if after := residentCode(t); before == 0 || after >= before {
		t.Errorf("%d kB of the program are in memory, before %d kB", after, before)
	}
}

func TestOwnPages(t *testing.T) {
	for line, want := range map[string]bool{
		"00400000-00858000 r-xp 00000000 fe:00 12   /bin/x":           true,
		"00858000-00d0a000 r--p 00458000 fe:00 12   /bin/x":           true,
		"00d0a000-00d6f000 rw-p 0090a000 fe:00 12   /bin/x":           false,
		"00d0a000-00d6f000 r--s 0090a000 fe:00 12   /bin/x":           false,
		"00400000-00858000 r-xp 00000000 fe:00 12   /usr/bin/x":       false,
		"7fe4ac77f000-7fe4ac7a5000 r-xp 00000000 fe:00 9  /lib/ld.so": false,
		"7ffd1c1f0000-7ffd1c211000 rw-p 00000000 00:00 0 ":            false,
		"":  false,
		"x": false,
		"zz-00858000 r-xp 00000000 fe:00 12   /bin/x": false,
	} {
		from, size, ok := ownPages(line, "/bin/x")
		if ok != want || ok && (from == 0 || size == 0) {
			t.Errorf("%q: %x, %x, %v", line, from, size, ok)
		}
	}
}
