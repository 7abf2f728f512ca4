package client

import (
	"context"
	"errors"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
)

// clearGroup empties the logs of a group, for which XML-RPC has no method.
func (c *Client) clearGroup(ctx context.Context, sel Selector) ([]Result, error) {
	infos, err := c.Status(ctx, sel)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, i := range infos {
		r := Result{Group: i.Group, Name: i.Name}
		if err := c.clear(ctx, i.Selector()); err != nil {
			f, ok := errors.AsType[*control.Fault](err)
			if !ok {
				return results, err
			}
			r.Fault = f
		}
		results = append(results, r)
	}
	return results, nil
}

// Config implements [API].
func (c *Client) Config(ctx context.Context) ([]ProgramInfo, error) {
	v, err := c.quick(ctx, "supervisor.getAllConfigInfo")
	if err != nil {
		return nil, err
	}
	return readList(v, toProgram)
}

// Reread implements [API].
func (c *Client) Reread(ctx context.Context) (Diff, error) {
	v, err := c.quick(ctx, "supervisor.reloadConfig")
	if err != nil {
		return Diff{}, err
	}
	return toDiff(v)
}

// AddGroup implements [API].
func (c *Client) AddGroup(ctx context.Context, name string) error {
	_, err := c.quick(ctx, "supervisor.addProcessGroup", name)
	return err
}

// RemoveGroup implements [API].
func (c *Client) RemoveGroup(ctx context.Context, name string) error {
	_, err := c.quick(ctx, "supervisor.removeProcessGroup", name)
	return err
}

// Publish implements [API].
func (c *Client) Publish(ctx context.Context, kind, data string) error {
	_, err := c.quick(ctx, "supervisor.sendRemoteCommEvent", kind, data)
	return err
}

// Shutdown implements [API].
func (c *Client) Shutdown(ctx context.Context) error {
	_, err := c.quick(ctx, "supervisor.shutdown")
	return err
}

// Restart implements [API].
func (c *Client) Restart(ctx context.Context) error {
	_, err := c.quick(ctx, "supervisor.restart")
	return err
}

// Supervisor implements [API]. A supervisor that shuts down or restarts does not tell:
// the error is then the fault ShutdownState, or that nobody listens.
func (c *Client) Supervisor(ctx context.Context) (SupervisorInfo, error) {
	var calls []any
	for _, name := range []string{"getState", "getPID", "getIdentification", "getSupervisorVersion"} {
		calls = append(calls, map[string]any{"methodName": "supervisor." + name})
	}
	v, err := c.quick(ctx, "system.multicall", calls)
	if err != nil {
		return SupervisorInfo{}, err
	}
	answers, err := as[[]any](v)
	if err != nil {
		return SupervisorInfo{}, err
	}
	for _, a := range answers {
		if f := rpc.AsFault(a); f != nil {
			return SupervisorInfo{}, f
		}
	}
	return toSupervisor(answers)
}

// APIVersion returns the version of the XML-RPC methods.
func (c *Client) APIVersion(ctx context.Context) (string, error) {
	return c.version(ctx, "supervisor.getAPIVersion")
}

// SupervisorVersion returns the version of Supervisor that the server is, or whose
// behaviour it has.
func (c *Client) SupervisorVersion(ctx context.Context) (string, error) {
	return c.version(ctx, "supervisor.getSupervisorVersion")
}

func (c *Client) version(ctx context.Context, method string) (string, error) {
	v, err := c.quick(ctx, method)
	if err != nil {
		return "", err
	}
	return as[string](v)
}
