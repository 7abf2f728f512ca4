package testenv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// tmuxControl is a tmux in control mode: it takes commands on its standard input, and writes
// their answers and what happens as lines.
type tmuxControl struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	answers  chan tmuxAnswer
	attached chan struct{} // closed when it has a session: before, it refuses commands
	changed  chan struct{} // holds one if the program has written
	done     chan struct{} // closed when tmux has ended
	errs     bytes.Buffer  // what it says on stderr, to be read when it has ended
}

// tmuxAnswer is what a command answers.
type tmuxAnswer struct {
	text   string
	failed bool
}

// startTmux starts a tmux whose command line makes a session, and returns when it has.
func startTmux(cmd *exec.Cmd) (*tmuxControl, error) {
	c := &tmuxControl{
		cmd: cmd, answers: make(chan tmuxAnswer, 1), attached: make(chan struct{}), changed: make(chan struct{}, 1),
		done: make(chan struct{}),
	}
	cmd.Stderr = &c.errs
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in = in
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { // ends with tmux
		defer close(c.done)
		c.read(out)
		_ = cmd.Wait() // nobody asks for its exit code
	}()
	late := time.AfterFunc(Patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	select {
	case <-c.attached:
		return c, nil
	case <-c.done:
		return nil, c.ended()
	}
}

func (c *tmuxControl) ended() error { return fmt.Errorf("tmux has ended: %s", &c.errs) }

// wait returns when tmux has ended; one that does not want to is killed.
func (c *tmuxControl) wait() {
	_ = c.in.Close() // it ends then, if it has not by now
	late := time.AfterFunc(Patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	<-c.done
}

func (c *tmuxControl) send(line string) error {
	_, err := io.WriteString(c.in, line+"\n")
	return err
}

// ask sends a command and waits for its answer.
func (c *tmuxControl) ask(line string) (string, error) {
	if err := c.send(line); err != nil {
		return "", err
	}
	select {
	case a := <-c.answers:
		if a.failed {
			return "", errors.New(strings.TrimSpace(a.text))
		}
		return a.text, nil
	case <-c.done:
		return "", c.ended()
	}
}

// read takes apart what tmux writes: an answer between %begin and %end or %error, and
// between answers what happens, of which only output counts. A block that answers no
// command of ours has no 1 as its last word.
func (c *tmuxControl) read(out io.Reader) {
	lines := bufio.NewReader(out)
	var text strings.Builder
	inside, attached := false, false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case word == "%begin" && !inside:
			inside = true
			text.Reset()
		case (word == "%end" || word == "%error") && inside:
			inside = false
			if strings.HasSuffix(line, " 1\n") {
				c.answers <- tmuxAnswer{text.String(), word == "%error"}
			}
		case inside:
			text.WriteString(line)
		case word == "%session-changed" && !attached:
			attached = true
			close(c.attached)
		case word == "%output":
			select {
			case c.changed <- struct{}{}:
			default: // nobody has looked yet
			}
		}
	}
}
