package main

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

var (
	apiCPU  = &row{name: "status of 1,000 by XML-RPC: CPU of the daemon", unit: "ms", budgets: []budget{{one, 5}}}
	apiWall = &row{name: "  until the answer is read", unit: "ms"}

	commandWall = &row{name: "status of 1,000 by command: from start to exit", unit: "ms", budgets: []budget{{one, 13}}}
	commandCPU  = &row{name: "  CPU of the command", unit: "ms"}
)

var apiPhase = phase{
	name:    "api",
	how:     "getAllProcessInfo over the unix socket, a new connection each time, the answer read but not decoded; means of 20 calls (Python 3)",
	rows:    []*row{apiCPU, apiWall},
	measure: measureAPI,
}

func measureAPI(ctx context.Context, f *fleet) error {
	calls := 20
	switch f.who {
	case cloop:
		return nil // answers nobody
	case python:
		calls = 3
	case ours, contenders:
	}
	if _, err := f.call(ctx, "getAllProcessInfo"); err != nil { // the first warms up
		return err
	}
	before, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	var wall samples
	for range calls {
		took, err := f.call(ctx, "getAllProcessInfo")
		if err != nil {
			return err
		}
		wall = append(wall, ms(took))
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	f.add(apiCPU, ms(after-before)/float64(calls))
	f.add(apiWall, wall.median())
	return nil
}

var commandPhase = phase{
	name:    "command",
	how:     "supervisord ctl status (Python: supervisorctl status), a process of its own; medians of 10 (Python 3)",
	rows:    []*row{commandWall, commandCPU},
	measure: measureCommand,
}

func measureCommand(ctx context.Context, f *fleet) error {
	var argv []string
	runs := 10
	switch f.who {
	case cloop, contenders:
		return nil // has no command
	case ours:
		argv = []string{f.binary, "ctl", "-c", f.conf(), "status"}
	case python:
		runs = 3
		argv = []string{pythonCommand, "-c", f.conf(), "status"}
	}
	var wall, cpu samples
	for range runs {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		begun := monotonic()
		if out, err := cmd.Output(); err != nil {
			return fmt.Errorf("%w: %.500s", err, out)
		}
		wall = append(wall, ms(since(begun)))
		cpu = append(cpu, ms(cpuOfEnded(cmd)))
	}
	f.add(commandWall, wall.median())
	f.add(commandCPU, cpu.median())
	return nil
}

func cpuOfEnded(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
