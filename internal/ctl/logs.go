package ctl

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"supervisord/internal/control"
)

// tailBytes is how much of a log is shown when nothing else is asked for.
const tailBytes = 1600

// followFlag in place of a number of bytes follows a log.
const followFlag = "-f"

// noFollowing is said to who wants a log as it grows in JSON, which has an end.
const noFollowing = "Error: --json shows a log as it is and does not follow it"

// tail prints the end of a log of one process, or follows it.
func (s *session) tail(ctx context.Context, c call) (int, error) {
	args := c.args
	if len(args) == 0 {
		return s.usageError("tail", "too few arguments"), nil
	}
	if len(args) > 3 {
		return s.usageError("tail", "too many arguments"), nil
	}
	following := args[0] == followFlag
	length, args, err := tailLength(args)
	if len(args) == 0 {
		return s.complain("Error: tail requires process name"), nil
	}
	stream := control.Stdout
	if len(args) > 1 {
		switch channel := strings.ToLower(args[len(args)-1]); channel {
		case "stdout":
		case "stderr":
			stream = control.Stderr
		default:
			return s.complain(fmt.Sprintf("Error: bad channel '%s'", channel)), nil
		}
	}
	if err != nil {
		return s.complain(fmt.Sprintf("Error: %v", err)), nil
	}
	if following && s.doc != nil {
		return s.complain(noFollowing), nil
	}
	name := args[0]
	sel := control.ParseSelector(name)
	if following {
		return s.follow(ctx, "logtail/"+name+"/"+stream.String(), control.LogName{Of: sel, Stream: stream})
	}
	if sel.Group == "" || !sel.IsOne() {
		return s.complain(name + ": ERROR (no such process name)"), nil
	}
	return s.printLog(ctx, name, control.LogName{Of: sel, Stream: stream}, length)
}

// logtail is tail for those who know the Go re-implementation of Supervisor, where the log
// is chosen by a flag.
func (s *session) logtail(ctx context.Context, c call) (int, error) {
	var names []string
	for i := 0; i < len(c.args); i++ {
		if c.args[i] == "-t" && i+1 < len(c.args) {
			i++
			c.stream = c.args[i]
			continue
		}
		names = append(names, c.args[i])
	}
	if len(names) == 0 {
		return s.usageError("logtail", "too few arguments"), nil
	}
	if c.stream != "" {
		names = append(names, c.stream)
	}
	c.args = names
	return s.tail(ctx, c)
}

// maintail prints the end of the supervisor's own log, or follows it.
func (s *session) maintail(ctx context.Context, c call) (int, error) {
	if len(c.args) > 1 {
		return s.usageError("maintail", "too many arguments"), nil
	}
	if len(c.args) == 1 && c.args[0] == followFlag {
		if s.doc != nil {
			return s.complain(noFollowing), nil
		}
		return s.follow(ctx, "mainlogtail", control.LogName{Main: true})
	}
	length, rest, err := tailLength(c.args)
	if len(rest) > 0 {
		err = badArgument(rest[0])
	}
	if err != nil {
		return s.complain(fmt.Sprintf("Error: %v", err)), nil
	}
	return s.printLog(ctx, "supervisord", control.LogName{Main: true}, length)
}

// tailLength takes a leading -N off args: the number of bytes to show, 0 for the whole
// log. A number is at most what XML-RPC can carry. A leading -f asks for none.
func tailLength(args []string) (length int64, rest []string, err error) {
	if len(args) == 0 || !strings.HasPrefix(args[0], "-") {
		return tailBytes, args, nil
	}
	if args[0] == followFlag {
		return 0, args[1:], nil
	}
	n, err := strconv.ParseUint(args[0][1:], 10, 31)
	if err != nil {
		return 0, args[1:], badArgument(args[0])
	}
	return int64(n), args[1:], nil
}

func badArgument(arg string) error { return fmt.Errorf("bad argument %s", arg) }

func (s *session) printLog(ctx context.Context, name string, log control.LogName, length int64) (int, error) {
	data, err := s.api.ReadLog(ctx, log, -length, 0)
	if fault, ok := errors.AsType[*control.Fault](err); ok {
		switch fault.Code { //nolint:exhaustive // the others are not said by this method
		case control.NoFile:
			return s.complain(name + ": ERROR (no log file)"), nil
		case control.Failed:
			return s.complain(name + ": ERROR (unknown error reading log)"), nil
		case control.BadName:
			return s.complain(name + ": ERROR (no such process name)"), nil
		}
	}
	if err != nil {
		return exitGeneric, err
	}
	if s.doc != nil {
		s.doc.Log = &jsonLog{Name: name, Text: strings.ToValidUTF8(string(data), "\uFFFD")}
		if !log.Main {
			s.doc.Log.Stream = log.Stream.String()
		}
		return exitOK, nil
	}
	s.printf("%s\n", data)
	return exitOK, nil
}
