package ctl

import (
	"context"
	"fmt"
	"strings"
)

// verbs returns all verbs, sorted by name.
func verbs() []verb {
	return []verb{
		{
			name: "add", operands: groupsOfFile, options: []string{"json"}, run: (*session).add,
			help:    "add <name> [...]\tActivates any updates in config for process/group",
			example: "add web",
		},
		{
			name: "avail", options: []string{"json"}, run: (*session).avail,
			help:    "avail\t\t\tDisplay all configured processes",
			example: "avail",
		},
		{
			name: "clear", operands: processes, online: true, options: []string{"json"}, run: (*session).clear,
			help: "clear <name>\t\tClear a process' log files.\n" +
				"clear <name> <name>\tClear multiple process' log files\n" +
				"clear all\t\tClear all process' log files",
			example: "clear web",
		},
		{
			name: "events", online: true, ours: true, options: []string{"filter", "follow", "json"}, run: (*session).events,
			help: "events\t\t\tShow the latest events that the supervisor remembers\n" +
				"events -f\t\tShow them, and then what happens (Ctrl-C to exit)\n" +
				"events -f --filter TYPE,TYPE\tThe same for types of events or families of them",
			example: "events -f --filter PROCESS_STATE",
		},
		{
			name: "exit", operands: ignored, run: (*session).exit,
			help:    "exit\tExit the supervisor shell.",
			example: "exit",
		},
		{
			name: "fg", operands: oneProcess, online: true, run: (*session).fg,
			help:    "fg <process>\tConnect to a process in foreground mode\n\t\tCtrl-C to exit",
			example: "fg shell",
		},
		{
			name: "help", operands: verbName, run: (*session).help,
			help: "help\t\tPrint a list of available actions\n" +
				"help <action>\tPrint help for <action>",
			example: "help tail",
		},
		{
			name: "logtail", operands: logOfProcess, online: true, ours: true,
			options: []string{"type", "json"}, run: (*session).logtail,
			help: "logtail [-f] <name> [stdout|stderr]\tShow the end of a process' log, as tail does\n" +
				"logtail -t stderr <name>\t\tThe same, as the Go version of supervisord has it",
			example: "logtail web stderr",
		},
		{
			name: "maintail", operands: partOfLog, online: true, options: []string{"json"}, run: (*session).maintail,
			help: "maintail -f \tContinuous tail of supervisor main log file (Ctrl-C to exit)\n" +
				"maintail -100\tlast 100 *bytes* of supervisord main log file\n" +
				"maintail\tlast 1600 *bytes* of supervisor main log file\n",
			example: "maintail -f",
		},
		{
			name: "open", operands: serverURL, run: (*session).open,
			help: "open <url>\tConnect to a remote supervisord process.\n" +
				"\t\t(for UNIX domain socket, use unix:///socket/path)",
			example: "open http://localhost:9001",
		},
		{
			name: "pid", operands: processes, online: true, options: []string{"json"}, run: (*session).pid,
			help: "pid\t\t\tGet the PID of supervisord.\n" +
				"pid <name>\t\tGet the PID of a single child process by name.\n" +
				"pid all\t\t\tGet the PID of every child process, one per line.",
			example: "pid web",
		},
		{
			name: "plan", ours: true, options: []string{"json"}, run: (*session).plan,
			help:    "plan\t\t\tShow what update would do, per process and option, without doing it",
			example: "plan",
		},
		{
			name: "quit", operands: ignored, run: (*session).exit,
			help:    "quit\tExit the supervisor shell.",
			example: "quit",
		},
		{
			name: "reload", run: (*session).reload,
			help:      "reload \t\tRestart the remote supervisord.",
			otherHelp: "reload\t\t\tReload config and change what differs, like update; as supervisorctl: restart-daemon",
			example:   "reload",
		},
		{
			name: "remove", operands: groups, options: []string{"json"}, run: (*session).remove,
			help:    "remove <name> [...]\tRemoves process/group from active config",
			example: "remove web",
		},
		{
			name: "reopen", online: true, ours: true, run: (*session).reopen,
			help:    "reopen\t\t\tOpen all log files anew, after logrotate has moved them",
			example: "reopen",
		},
		{
			name: "reread", options: []string{"json"}, run: (*session).reread,
			help:    "reread \t\t\tReload the daemon's configuration files without add/remove",
			example: "reread",
		},
		{
			name: "restart", operands: processes, online: true, options: []string{"no-wait", "timeout", "json"}, run: (*session).restart,
			help: "restart <name>\t\tRestart a process\n" +
				"restart <gname>:*\tRestart all processes in a group\n" +
				"restart <name> <name>\tRestart multiple processes or groups\n" +
				"restart all\t\tRestart all processes\n" +
				"Note: restart does not reread config files. For that, see reread and update.",
			example: "restart web",
		},
		{
			name: "restart-daemon", ours: true, run: (*session).restartDaemon,
			help:    "restart-daemon\tRestart the remote supervisord: stop everything, start from the config anew",
			example: "restart-daemon",
		},
		{
			name: "restart-group", operands: groups, online: true, ours: true,
			options: []string{"no-wait", "timeout", "json"}, run: (*session).restartGroup,
			help:    "restart-group <gname> [...]\tRestart all processes in groups, like restart <gname>:*",
			example: "restart-group workers",
		},
		{
			name: "scale", operands: programsAndNumbers, online: true, ours: true, options: []string{"timeout", "json"}, run: (*session).scale,
			help:    "scale <program>=<number> [...]\tGive programs other numbers of processes than the config has",
			example: "scale web=8",
		},
		{
			name: "shutdown", run: (*session).shutdown,
			help:    "shutdown \tShut the remote supervisord down.",
			example: "shutdown",
		},
		{
			name: "signal", operands: signalAndProcesses, online: true, options: []string{"json"}, run: (*session).signal,
			help: "signal <signal name> <name>\t\tSignal a process\n" +
				"signal <signal name> <gname>:*\t\tSignal all processes in a group\n" +
				"signal <signal name> <name> <name>\tSignal multiple processes or groups\n" +
				"signal <signal name> all\t\tSignal all processes",
			example: "signal HUP web",
		},
		{
			name: "start", operands: processes, online: true, options: []string{"no-deps", "no-wait", "timeout", "json"}, run: (*session).start,
			help: "start <name>\t\tStart a process\n" +
				"start <gname>:*\t\tStart all processes in a group\n" +
				"start <name> <name>\tStart multiple processes or groups\n" +
				"start all\t\tStart all processes",
			example: "start web workers:*",
		},
		{
			name: "start-group", operands: groups, online: true, ours: true,
			options: []string{"no-deps", "no-wait", "timeout", "json"}, run: (*session).startGroup,
			help:    "start-group <gname> [...]\tStart all processes in groups, like start <gname>:*",
			example: "start-group workers",
		},
		{
			name: "status", operands: processes, online: true, options: []string{"watch", "wait", "timeout", "json"}, run: (*session).status,
			help: "status <name>\t\tGet status for a single process\n" +
				"status <gname>:*\tGet status for all processes in a group\n" +
				"status <name> <name>\tGet status for multiple named processes\n" +
				"status\t\t\tGet all process status info",
			example: "status web",
		},
		{
			name: "stop", operands: processes, online: true, options: []string{"cascade", "no-wait", "timeout", "json"}, run: (*session).stop,
			help: "stop <name>\t\tStop a process\n" +
				"stop <gname>:*\t\tStop all processes in a group\n" +
				"stop <name> <name>\tStop multiple processes or groups\n" +
				"stop all\t\tStop all processes",
			example: "stop all",
		},
		{
			name: "stop-group", operands: groups, online: true, ours: true,
			options: []string{"cascade", "no-wait", "timeout", "json"}, run: (*session).stopGroup,
			help:    "stop-group <gname> [...]\tStop all processes in groups, like stop <gname>:*",
			example: "stop-group workers",
		},
		{
			name: "tail", operands: logOfProcess, online: true, options: []string{"json"}, run: (*session).tail,
			help: "tail [-f] <name> [stdout|stderr] (default stdout)\n" +
				"Ex:\n" +
				"tail -f <name>\t\tContinuous tail of named process stdout\n" +
				"\t\t\tCtrl-C to exit.\n" +
				"tail -100 <name>\tlast 100 *bytes* of process stdout\n" +
				"tail <name> stderr\tlast 1600 *bytes* of process stderr",
			example: "tail -f web stderr",
		},
		{
			name: "update", operands: groups, options: []string{"timeout", "json"}, run: (*session).update,
			help: "update\t\t\tReload config and add/remove as necessary, and will restart affected programs\n" +
				"update all\t\tReload config and add/remove as necessary, and will restart affected programs\n" +
				"update <gname> [...]\tUpdate specific groups",
			example: "update",
		},
		{
			name: "version", online: true, options: []string{"json"}, run: (*session).version,
			help:    "version\t\t\tShow the version of the remote supervisord process",
			example: "version",
		},
	}
}

