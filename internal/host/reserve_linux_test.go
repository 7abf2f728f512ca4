package host_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"supervisord/internal/host"
)

// tableSize returns for how many descriptors the kernel has made room.
func tableSize(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(string(regexp.MustCompile(`(?m)^FDSize:\s+(\d+)$`).FindSubmatch(text)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReserveDescriptorsMakesRoomAndOpensNothing(t *testing.T) {
	before := tableSize(t)
	host.ReserveDescriptors(0)
	if n := tableSize(t); n != before {
		t.Errorf("room for %d, before %d", n, before)
	}
	want := 2 * before
	host.ReserveDescriptors(want)
	if n := tableSize(t); n < want {
		t.Errorf("room for %d descriptors, want %d", n, want)
	}
	if _, err := os.Lstat(fmt.Sprintf("/proc/self/fd/%d", want-1)); err == nil {
		t.Error("the last of them is open")
	}
	host.ReserveDescriptors(1 << 62) // more than there may be
}
