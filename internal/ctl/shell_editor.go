package ctl

import (
	"errors"
	"os"
	"os/signal"
	"strings"

	"github.com/peterh/liner"
	"golang.org/x/term"
)

// lineEditor is the [Editor] on the standard input and output.
type lineEditor struct {
	state *liner.State
	// The modes of the terminal: for editing, and for all else.
	editing, usual liner.ModeApplier
	// ignored takes a Ctrl-C that comes just before a line is edited or just behind a verb,
	// which would end the program. Nobody reads it.
	ignored chan os.Signal
}

// newEditor is Env.Editor on the standard input and output.
func newEditor(complete Completer) (Editor, bool) {
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) || !liner.TerminalSupported() {
		return nil, false
	}
	usual, err := liner.TerminalMode()
	if err != nil {
		return nil, false
	}
	e := &lineEditor{state: liner.NewLiner(), usual: usual, ignored: make(chan os.Signal, 1)}
	if e.editing, err = liner.TerminalMode(); err == nil {
		err = usual.ApplyMode()
	}
	if err != nil {
		_ = e.state.Close() // the terminal has gone
		return nil, false
	}
	signal.Notify(e.ignored, os.Interrupt)
	e.state.SetCtrlCAborts(true)
	e.state.SetMultiLineMode(true)
	e.state.SetTabCompletionStyle(liner.TabPrints)
	e.state.SetWordCompleter(wordCompleter(complete))
	return e, true
}

// wordCompleter completes the line as far as the cursor. The only possible word is
// followed by a space unless more of it may come.
func wordCompleter(complete Completer) liner.WordCompleter {
	return func(line string, pos int) (string, []string, string) {
		runes := []rune(line)
		head, words := complete(string(runes[:pos]))
		tail := string(runes[pos:])
		if len(words) == 1 && tail == "" && !strings.HasSuffix(words[0], "/") && !strings.HasSuffix(words[0], "=") {
			words = []string{words[0] + " "}
		}
		return head, words, tail
	}
}

// ReadLine implements [Editor].
func (e *lineEditor) ReadLine(prompt string) (string, error) { return e.edit(e.state.Prompt, prompt) }

// ReadPassword implements [Editor].
func (e *lineEditor) ReadPassword(prompt string) (string, error) {
	return e.edit(e.state.PasswordPrompt, prompt)
}

func (e *lineEditor) edit(read func(string) (string, error), prompt string) (string, error) {
	if err := e.editing.ApplyMode(); err != nil {
		return "", err
	}
	line, err := read(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		err = ErrInterrupted
	}
	return line, errors.Join(err, e.usual.ApplyMode())
}

// Remember implements [Editor].
func (e *lineEditor) Remember(line string) { e.state.AppendHistory(line) }

// Close implements [Editor].
func (e *lineEditor) Close() error {
	signal.Stop(e.ignored)
	return e.state.Close()
}
