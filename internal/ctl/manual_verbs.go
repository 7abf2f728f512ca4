package ctl

// verbManual is what the manual says of a verb beyond its row of the verb table.
type verbManual struct {
	short string // in a few words, for completion and lists
	about string // what else there is to know; may be empty
	exits string // exit codes that mean something of their own; may be empty
}

// manualOf returns what the manual says of a verb.
func manualOf(name string) verbManual { return verbManuals[name] }

// verbManuals has a row for every verb.
var verbManuals = map[string]verbManual{
	"add": {
		short: "make groups of the configuration active",
		about: "The group must have been read, by `reread`. Its programs with `autostart` are started. Without a name nothing is done.",
		exits: "1: there is no such group. A group that is active already is an error in words, but not in the exit code.",
	},
	"avail": {
		short: "list what the configuration has",
		about: "A line per process: its name, whether it is in use, whether it is started with the daemon, and the priorities of group and program.",
	},
	"clear": {
		short: "empty the logs of processes",
		about: "Rotated logs stay. Names of groups are taken, which Supervisor refuses.",
		exits: "1: there is no such process, or its logs cannot be emptied.",
	},
	"events": {
		short: "show events as they happen",
		about: "A line per event: its time, its number, its type, and what listeners find in its payload; with `--json` an object per line. Of what was before, the daemon remembers a hundred events at most, and no output of programs and no ticks. Who reads too slowly is told how many events are missing. docs/events.md describes the types and the JSON.",
		exits: "1: there is no such type, or the daemon is Supervisor's. Ctrl-C: 0.",
	},
	"exit": {short: "leave the shell"},
	"fg": {
		short: "connect the terminal to a process",
		about: "What the process writes is shown, and each line that is typed goes to its standard input. Ctrl-C leaves; the process goes on.",
		exits: "1: not exactly one name, an unknown one, or a process that does not run.",
	},
	"help": {
		short: "list the verbs, or describe one",
		about: "It needs no daemon. `VERB --help` shows the flags and an example as well.",
	},
	"logtail": {
		short: "print the end of a log",
		about: "The Go re-implementation of Supervisor has it; `tail` does more.",
		exits: "1: there is no such process or no such log.",
	},
	"maintail": {
		short: "print or follow the daemon's own log",
		about: "Without a number the last 1600 bytes are printed.",
		exits: "1: wrong arguments, or the daemon has no log file.",
	},
	"open": {
		short: "talk to another daemon",
		about: "The URL begins with http://, https:// or unix://. Its `status` follows.",
		exits: "1: that is no such URL.",
	},
	"pid": {
		short: "print process ids",
		about: "Of the daemon, of the processes named, or of all, one per line; 0 for one that does not run.",
		exits: "1: there is no such process. 7: a process that was named does not run.",
	},
	"plan": {
		short: "show what update would do",
		about: "Per group that differs, its processes with what becomes of them (start, add, stop, remove, restart, next start, live) and the options with old and new value and what the change takes; before them, in brackets, the sections of the daemon itself, and behind them what starts only since others need it (`depends_on`). Secrets are masked. Nothing is changed.",
		exits: "0: nothing differs. 2: something does. 1: the file has mistakes, or the daemon is Supervisor's.",
	},
	"quit": {short: "leave the shell"},
	"reload": {
		short: "carry out what has changed in the configuration file",
		about: "The same as `update`, as the Go re-implementation of Supervisor has it; it says so when nothing has changed. Called as `supervisorctl`, it is what Supervisor makes of it: `restart-daemon`.",
		exits: "1: the configuration cannot be used, or the daemon is shutting down.",
	},
	"remove": {
		short: "take groups out of use",
		about: "All processes of the group must have been stopped. Without a name nothing is done.",
		exits: "1: there is no such group, or a process of it still runs.",
	},
	"reopen": {
		short: "open all log files anew",
		about: "It is what the signal USR2 does, for those who may not send it.",
		exits: "1: a log could not be opened, or the daemon is Supervisor's.",
	},
	"reread": {
		short: "compare the configuration file with what runs",
		about: "A line per group that is available, changed or has disappeared. Nothing is started or stopped: `update` does that.",
		exits: "1: the file has mistakes.",
	},
	"restart": {
		short: "stop processes and start them again",
		about: "All that are named are stopped first. The configuration is not read: see `update`.",
		exits: "As `start`.",
	},
	"scale": {
		short: "give programs other numbers of processes",
		about: "Only the processes that are too many are stopped, and those that are missing are started; the file stays as it is. It holds until the file has another `numprocs`, or the daemon restarts.",
		exits: "1: there is no such program, its `process_name` has no `%(process_num)`, the file has mistakes, or the daemon is Supervisor's.",
	},
	"shutdown": {
		short: "end the daemon",
		about: "It answers at once, then stops all programs, and ends when they have ended.",
		exits: "1: there is no daemon that could be ended.",
	},
	"signal": {
		short: "send a signal to processes",
		about: "The signal is a name, with or without SIG, or a number. It goes to the process alone, not to its children.",
		exits: "1: there is no such signal or process. 7: the process does not run.",
	},
	"start": {
		short: "start processes",
		about: "Several names are started one after the other, the processes of a group at once. It returns when each has run for `startsecs`, or has failed.",
		exits: "1: there is no such process or no such command. 2: no name was given, or there is no such group. 7: the process could not be started, or ended too early. A process that runs already is no failure. Of several failures the last one counts.",
	},
	"restart-daemon": {
		short: "restart the daemon in place",
		about: "Every program is stopped, the configuration is read anew, and everything is started from it, in the same process. With a configuration that cannot be used nothing happens. To carry out changes alone, use `update`.",
		exits: "1: the configuration cannot be used, or the daemon is shutting down.",
	},
	"restart-group": {
		short: "restart all processes of groups",
		about: "The same as `restart GROUP:*`.",
		exits: "As `restart`.",
	},
	"start-group": {
		short: "start all processes of groups",
		about: "The same as `start GROUP:*`. The Go re-implementation of Supervisor has it.",
		exits: "As `start`.",
	},
	"status": {
		short: "show what processes do",
		about: "A line per process: its name, its state, and for one that runs its pid and since when.",
		exits: "3: a process that was asked for is STOPPED, EXITED, FATAL or UNKNOWN. 4: there is no such process, or the daemon cannot be reached; 3 wins.",
	},
	"stop": {
		short: "stop processes",
		about: "It returns when they have ended. The order within a group is that of Supervisor, by ascending priority.",
		exits: "1: there is no such process, or no name was given. A process that does not run is no failure.",
	},
	"stop-group": {
		short: "stop all processes of groups",
		about: "The same as `stop GROUP:*`. The Go re-implementation of Supervisor has it.",
		exits: "As `stop`.",
	},
	"tail": {
		short: "print or follow the log of a process",
		about: "Without a number the last 1600 bytes are printed. `-f` begins 1024 bytes before the end and follows the log through its rotations until Ctrl-C. Of a process without a log file the last 64 KiB are kept in memory.",
		exits: "1: wrong arguments, no such process, or no log. With -f the exit code is 0 whatever comes.",
	},
	"update": {
		short: "carry out what has changed in the configuration file",
		about: "Groups that have disappeared are stopped and removed, and those that are new are started. In groups that have changed, only those processes are restarted that run and have to be: the column *change* of the manual of the configuration tells which option takes that. What was stopped by hand stays so. With names, only these groups. Without, the daemon's own log, servers and webhooks change too; what of it takes a restart of the daemon is told. `plan` shows beforehand what happens, and a terminal gets the same details afterwards. A Supervisor of Python restarts every group in which anything has changed.",
		exits: "1: the file has mistakes, or there is no such group.",
	},
	"version": {short: "show the version of the daemon"},
}
