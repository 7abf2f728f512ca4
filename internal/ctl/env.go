package ctl

import (
	"context"
	"errors"
	"io"

	"supervisord/internal/control"
)

// API is a supervisor at the other end of a connection.
type API interface {
	control.API
	// SupervisorVersion returns the version of the remote supervisor.
	SupervisorVersion(ctx context.Context) (string, error)
	// APIVersion returns the version of the XML-RPC interface it speaks.
	APIVersion(ctx context.Context) (string, error)
}

// Server says where a supervisor listens and as whom to talk to it. All but the URL may
// be empty.
type Server struct {
	URL, Username, Password string
	CAFile                  string // certificates to trust; see client.Options
	// From completes a sentence that begins with "The address is" and says where it was
	// found, or why it was not if URL is empty.
	From string
}

// Settings is what a configuration file says to the command line. All of it may be empty.
type Settings struct {
	Server
	// Prompt is what the shell shows before its "> ".
	Prompt string
	// HistoryFile is where the shell remembers lines.
	HistoryFile string
}

// Editor reads lines that a person types, on a terminal. Between two calls the terminal
// is as it was before.
type Editor interface {
	// ReadLine shows a prompt and returns a line, io.EOF for Ctrl-D, or [ErrInterrupted]
	// for Ctrl-C.
	ReadLine(prompt string) (string, error)
	// ReadPassword is ReadLine without showing or remembering what is typed.
	ReadPassword(prompt string) (string, error)
	// Remember adds a line to those that the person can call back.
	Remember(line string)
	// Close frees what the editor holds.
	Close() error
}

// ErrInterrupted is what an [Editor] returns when a line is dropped by Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// Completer returns what the last word of a line could be; head is all of the line before
// that word.
type Completer func(line string) (head string, words []string)

// Env is the world around the command line. Every field must be set.
type Env struct {
	Stdin io.Reader
	// WaitStdin returns when a Read of Stdin would not block, or with the error of ctx when
	// that ends. It takes nothing from Stdin: who has stopped waiting has left all that is
	// typed to the next reader. Whoever puts a buffer between Stdin and its readers has to
	// replace both.
	WaitStdin func(ctx context.Context) error
	// RawStdin makes the terminal that Stdin is hand over every key at once, Ctrl-C too, and
	// show none, until restore is called. It fails if Stdin is no terminal.
	RawStdin       func() (restore func(), err error)
	Stdout, Stderr io.Writer
	// Terminal returns the width in columns of the terminal that Stdout is; ok is false if
	// it is none, and people do not read along.
	Terminal func() (columns int, ok bool)
	// TerminalRows returns the height in rows of the terminal that Stdout is.
	TerminalRows func() (rows int)
	// ReadPassword shows a prompt on the terminal and reads a line that it does not show.
	// It fails if Stdin is no terminal.
	ReadPassword func(prompt string) (string, error)
	LookupEnv    func(key string) (string, bool)
	// ReadFile returns a file, which must be a small one.
	ReadFile func(path string) ([]byte, error)
	// Editor returns an editor on the terminal that Stdin and Stdout are; ok is false if
	// they are none, or one on which nothing can be edited.
	Editor func(complete Completer) (e Editor, ok bool)
	// LoadFile returns what a configuration file says, with an empty URL if it names no
	// server. An empty path stands for the file found by search, which may be missing:
	// that is no error.
	LoadFile func(path string) (Settings, error)
	// UntilInterrupt returns a context that ends when the user interrupts, by Ctrl-C. Until
	// stop is called an interrupt does nothing else.
	UntilInterrupt func(ctx context.Context) (until context.Context, stop context.CancelFunc)
	// UntilTerminated returns a context that ends when the program is told to end, by
	// SIGTERM. Until stop is called that does nothing else.
	UntilTerminated func(ctx context.Context) (until context.Context, stop context.CancelFunc)
	// Dial returns the supervisor at a server. It need not connect yet.
	Dial func(s Server) (API, error)
}
