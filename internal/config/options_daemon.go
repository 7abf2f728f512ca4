package config

import (
	"os"
	"time"
)

// supervisordOptions are the options of [supervisord].
var supervisordOptions = newTable(
	opt("logfile", func(s *Supervisord) *LogTarget { return &s.Logfile }, daemonLog, "supervisord.log", Live, Python,
		"The daemon's own log: a file, /dev/stdout, /dev/stderr, syslog or `syslog @[udp:|tcp:|tls:]host[:port]`."),
	opt("logfile_maxbytes", func(s *Supervisord) *int64 { return &s.LogfileMaxBytes }, byteSize, "50MB", Live, Python,
		"The size at which the log is rotated. 0: never."),
	opt("logfile_backups", func(s *Supervisord) *int { return &s.LogfileBackups }, count, "10", Live, Python,
		"How many rotated logs are kept."),
	opt("logfile_rotate", func(s *Supervisord) *time.Duration { return &s.LogfileRotate }, rotation, "0", Live, Ours,
		"How often the log is rotated whatever its size. 0: never."),
	opt("logfile_compress", func(s *Supervisord) *bool { return &s.LogfileCompress }, compression, "none", Live, Ours,
		"How rotated logs are compressed."),
	opt("log_format", func(s *Supervisord) *LogFormat { return &s.LogFormat }, word("`text` or `json`", FormatText, FormatJSON), "text", Live, Ours,
		"The form of the daemon's own log: Python's lines, or a JSON object per line."),
	opt("loglevel", func(s *Supervisord) *Loglevel { return &s.Loglevel }, logLevel, "info", Live, Python,
		"How much goes into the log: critical, error, warn, info, debug, trace or blather. fatal and panic are critical."),
	opt("pidfile", func(s *Supervisord) *string { return &s.Pidfile }, newFile, "supervisord.pid", DaemonRestart, Python,
		"The file with the daemon's process number."),
	opt("umask", func(s *Supervisord) *os.FileMode { return &s.Umask }, octal, "022", DaemonRestart, Python,
		"The file mode creation mask of the daemon."),
	opt("nodaemon", func(s *Supervisord) *bool { return &s.Nodaemon }, boolean, "false", DaemonRestart, Python,
		"Accepted for Python's sake: the daemon stays in the foreground unless it is called with -d."),
	opt("silent", func(s *Supervisord) *bool { return &s.Silent }, boolean, "false", DaemonRestart, Python,
		"Whether a daemon in the foreground keeps its log from standard output."),
	opt("minfds", func(s *Supervisord) *int { return &s.MinFDs }, integer, "1024", DaemonRestart, Python,
		"How many file descriptors must be available."),
	opt("minprocs", func(s *Supervisord) *int { return &s.MinProcs }, integer, "200", DaemonRestart, Python,
		"How many processes must be available."),
	opt("nocleanup", func(s *Supervisord) *bool { return &s.NoCleanup }, boolean, "false", DaemonRestart, Python,
		"Whether old AUTO logs are kept when the daemon starts."),
	example("/tmp", opt("childlogdir", func(s *Supervisord) *string { return &s.ChildLogDir }, directory, "", NextStart, Python,
		"The directory of AUTO logs. If not given, the system's temporary directory.")),
	example("nobody", opt("user", func(s *Supervisord) *string { return &s.User }, account, "", DaemonRestart, Python,
		"The account that a daemon started by root changes to.")),
	example("/tmp", opt("directory", func(s *Supervisord) *string { return &s.Directory }, directory, "", DaemonRestart, Python,
		"The working directory of the daemon.")),
	opt("strip_ansi", func(s *Supervisord) *bool { return &s.StripANSI }, boolean, "false", NextStart, Python,
		"Whether terminal escape sequences are removed from the logs of programs."),
	example(`KEY="value"`, opt("environment", func(s *Supervisord) *map[string]string { return &s.Environment }, environment, "", Restart, Python,
		"Environment variables of all programs; a program's own have precedence. They can be used in program sections as %(ENV_KEY)s.")),
	opt("identifier", func(s *Supervisord) *string { return &s.Identifier }, text, "supervisor", DaemonRestart, Python,
		"The name of this daemon in events and in getIdentification."),
	opt("start_concurrency", func(s *Supervisord) *int { return &s.StartConcurrency }, count, "0", Live, Ours,
		"How many processes may be STARTING at the same time; the others wait for their turn. 0: any number."),
)

// unixServerOptions are the options of [unix_http_server].
var unixServerOptions = newTable(
	required(example("/run/supervisor.sock", opt("file", func(u *UnixServer) *string { return &u.File }, absolutePath, "", Live, Python,
		"The socket."))),
	opt("chmod", func(u *UnixServer) *os.FileMode { return &u.Chmod }, fileMode("Invalid chmod value"), "0700", Live, Python,
		"The mode of the socket."),
	example("nobody:nogroup", opt("chown", func(u *UnixServer) *Owner { return &u.Chown }, owner("Invalid sockchown value"), "", Live, Python,
		"The owner of the socket.")),
	example("user", opt("username", func(u *UnixServer) *string { return &u.Username }, text, "", Live, Python,
		"The name a client must give.")),
	secret(example("123", opt("password", func(u *UnixServer) *string { return &u.Password }, text, "", Live, Python,
		"The password a client must give, as it is or as {SHA} and the SHA-1 sum in hexadecimal."))),
)

// inetServerOptions are the options of [inet_http_server].
var inetServerOptions = newTable(
	required(example("127.0.0.1:9001", opt("port", func(i *inetSection) *address { return &i.address }, inetAddress, "", Live, Python,
		"Where to listen: host:port, or port or *:port for all interfaces."))),
	example("user", opt("username", func(i *inetSection) *string { return &i.Username }, text, "", Live, Python,
		"The name a client must give.")),
	secret(example("123", opt("password", func(i *inetSection) *string { return &i.Password }, text, "", Live, Python,
		"The password a client must give, as it is or as {SHA} and the SHA-1 sum in hexadecimal."))),
	example("node1", opt("nodename", func(i *inetSection) *string { return &i.NodeName }, text, "", Live, GoOriginal,
		"The name of this daemon among its remotes. If not given, the name of the host.")),
	example("node2:host2:9001", opt("remotes", func(i *inetSection) *[]Remote { return &i.Remotes }, remotes, "", Live, GoOriginal,
		"Other daemons to show: name:host:port, divided by commas.")),
).pending("nodename", "remotes")

// inetSection is an [inet_http_server] while it is read.
type inetSection struct {
	InetServer
	address address
}

// supervisorctlOptions are the options of [supervisorctl].
var supervisorctlOptions = newTable(
	opt("serverurl", func(s *Supervisorctl) *string { return &s.ServerURL }, serverURL, "http://localhost:9001", Live, Python,
		"The daemon to talk to: http://host:port or unix:///path."),
	example("user", opt("username", func(s *Supervisorctl) *string { return &s.Username }, text, "", Live, Python,
		"The name to give.")),
	secret(example("123", opt("password", func(s *Supervisorctl) *string { return &s.Password }, text, "", Live, Python,
		"The password to give, as it is."))),
	opt("prompt", func(s *Supervisorctl) *string { return &s.Prompt }, text, "supervisor", Live, Python,
		"The prompt of the interactive shell."),
	example("~/.sc_history", opt("history_file", func(s *Supervisorctl) *string { return &s.HistoryFile }, homePath, "", Live, Python,
		"The file in which the interactive shell remembers commands.")),
)
