package layers

import "slices"

// rule forbids imports, and says why. Packages of this module are named by their
// directory, others by their import path; "x/..." is x and all below it.
type rule struct {
	why    string
	from   []string // the packages that must not
	not    []string // import these
	except []string // but may import these
	// deep forbids to reach a package through others too.
	deep bool
	// files names those files of the from packages that may; they count only where
	// the rule is not deep.
	files []string
}

var (
	module = []string{"bench/...", "client/...", "cmd/...", "compat/...", "internal/..."}
	pure   = []string{"internal/process", "internal/order", "internal/event", "internal/control"}
	core   = []string{"internal/bus", "internal/child", "internal/config/...", "internal/fcgi", "internal/listener", "internal/output/...", "internal/readiness", "internal/runner", "internal/supervise"}
	faces  = []string{"client", "internal/ctl", "internal/eventstream", "internal/host", "internal/httpd", "internal/httpstream", "internal/logtail", "internal/rpc"}
	// configuration is config with all that it is made of.
	configuration = []string{"internal/config", "internal/config/ini", "internal/config/expand", "internal/manual", "internal/output/timestamp"}
)

// rules are the layers, from the inside out.
var rules = []rule{
	{
		from: pure, not: module, except: pure, deep: true,
		why: "a pure package knows pure packages only",
	},
	{
		from: pure, not: []string{"os/...", "net/...", "syscall", "sync/...", "log/...", "golang.org/...", "github.com/..."},
		why: "a pure package decides; it asks nothing of the machine, shares nothing and prints nothing",
	},
	{
		from: []string{"internal/process"}, not: module, deep: true,
		why: "what happens to a process is decided from its policy, state and input, and from nothing else",
	},
	{
		from: []string{"internal/config/ini", "internal/config/expand"}, not: module, deep: true,
		why: "the syntax of files and of expressions knows nothing of supervisors",
	},
	{
		from: []string{"internal/config"}, not: module, except: slices.Concat(pure, []string{"internal/config/ini", "internal/config/expand", "internal/manual", "internal/output/timestamp"}), deep: true,
		why: "a configuration is a value; supervise, runner and daemon make something of it",
	},
	{
		from: []string{"internal/unixsocket"}, not: module, deep: true,
		why: "a socket does not know what it is for",
	},
	{
		from: []string{"internal/fcgi"}, not: module, except: slices.Concat(pure, configuration, []string{"internal/unixsocket"}), deep: true,
		why: "a socket is what its section says, whoever shares it",
	},
	{
		from: []string{"internal/pidproxy"}, not: module, deep: true,
		why: "the proxy is a program of its own",
	},
	{
		from: slices.Concat(core, faces, []string{"internal/daemon"}), not: []string{"internal/pidproxy"}, deep: true,
		why: "the proxy waits for every child of its process: it must not be that of the daemon",
	},
	{
		from: []string{"internal/child"}, not: module, except: []string{"internal/process"}, deep: true,
		why: "child starts what a Spec says, whoever wrote it",
	},
	{
		from: []string{"internal/output", "internal/output/syslog", "internal/mainlog"}, not: module, except: []string{"internal/output/timestamp"}, deep: true,
		why: "bytes and log lines are carried without knowing whose they are",
	},
	{
		from: []string{"internal/output/timestamp"}, not: module, deep: true,
		why: "what a time looks like is known to the configuration too",
	},
	{
		from: []string{"internal/manual"}, not: module, deep: true,
		why: "pages are made by who owns the tables",
	},
	{
		from: []string{"internal/bus"}, not: module, except: pure, deep: true,
		why: "the bus carries events and nothing else",
	},
	{
		from: []string{"internal/listener"}, not: module, except: slices.Concat(pure, []string{"internal/bus"}), deep: true,
		why: "pools know events and who hears them, not how processes are run",
	},
	{
		from: []string{"internal/supervise"}, not: module, except: slices.Concat(pure, configuration, []string{
			"internal/bus", "internal/listener", "internal/mainlog",
			"internal/child", "internal/output", // for Rank and ErrGone, Ring and the errors of logs
		}), deep: true,
		why: "the loop asks a Runner for children: it knows no pipes, files, sockets nor probes",
	},
	{
		from: []string{"internal/supervise"}, not: []string{"os/...", "net/...", "syscall", "golang.org/..."},
		why: "the loop never blocks: what asks the system is behind a Runner or Logs",
	},
	{
		from: []string{"internal/runner"}, not: module, except: slices.Concat(pure, configuration, []string{
			"internal/bus", "internal/child", "internal/fcgi", "internal/listener", "internal/output", "internal/output/syslog",
			"internal/readiness", "internal/unixsocket",
		}), deep: true,
		why: "children are run as they were configured, whoever supervises them",
	},
	{
		from: core, not: slices.Concat(faces, []string{"internal/daemon", "net/http"}), deep: true,
		why: "the core knows no face: it is asked through control.API",
	},
	{
		from: faces, not: []string{"internal/supervise", "internal/runner", "internal/child", "internal/output/...", "internal/bus", "internal/daemon"}, except: []string{"internal/output/timestamp"}, deep: true,
		why: "a face speaks control.API, so that it works over the network as in the daemon",
	},
	{
		from: []string{"internal/httpd", "internal/host"}, not: module, except: []string{"internal/host/startlimit", "internal/unixsocket"}, deep: true,
		why: "servers and the machine are prepared without knowing what for",
	},
	{
		from: []string{"internal/httpstream"}, not: module, deep: true,
		why: "a stream does not know what it carries",
	},
	{
		from: []string{"internal/webhook"}, not: module, except: slices.Concat(pure, []string{"internal/bus"}), deep: true,
		why: "a webhook knows events and where they go, and nothing of the daemon",
	},
	{
		from: []string{"internal/rpc", "internal/logtail", "internal/eventstream"}, not: module, except: slices.Concat(pure, []string{"internal/httpstream"}), deep: true,
		why: "a face of the daemon is control.API in other words",
	},
	{
		from: []string{"client"}, not: module, except: slices.Concat(pure, []string{"internal/rpc"}), deep: true,
		why: "who imports the client gets the API and its codec, not the daemon",
	},
	{
		from: []string{"internal/ctl"}, not: []string{"internal/rpc/...", "internal/httpd", "internal/host"},
		why: "the command line knows verbs; the wire is the client's",
	},
	{
		from: module, not: []string{"internal/daemon"}, except: []string{"internal/daemon"}, files: []string{"cmd/supervisord/main.go"},
		why: "nobody imports the composition root but the command",
	},
	{
		// All that is shipped, but not what tests and measures it.
		from: []string{"client", "cmd/...", "internal/..."}, not: []string{"os/exec"}, files: []string{
			"internal/config/users.go",      // asks getent, and knows that the reaper may be faster
			"internal/pidproxy/run_unix.go", // a program of its own; looks in PATH
			"internal/rpc/rpctest/peer.go", "internal/testenv/python.go", "internal/testenv/tmux.go", "internal/testenv/tmux_control.go",
		},
		why: "children are started and reaped by package child; two that wait take each other's exits",
	},
	{
		from: []string{"cmd/supervisord", "client"}, not: []string{
			"testing/...", "internal/testenv", "internal/rpc/rpctest", "internal/layers", "compat", "bench",
			"github.com/google/go-cmp/...", "github.com/rogpeppe/...",
		}, deep: true,
		why: "what serves tests is not shipped",
	},
	{
		from: module, not: []string{"html/template", "expvar", "net/http/pprof"}, deep: true,
		why: "it costs megabytes, or opens a page without asking (ADR-0010)",
	},
}
