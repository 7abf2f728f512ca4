package client

import (
	"context"
	"slices"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
)

// Status implements [API].
func (c *Client) Status(ctx context.Context, sel Selector) ([]Info, error) {
	if sel.IsOne() {
		v, err := c.quick(ctx, "supervisor.getProcessInfo", sel.String())
		if err != nil {
			return nil, err
		}
		info, err := read(v, toInfo)
		if err != nil {
			return nil, err
		}
		return []Info{info}, nil
	}
	ctx, cancel := c.within(ctx)
	defer cancel()
	infos, err := call(ctx, c, rpc.DecodeInfos, "supervisor.getAllProcessInfo")
	if err != nil || sel.IsAll() {
		return infos, err
	}
	infos = slices.DeleteFunc(infos, func(i Info) bool { return i.Group != sel.Group })
	if len(infos) == 0 {
		return nil, control.NewFault(control.BadName, sel.Group)
	}
	return infos, nil
}

// names gives the methods that do one thing to one process, a group and all.
type names struct{ one, group, all string }

// Start implements [API].
func (c *Client) Start(ctx context.Context, sel Selector, w Wait) ([]Result, error) {
	methods := names{"supervisor.startProcess", "supervisor.startProcessGroup", "supervisor.startAllProcesses"}
	return c.act(ctx, methods, sel, w, w == WaitDone)
}

// Stop implements [API].
func (c *Client) Stop(ctx context.Context, sel Selector, w Wait) ([]Result, error) {
	methods := names{"supervisor.stopProcess", "supervisor.stopProcessGroup", "supervisor.stopAllProcesses"}
	return c.act(ctx, methods, sel, w, w == WaitDone)
}

// Signal implements [API].
func (c *Client) Signal(ctx context.Context, sel Selector, signal string) ([]Result, error) {
	methods := names{"supervisor.signalProcess", "supervisor.signalProcessGroup", "supervisor.signalAllProcesses"}
	return c.act(ctx, methods, sel, NoWait, signal)
}

// act calls the method for what is selected, with one argument beside the name.
func (c *Client) act(ctx context.Context, m names, sel Selector, w Wait, arg any) ([]Result, error) {
	call := c.quick
	if w == WaitDone {
		call = c.Call
	}
	var v any
	var err error
	switch {
	case sel.IsOne():
		if _, err = call(ctx, m.one, sel.String(), arg); err != nil {
			return nil, err
		}
		return []Result{{Group: sel.Group, Name: sel.Process}}, nil
	case sel.IsAll():
		v, err = call(ctx, m.all, arg)
	default:
		v, err = call(ctx, m.group, sel.Group, arg)
	}
	if err != nil {
		return nil, err
	}
	return readList(v, toResult)
}

// WriteStdin implements [API].
func (c *Client) WriteStdin(ctx context.Context, sel Selector, chars string) error {
	_, err := c.quick(ctx, "supervisor.sendProcessStdin", sel.String(), chars)
	return err
}

// ReadLog implements [API]. What is not text that XML can carry arrives altered, so
// that the result may have another length than the part of the log it shows.
func (c *Client) ReadLog(ctx context.Context, log LogName, offset, length int64) ([]byte, error) {
	var v any
	var err error
	switch {
	case log.Main:
		v, err = c.quick(ctx, "supervisor.readLog", offset, length)
	case log.Stream == Stderr:
		v, err = c.quick(ctx, "supervisor.readProcessStderrLog", log.Of.String(), offset, length)
	default:
		v, err = c.quick(ctx, "supervisor.readProcessStdoutLog", log.Of.String(), offset, length)
	}
	if err != nil {
		return nil, err
	}
	text, err := as[string](v)
	return []byte(text), err
}

// TailLog implements [API]. XML-RPC has no method for the tail of the main log: that
// is the fault UnknownMethod. See ReadLog for what XML cannot carry.
func (c *Client) TailLog(ctx context.Context, log LogName, offset, length int64) (Tail, error) {
	method := "supervisor.tailProcessStdoutLog"
	switch {
	case log.Main:
		return Tail{}, control.NewFault(control.UnknownMethod, "")
	case log.Stream == Stderr:
		method = "supervisor.tailProcessStderrLog"
	}
	v, err := c.quick(ctx, method, log.Of.String(), offset, length)
	if err != nil {
		return Tail{}, err
	}
	return toTail(v)
}

// ClearLogs implements [API]. A Python Supervisor takes a second for each process.
func (c *Client) ClearLogs(ctx context.Context, sel Selector) ([]Result, error) {
	switch {
	case sel.IsOne():
		if err := c.clear(ctx, sel); err != nil {
			return nil, err
		}
		return []Result{{Group: sel.Group, Name: sel.Process}}, nil
	case sel.IsAll():
		v, err := c.Call(ctx, "supervisor.clearAllProcessLogs")
		if err != nil {
			return nil, err
		}
		return readList(v, toResult)
	}
	return c.clearGroup(ctx, sel)
}

func (c *Client) clear(ctx context.Context, sel Selector) error {
	_, err := c.quick(ctx, "supervisor.clearProcessLogs", sel.String())
	return err
}

// ClearMainLog implements [API].
func (c *Client) ClearMainLog(ctx context.Context) error {
	_, err := c.quick(ctx, "supervisor.clearLog")
	return err
}

// ReopenLogs implements [API]. A Python Supervisor does not know the method: it wants the
// signal USR2.
func (c *Client) ReopenLogs(ctx context.Context) error {
	_, err := c.quick(ctx, "supervisor.reopenLogs")
	return err
}