// topics lists the verbs as help does, which leaves itself out.
func topics() []string {
	var names []string
	for _, v := range verbs() {
		if v.name != "help" {
			names = append(names, v.name)
		}
	}
	return names
}

func (s *session) help(_ context.Context, c call) (int, error) {
	topic := strings.Join(c.args, " ")
	if v, ok := findVerb(topic); ok {
		s.printf("%s\n", s.helpOf(v))
		return exitOK, nil
	}
	if topic != "" {
		s.printf("*** No help on %s\n", topic)
		return exitOK, nil
	}
	var pythons, ours []string
	for _, name := range topics() {
		if v, _ := findVerb(name); v.ours {
			ours = append(ours, name)
		} else {
			pythons = append(pythons, name)
		}
	}
	s.printf("\n")
	s.printTopics("default commands (type help <topic>):", pythons)
	s.printTopics("more commands (type help <topic>):", ours)
	return exitOK, nil
}

// printTopics prints names under a title, as cmd.Cmd.print_topics in Python's library.
func (s *session) printTopics(title string, names []string) {
	s.printf("%s\n%s\n%s\n", title, strings.Repeat("=", len(title)), columnize(names, usualColumns))
}

// printHelp prints what `VERB --help` shows: Python's words, the flags and an example.
func (s *session) printHelp(v verb) {
	s.printf("%s\n\nFlags:\n%s\nExample:\n  %s\n", s.helpOf(v), v.flagSet(&options{}).FlagUsages(), s.callOf(v.example))
}

