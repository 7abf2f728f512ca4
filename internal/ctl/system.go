package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"supervisord/client"
	"supervisord/internal/config"
)

// requestTimeout is how long a server may take to answer what it need not wait for.
const requestTimeout = time.Minute

// passwordLimit is how long a file with a password may be, in bytes.
const passwordLimit = 4 << 10

// SystemEnv returns the world of this program: its outputs, its environment, the files
// of this machine and supervisors over XML-RPC.
func SystemEnv() Env {
	return Env{
		Stdin:        os.Stdin,
		WaitStdin:    func(ctx context.Context) error { return waitReadable(ctx, os.Stdin) },
		RawStdin:     rawStdin,
		Stdout:       os.Stdout,
		Stderr:       os.Stderr,
		Terminal:     terminal,
		TerminalRows: terminalRows,
		ReadPassword: readPassword,
		Editor:       newEditor,
		LookupEnv:    os.LookupEnv,
		ReadFile:     readFile,
		LoadFile:     loadFile,
		UntilInterrupt: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, os.Interrupt)
		},
		UntilTerminated: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, syscall.SIGTERM)
		},
		Dial: func(s Server) (API, error) {
			return client.New(client.Options{
				ServerURL: s.URL, Username: s.Username, Password: s.Password,
				CAFile: s.CAFile, Timeout: requestTimeout,
			})
		},
	}
}

// terminal is Env.Terminal of the standard output.
func terminal() (columns int, ok bool) {
	columns, _, err := term.GetSize(int(os.Stdout.Fd()))
	return columns, err == nil
}

// terminalRows is Env.TerminalRows of the standard output.
func terminalRows() int {
	_, rows, _ := term.GetSize(int(os.Stdout.Fd())) // only terminals are asked
	return rows
}

// rawStdin is Env.RawStdin of the standard input.
func rawStdin() (restore func(), err error) {
	in := int(os.Stdin.Fd())
	before, err := term.MakeRaw(in)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(in, before) }, nil // it was a terminal a moment ago
}

// readPassword is Env.ReadPassword on the terminal that the standard input is.
func readPassword(prompt string) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", errors.New("the standard input is no terminal to ask for a password on")
	}
	fmt.Fprint(os.Stderr, prompt)
	password, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	return string(password), err
}

// readFile is Env.ReadFile on this machine, where a path may also name a pipe.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, passwordLimit+1))
	if len(text) > passwordLimit {
		return nil, fmt.Errorf("%s: longer than %d bytes", path, passwordLimit)
	}
	return text, err
}

// loadFile is Env.LoadFile on the files of this machine.
func loadFile(path string) (Settings, error) {
	if path == "" {
		executable, _ := os.Executable() // without it, two places fewer are searched
		found, tried, err := config.Find("", executable)
		if errors.Is(err, fs.ErrNotExist) {
			from := "no configuration file was found (tried: " + strings.Join(tried, ", ") + ")"
			return Settings{Server: Server{From: from}}, nil
		}
		if err != nil {
			return Settings{}, err
		}
		path = found
	}
	file, problems := config.LoadCtl(config.Options{File: path})
	if err := problems.Err(); err != nil {
		return Settings{}, err
	}
	return Settings{serverOf(file), file.Supervisorctl.Prompt, file.Supervisorctl.HistoryFile}, nil
}

// serverOf returns the server that a file names for clients; without [supervisorctl],
// which Python demands, it is where the daemon listens.
func serverOf(file *config.Ctl) Server {
	if c := file.Supervisorctl; c.Present {
		return Server{
			URL: c.ServerURL, Username: c.Username, Password: c.Password,
			From: "serverurl of [supervisorctl] in " + file.File,
		}
	}
	if len(file.UnixServers) > 0 {
		u := file.UnixServers[0]
		return login(Server{
			URL: "unix://" + u.File, Username: u.Username, Password: u.Password,
			From: "that of [unix_http_server] in " + file.File,
		})
	}
	if len(file.InetServers) > 0 {
		i := file.InetServers[0]
		host := i.Host
		if host == "" {
			host = "localhost"
		}
		return login(Server{
			URL:      "http://" + net.JoinHostPort(host, strconv.Itoa(i.Port)),
			Username: i.Username, Password: i.Password,
			From: "that of [inet_http_server] in " + file.File,
		})
	}
	return Server{From: file.File + " names none"}
}

// login drops a password of which only the hash is known.
func login(s Server) Server {
	if strings.HasPrefix(s.Password, "{SHA}") {
		s.Password = ""
	}
	return s
}
