//go:build unix

package compat

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	tapLen  = regexp.MustCompile(` len:(\d+)$`)
	tapPID  = regexp.MustCompile(`pid:[1-9]\d*`)
	tapWhen = regexp.MustCompile(`^when:(\d+)$`)
)

// tap is an event listener: tap FILE [ANSWER...]. It writes each event to FILE, with pids
// and times scrubbed and the length of the payload as if they were, and gives the answers
// one after the other, the last again and again. An answer is a result, or die, hang, or
// raw:TEXT for something that is no result. One second after SIGTERM it ends.
func tap() {
	if err := listen(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func listen(file string, answers []string) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() {
		<-terminated
		time.AfterFunc(time.Second, func() { os.Exit(0) })
	}()
	in := bufio.NewReader(os.Stdin)
	for {
		fmt.Print("READY\n")
		text, err := readEvent(in)
		if err != nil {
			return err
		}
		if _, err := out.WriteString(text); err != nil {
			return err
		}
		answer := "OK"
		if len(answers) > 0 {
			answer = answers[0]
			answers = answers[min(1, len(answers)-1):]
		}
		raw, isRaw := strings.CutPrefix(answer, "raw:")
		switch {
		case answer == "die":
			os.Exit(3)
		case answer == "hang":
			time.Sleep(time.Hour)
		case isRaw:
			fmt.Println(raw)
		default:
			fmt.Printf("RESULT %d\n%s", len(answer), answer)
		}
	}
}

// readEvent returns an event, scrubbed, with a line of dashes behind it.
func readEvent(in *bufio.Reader) (string, error) {
	header, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	header = strings.TrimSuffix(header, "\n")
	length := tapLen.FindStringSubmatch(header)
	if length == nil {
		return "", fmt.Errorf("header %q", header)
	}
	n, err := strconv.Atoi(length[1])
	if err != nil {
		return "", err
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(in, payload); err != nil {
		return "", err
	}
	body := tapPID.ReplaceAllString(string(payload), "pid:PID")
	if when := tapWhen.FindStringSubmatch(body); when != nil {
		t, err := strconv.Atoi(when[1])
		if err != nil || t%5 != 0 {
			return "", fmt.Errorf("%s: not the beginning of a slice of 5 seconds", body)
		}
		body = "when:T"
	}
	header = tapLen.ReplaceAllLiteralString(header, fmt.Sprintf(" len:%d", len(body)))
	return header + "\n" + body + "\n--\n", nil
}
