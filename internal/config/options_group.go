package config

import (
	"os"
	"time"
)

// groupSection is a [group:x] while it is read.
type groupSection struct {
	Programs []string
	Priority int
}

// groupOptions are the options of [group:x].
var groupOptions = newTable(
	example("web,db", opt("programs", func(g *groupSection) *[]string { return &g.Programs }, commaList, "", Live, Python,
		"The programs of the group, in starting order. They are no longer groups of their own.")),
	opt("priority", func(g *groupSection) *int { return &g.Priority }, integer, "999", Live, Python,
		"The order among groups: lower numbers start first and stop last."),
)

// listenerOptions are the options that [eventlistener:x] has beyond a program's.
var listenerOptions = newTable(
	required(example("PROCESS_STATE,TICK_60", opt("events", func(l *Listener) *[]string { return &l.Events }, commaList, "", Live, Python,
		"The types of event to receive, abstract ones for their families."))),
	opt("buffer_size", func(l *Listener) *int { return &l.BufferSize }, integer, "10", Live, Python,
		"How many events wait for the listener before the oldest is dropped; they may take 64 MB together."),
	opt("result_handler", func(l *Listener) *string { return &l.ResultHandler }, text, defaultResultHandler, Restart, Python,
		"Who judges the listener's results. Only the default can be served."),
	opt("event_timeout", func(l *Listener) *time.Duration { return &l.EventTimeout }, duration, "0", Live, Ours,
		"How long a process may take for one event. Then it is killed, and its event goes to the next that is ready. 0: for ever. Of a webhook, how long a request may take; 0: 10 s."),
	example("https://hooks.example.com/supervisor", opt("url", func(l *Listener) *string { return &l.URL }, webhookURL, "", Live, Ours,
		"Where events are posted as JSON: a webhook, which has no `command` and no processes.")),
	secret(example("a-long-random-text", opt("webhook_secret", func(l *Listener) *string { return &l.Secret }, text, "", Live, Ours,
		"Signs what is posted to `url`: the header X-Supervisor-Signature is the HMAC-SHA256 of the body with it."))),
)

// defaultResultHandler and mainFactory are the only Python functions that the
// sections may name.
const (
	defaultResultHandler = "supervisor.dispatchers:default_handler"
	mainFactory          = "supervisor.rpcinterface:make_main_rpcinterface"
)

// fastCGIOptions are the options that [fcgi-program:x] has beyond a program's.
var fastCGIOptions = newTable(
	required(example("unix:///run/app.sock", opt("socket", func(f *FastCGI) *string { return &f.Socket }, fcgiSocket, "", Restart, Python,
		"The socket the program accepts connections from: its descriptor 0. The processes of the section share it."))),
	example("nobody", opt("socket_owner", func(f *FastCGI) *Owner { return &f.Owner }, owner("Invalid socket_owner value"), "", Restart, Python,
		"The owner of a Unix domain socket. If not given, the program's user.")),
	opt("socket_mode", func(f *FastCGI) *os.FileMode { return &f.Mode }, fileMode("Invalid socket_mode value"), "0700", Restart, Python,
		"The mode of a Unix domain socket."),
	example("128", opt("socket_backlog", func(f *FastCGI) *int { return &f.Backlog }, backlog, "", Restart, Python,
		"How many connections may wait. If not given, the system's maximum.")),
)

// rpcInterfaceOptions are the options of [rpcinterface:x].
var rpcInterfaceOptions = newTable(
	required(example(mainFactory, opt("supervisor.rpcinterface_factory", func(r *RPCInterface) *string { return &r.Factory }, text, "", DaemonRestart, Python,
		"What makes the interface. Only "+mainFactory+" can be served."))),
)

// includeSection is [include] while it is read.
type includeSection struct{ Files string }

// includeOptions are the options of [include].
var includeOptions = newTable(
	required(example("conf.d/*.conf", opt("files", func(i *includeSection) *string { return &i.Files }, text, "", Live, Python,
		"Patterns of files to read, divided by blanks and relative to the main file's directory."))),
)
