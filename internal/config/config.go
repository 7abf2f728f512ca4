package config

import (
	"os"
	"time"

	"supervisord/internal/output/timestamp"
)

// Config is a whole configuration, expanded and checked: what Load returns and
// everything else reads. It is never changed after Load.
type Config struct {
	// File is the absolute path of the main configuration file.
	File string
	// Included lists the absolute paths of the files [include] brought in, in reading order.
	Included []string

	Supervisord   Supervisord
	Supervisorctl Supervisorctl

	// UnixServers and InetServers hold one entry per section whose name starts with
	// unix_http_server and inet_http_server, in file order.
	UnixServers []UnixServer
	InetServers []InetServer

	// RPCInterfaces are the [rpcinterface:x] sections. Only Python's own main
	// interface can be served; others are a problem at load.
	RPCInterfaces []RPCInterface

	// Groups are sorted by priority, then name, as Python starts them.
	Groups []Group

	// Webhooks are the [eventlistener:x] sections with a url, in file order. They have no
	// processes and are no groups.
	Webhooks []Webhook
}

// Webhook is an [eventlistener:x] without processes.
type Webhook struct {
	Name string
	Listener
}

// Supervisord is the [supervisord] section.
type Supervisord struct {
	Logfile         LogTarget // a file, syslog, /dev/stdout or /dev/stderr
	LogfileMaxBytes int64     // 0: never rotate by size
	LogfileBackups  int
	LogfileRotate   time.Duration // as StreamLog.Rotate
	LogfileCompress bool
	Loglevel        Loglevel
	LogFormat       LogFormat // text or json
	Pidfile         string
	Umask           os.FileMode
	Nodaemon        bool
	Silent          bool
	MinFDs          int
	MinProcs        int
	NoCleanup       bool
	ChildLogDir     string
	User            string // empty: stay
	Directory       string // empty: stay
	StripANSI       bool
	Environment     map[string]string
	Identifier      string
	// StartConcurrency is how many processes may be STARTING at once; 0: any number.
	StartConcurrency int
}

// Supervisorctl is the [supervisorctl] section.
type Supervisorctl struct {
	Present     bool // whether the file has the section at all
	ServerURL   string
	Username    string
	Password    string
	Prompt      string
	HistoryFile string
}

// UnixServer is a [unix_http_server] section.
type UnixServer struct {
	Section  string // as written, e.g. unix_http_server
	File     string // absolute
	Chmod    os.FileMode
	Chown    Owner
	Username string
	Password string // plain, or {SHA} and 40 hex digits
}

// InetServer is an [inet_http_server] section.
type InetServer struct {
	Section  string
	Host     string // empty: all interfaces
	Port     int
	Username string
	Password string
	NodeName string // how this daemon is called among remotes; empty: the host's name
	Remotes  []Remote
}

// Remote is another daemon that a server's pages also show.
type Remote struct {
	Name, Host string
	Port       int
}

// RPCInterface is a [rpcinterface:x] section.
type RPCInterface struct {
	Name    string
	Factory string
	Options map[string]string
}

// GroupKind says from which section a group comes.
type GroupKind int

// The kinds of group.
const (
	ProgramGroup  GroupKind = iota // [program:x], homogeneous, or [group:x]
	ListenerGroup                  // [eventlistener:x]
	FastCGIGroup                   // [fcgi-program:x]
)

// String returns the name of the section, without the brackets and the group's name.
func (k GroupKind) String() string {
	switch k {
	case ProgramGroup:
		return "program"
	case ListenerGroup:
		return "eventlistener"
	case FastCGIGroup:
		return "fcgi-program"
	}
	return ""
}

// Group is a process group: the instances of one program, or of the programs that
// a [group:x] names.
type Group struct {
	Name     string
	Kind     GroupKind
	Priority int
	// Programs holds one entry per process, in starting order.
	Programs []Program

	Listener *Listener // set for a ListenerGroup
}

// Listener is what an [eventlistener:x] has beyond a program.
type Listener struct {
	Events        []string // upper case, checked
	BufferSize    int
	ResultHandler string
	EventTimeout  time.Duration // 0: never
	URL           string        // of a webhook, else empty
	Secret        string        // of a webhook; may be empty
}

// FastCGI is what an [fcgi-program:x] has beyond a program. Its processes in one group share
// one value.
type FastCGI struct {
	Socket  string // tcp://host:port or unix:///path
	Owner   Owner
	Mode    os.FileMode
	Backlog int // 0: the system's maximum
}

// Owner is a user and a group by name or number; empty fields are "not given".
type Owner struct{ User, Group string }

// AutoRestart says when a process that exited from RUNNING is started again.
type AutoRestart int

// The values of autorestart.
const (
	RestartNever AutoRestart = iota
	RestartUnexpected
	RestartAlways
)

// LogKind says where output goes.
type LogKind int

// The kinds of log target.
const (
	LogNone   LogKind = iota // NONE, off
	LogAuto                  // AUTO: a file in childlogdir, named by the supervisor
	LogFile                  // a path
	LogSyslog                // syslog, or syslog @[proto:]host[:port]
	LogStdout                // /dev/stdout
	LogStderr                // /dev/stderr
	LogNull                  // /dev/null
)

