package ctl

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// defaultPrompt is the prompt where no configuration file has one.
const defaultPrompt = "supervisor"

// shell runs a line, or shows the status, and then reads lines and runs them until they end
// or one of them leaves. Its exit code is 0 whatever they did, as in Python. As there, it
// does not go on behind a given line, unless somebody types.
func (s *session) shell(ctx context.Context, settings Settings, line string) (int, error) {
	s.interactive = true
	s.openInput(ctx)
	defer s.closeInput()
	code := s.runInterruptible(ctx, cmp.Or(line, "status"))
	if line != "" && s.editor == nil {
		return code, nil
	}
	history := s.openHistory(settings.HistoryFile)
	prompt := cmp.Or(settings.Prompt, defaultPrompt) + "> "
	for !s.left {
		line, err := s.ask(prompt)
		switch {
		case errors.Is(err, ErrInterrupted):
			continue
		case errors.Is(err, errLongLine):
			s.printf("error: %v\n", err)
			continue
		case errors.Is(err, io.EOF) || line == "EOF": // the word is Python's
			s.printf("\n")
			return exitOK, nil
		case err != nil:
			return exitGeneric, err
		}
		if s.editor != nil && history.add(line) {
			s.editor.Remember(line)
		}
		s.runInterruptible(ctx, line)
	}
	return exitOK, nil
}

// runInterruptible runs a line. If the lines are typed, Ctrl-C ends no more than this one;
// otherwise it ends all of them.
func (s *session) runInterruptible(ctx context.Context, line string) int {
	if s.editor != nil {
		var stop context.CancelFunc
		ctx, stop = s.env.UntilInterrupt(ctx)
		defer stop()
	}
	return s.run(ctx, line)
}

// openInput finds out how lines are read: with an editor if somebody types them, else
// from Stdin as they are.
func (s *session) openInput(ctx context.Context) {
	editor, ok := s.env.Editor(func(line string) (string, []string) { return s.completeLine(ctx, line) })
	if ok {
		s.editor = editor
	}
}

// closeInput gives the terminal back.
func (s *session) closeInput() {
	if s.editor == nil {
		return
	}
	if err := s.editor.Close(); err != nil {
		fmt.Fprintf(s.env.Stderr, "error: %v\n", err)
	}
	s.editor = nil
}

// ask shows a prompt behind all that was printed, and reads a line.
func (s *session) ask(prompt string) (string, error) {
	if s.editor == nil {
		s.printf("%s", prompt)
	}
	if err := s.out.Flush(); err != nil {
		return "", err
	}
	if s.editor != nil {
		return s.editor.ReadLine(prompt)
	}
	return s.readLine()
}

// longestLine is the longest line that is read, in bytes.
const longestLine = 64 << 10

var errLongLine = fmt.Errorf("the line is longer than %d KiB", longestLine>>10)

// readLine reads a line from Stdin. What a verb reads there begins behind it.
func (s *session) readLine() (string, error) {
	in, ok := s.env.Stdin.(*bufio.Reader)
	if !ok {
		in = bufio.NewReaderSize(s.env.Stdin, longestLine)
		wait := s.env.WaitStdin
		s.env.Stdin, s.env.WaitStdin = in, func(ctx context.Context) error {
			if in.Buffered() > 0 {
				return nil
			}
			return wait(ctx)
		}
	}
	line, err := in.ReadSlice('\n')
	long := errors.Is(err, bufio.ErrBufferFull)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	switch {
	case long:
		return "", errLongLine
	case len(line) > 0: // the last one needs no end
		return strings.TrimRight(string(line), "\r\n"), nil
	}
	return "", err
}

// confirm asks whether to do what stops all programs; outside of a shell it is done
// without a question. Python takes everything that begins with a y for yes.
func (s *session) confirm(question string) bool {
	if !s.interactive {
		return true
	}
	answer, err := s.ask(question)
	if err != nil {
		s.printf("\n")
	}
	return err == nil && strings.HasPrefix(strings.ToLower(answer), "y")
}