// helpOf returns the help of a verb under the name of the command.
func (s *session) helpOf(v verb) string {
	if s.command != pythonName && v.otherHelp != "" {
		return v.otherHelp
	}
	return v.help
}

// usageError tells what is wrong with the arguments of a verb, and its help.
func (s *session) usageError(name, format string, args ...any) int {
	s.complain("Error: " + fmt.Sprintf(format, args...))
	if v, ok := findVerb(name); ok && s.doc == nil {
		s.printf("%s\n", s.helpOf(v))
	}
	return exitGeneric
}

// columnize sets words in the fewest rows that fit width, column by column, every cell
// padded to its column (the format of cmd.Cmd.columnize in Python's library).
func columnize(words []string, width int) string {
	for rows := 1; ; rows++ {
		var widths []int
		total := -2
		for first := 0; first < len(words); first += rows {
			w := 0
			for _, word := range words[first:min(first+rows, len(words))] {
				w = max(w, len(word))
			}
			widths = append(widths, w)
			total += w + 2
		}
		if total <= width || rows >= len(words) {
			return setColumns(words, rows, widths)
		}
	}
}

func setColumns(words []string, rows int, widths []int) string {
	var b strings.Builder
	for row := range rows {
		var cells []string
		for col, width := range widths {
			if i := col*rows + row; i < len(words) {
				cells = append(cells, words[i]+strings.Repeat(" ", width-len(words[i])))
			}
		}
		b.WriteString(strings.Join(cells, "  ") + "\n")
	}
	return b.String()
}
