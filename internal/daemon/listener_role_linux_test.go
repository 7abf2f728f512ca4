package daemon_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

// These make the test binary other programs that a daemon under test runs: an event
// listener, and a program whose messages are events.
const (
	listenerVar = "SUPERVISORD_TEST_LISTENER"
	talkerVar   = "SUPERVISORD_TEST_TALKER"
)

// listenerSection is a section of an event listener. How it behaves is one of the words of
// hear; what it accepts is in DIR/<name>_<number>.got, a line per event.
func listenerSection(name, behaviour, events string, options ...string) string {
	return lines(append([]string{
		"[eventlistener:" + name + "]", "command=" + self(), "events=" + events, "startsecs=0",
		"process_name=%(program_name)s_%(process_num)d",
		fmt.Sprintf("environment=%s=\"%s DIR/%s_%%(process_num)d.got\"", listenerVar, behaviour, name),
	}, options...)...)
}

// talker is a section of a program that sends n messages, each with its number.
func talker(name string, n int, options ...string) string {
	return program(name, self(), append(options, "startsecs=0", "autorestart=false", "stdout_capture_maxbytes=1KB", "stdout_logfile=NONE",
		fmt.Sprintf("environment=%s=\"%d\"", talkerVar, n))...)
}

// numberSize is the length of a line in a .got file.
const numberSize = 8

// talk is the program of talker.
func talk(role string) error {
	n, err := strconv.Atoi(role)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 32<<10)
	for i := range n {
		if _, err := fmt.Fprintf(out, "<!--XSUPERVISOR:BEGIN-->%0*d<!--XSUPERVISOR:END-->", numberSize-1, i); err != nil {
			return err
		}
	}
	return out.Flush()
}

// hear is the program of listenerSection. The behaviours:
//
//	ok     accepts every event
//	chaos  now and then rejects an event, or ends, or hangs
//	deaf   says that it is ready, and never reads
func hear(role string) error {
	behaviour, file, _ := strings.Cut(role, " ")
	got, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(os.Stdin, 64<<10)
	answer := "READY\n"
	for {
		if _, err := os.Stdout.WriteString(answer); err != nil {
			return err
		}
		if behaviour == "deaf" {
			select {}
		}
		data, err := nextData(in)
		if err != nil {
			return err
		}
		answer = "RESULT 2\nOKREADY\n"
		if behaviour == "chaos" {
			switch n := rand.IntN(1000); {
			case n < 40:
				answer = "RESULT 4\nFAILREADY\n"
				continue
			case n < 43:
				os.Exit(n - 39)
			case n < 44:
				select {}
			}
		}
		if _, err := got.Write(append(data, '\n')); err != nil {
			return err
		}
	}
}

// nextData returns what stands behind the first line of the next event's payload.
func nextData(in *bufio.Reader) ([]byte, error) {
	header, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	_, length, _ := strings.Cut(strings.TrimSuffix(header, "\n"), " len:")
	n, err := strconv.Atoi(length)
	if err != nil {
		return nil, fmt.Errorf("header %q", header)
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(in, payload); err != nil {
		return nil, err
	}
	_, data, _ := bytes.Cut(payload, []byte("\n"))
	return data, nil
}