// LogTarget is one place where output goes.
type LogTarget struct {
	Kind LogKind
	Path string // LogFile: the path, ~ expanded, otherwise as written
	// Syslog server; an empty Host is the local one. Proto is udp, tcp or tls.
	Proto, Host string
	Port        int
}

// LogFormat is the form in which output is written to logs.
type LogFormat string

// The values of log_format.
const (
	FormatRaw  LogFormat = "raw"  // byte for byte
	FormatText LogFormat = "text" // lines, each with its time and origin in front
	FormatJSON LogFormat = "json" // lines, each a JSON object
)

// SyslogFormat is the form of syslog messages.
type SyslogFormat string

// The values of syslog_format.
const (
	RFC3164 SyslogFormat = "rfc3164"
	RFC5424 SyslogFormat = "rfc5424"
)

// StreamLog is how one of a process's two outputs is kept.
type StreamLog struct {
	Targets         []LogTarget   // none: the output is read and thrown away
	MaxBytes        int64         // 0: never rotate by size
	Backups         int           // 0: truncate instead of renaming
	Rotate          time.Duration // the span of the clock after which the log is rotated; 0: never
	Compress        bool          // rotated logs with gzip
	CaptureMaxBytes int64
	EventsEnabled   bool
	Syslog          bool // stdout_syslog, stderr_syslog
}

// Program is one process to be: the values of its section with every expression
// expanded for this instance.
type Program struct {
	Section string // e.g. program:web, as written
	File    string // the file where the section was first opened
	Name    string // the process name, e.g. web_00
	Program string // the program name, e.g. web
	Group   string
	FastCGI *FastCGI // set for those of an [fcgi-program:x]

	Command        string // as expanded; split into words at spawn, as in Python
	ProcessNum     int
	NumProcs       int
	NumProcsOfFile int // NumProcs but for Options.Scales
	Priority       int
	AutoStart      bool
	StartSecs      time.Duration
	// Readiness says what makes a start a success; unless it is ReadyStartSecs, within
	// ReadinessTimeout, 0: whenever.
	Readiness        Readiness
	ReadinessTimeout time.Duration
	Watchdog         time.Duration // the most between two signs of life; 0: none is needed
	StartRetries     int
	AutoRestart      AutoRestart
	ExitCodes        []int
	StopSignals      []Signal
	StopWaitSecs     time.Duration
	KillWaitSecs     time.Duration // 0: as StopWaitSecs
	RestartPause     time.Duration
	Backoff          Backoff
	BackoffMax       time.Duration // 0: no bound
	BackoffJitter    float64       // 0 to 1
	RestartLimit     RestartLimit
	StopAsGroup      bool
	KillAsGroup      bool
	User             string // user or user:group; empty: the daemon's
	Umask            *os.FileMode
	Directory        string
	Environment      map[string]string // [supervisord] environment, then the program's own
	EnvFiles         []string
	ServerURL        string // empty: AUTO
	RedirectStderr   bool
	Stdout, Stderr   StreamLog

	LogFormat    LogFormat
	LogTimestamp timestamp.Layout // of the formats text and json

	SyslogFacility       string // lower case, as in syslog.conf(5): local0, kern …
	SyslogTag            string // empty: supervisord, and the name of the process before each line
	SyslogStdoutPriority string // emerg alert crit err warning notice info debug
	SyslogStderrPriority string
	SyslogFormat         SyslogFormat
	DependsOn            []string // programs, groups or processes and conditions, as written
	DependsOnFailure     OnFailure
	Needs                []Need // the processes that DependsOn means; shared, not to be changed

	NumProcsStart int // the first ProcessNum

	Cron         string // a schedule with seconds, as robfig/cron reads it; empty: none
	PreStartHook string // a command, http(s)://… or tcp://…
	PreStopHook  string
	ConfFile     string // a file of the program's own, for show

	// Restarts on changes of the program's executable and of other files.
	RestartWhenBinaryChanged       bool
	RestartCmdWhenBinaryChanged    string   // run instead of a restart
	RestartSignalWhenBinaryChanged []Signal // sent instead of a restart
	RestartDirectoryMonitor        string
	RestartFilePattern             string // of base names, as in path.Match
	RestartCmdWhenFileChanged      string
	RestartSignalWhenFileChanged   []Signal

	Liveness Liveness
}

// Liveness is the check whether a running program is well: the liveness_check_* keys.
type Liveness struct {
	Script           string // a command, http(s)://… or tcp://host:port; empty: no check
	InitialDelay     time.Duration
	Period           time.Duration
	Timeout          time.Duration
	SuccessThreshold int // successes in a row that make it well
	FailureThreshold int // failures in a row that make it ill
	SuccessAction    string
	FailureAction    string // restart, stop, or a command
}

// Signal is a signal to send: its number here and its name without SIG.
type Signal struct {
	Number int
	Name   string
}

// Loglevel is how much the daemon says of itself.
type Loglevel int

// The log levels of Python's Supervisor, from the least to the most.
const (
	LevelCritical Loglevel = iota
	LevelError
	LevelWarn
	LevelInfo
	LevelDebug
	LevelTrace
	LevelBlather
)
