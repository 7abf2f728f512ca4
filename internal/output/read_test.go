package output_test

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"supervisord/internal/output"
)

// testdata/read.golden was recorded from Python's supervisord.
func TestReadAndTailAnswerLikePython(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	noError(t, os.WriteFile(path, []byte("0123456789é\n"), 0o600))
	golden, err := os.Open("testdata/read.golden")
	noError(t, err)
	defer golden.Close()
	rows := 0
	for lines := bufio.NewScanner(golden); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		rows++
		method, args, _ := strings.Cut(lines.Text(), " ")
		var offset, length int64
		if _, err := fmt.Sscan(args, &offset, &length); err != nil {
			t.Fatal(err)
		}
		wanted := strings.SplitN(args, " ", 3)[2]
		got := answer(method, path, offset, length)
		if wanted != got {
			t.Errorf("%s %d %d = %s, want %s", method, offset, length, got, wanted)
		}
	}
	want(t, rows, 308)
}

// answer calls Read or Tail and prints the result in the words of the golden.
func answer(method, path string, offset, length int64) string {
	if method == "tail" {
		data, size, overflow, err := output.Tail(path, offset, length)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("%s %d %t", strconv.Quote(string(data)), size, overflow)
	}
	data, err := output.Read(path, offset, length)
	switch {
	case errors.Is(err, output.ErrBadArguments):
		return "BAD_ARGUMENTS"
	case err != nil:
		return err.Error()
	case !utf8.Valid(data):
		return "split"
	}
	return strconv.Quote(string(data))
}

func TestReadBeyondReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	noError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	for _, tt := range []struct {
		offset, length int64
		want           string
	}{
		{math.MinInt64, 0, "0123456789"},
		{math.MaxInt64, 0, ""},
		{math.MaxInt64, math.MaxInt64, ""},
		{3, math.MaxInt64, "3456789"},
	} {
		got, err := output.Read(path, tt.offset, tt.length)
		noError(t, err)
		want(t, string(got), tt.want)
	}
	for _, tt := range []struct {
		offset, length int64
		want           string
		overflow       bool
	}{
		{math.MaxInt64, math.MaxInt64, "", false},
		{math.MinInt64, math.MinInt64, "", true},
		{3, math.MaxInt64, "0123456789", false},
	} {
		got, size, overflow, err := output.Tail(path, tt.offset, tt.length)
		noError(t, err)
		want(t, string(got), tt.want)
		want(t, size, int64(10))
		want(t, overflow, tt.overflow)
	}
}

func TestReadIsLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	noError(t, os.WriteFile(path, []byte("begin"), 0o600))
	noError(t, os.Truncate(path, 5+output.MaxRead))
	end, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	noError(t, err)
	_, err = end.WriteString("end")
	noError(t, errors.Join(err, end.Close()))
	size := int64(output.MaxRead + 8)

	first, err := output.Read(path, 0, 0)
	noError(t, err)
	want(t, len(first), output.MaxRead)
	want(t, string(first[:6]), "begin\x00")
	last, err := output.Read(path, -size, 0)
	noError(t, err)
	want(t, len(last), output.MaxRead)
	want(t, string(last[len(last)-4:]), "\x00end")
	tail, got, _, err := output.Tail(path, 0, size)
	noError(t, err)
	want(t, got, size)
	want(t, len(tail), output.MaxRead)
	want(t, string(tail[len(tail)-4:]), "\x00end")
}

func TestReadOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	var files output.Files
	for _, path := range []string{dir, filepath.Join(dir, "missing"), os.DevNull} {
		_, err := output.Read(path, 0, 0)
		want(t, errors.Is(err, output.ErrNoFile), true)
		_, _, _, err = output.Tail(path, 0, 10)
		want(t, errors.Is(err, output.ErrNoFile), true)
		_, err = files.Read(path, 0, 0)
		want(t, errors.Is(err, output.ErrNoFile), true)
	}
}
