package rpc

import (
	"context"
	"errors"
	"slices"

	"supervisord/internal/control"
)

// named returns the selector of a name as clients write it. A name without a group
// is refused here: to the API it would mean every process there is.
func named(name string) (control.Selector, error) {
	sel := control.ParseSelector(name)
	if sel.Group == "" {
		return sel, control.NewFault(control.BadName, name)
	}
	return sel, nil
}

// one is named for the methods that know no group:*.
func one(name string) (control.Selector, error) {
	sel, err := named(name)
	if err == nil && !sel.IsOne() {
		err = control.NewFault(control.BadName, name)
	}
	return sel, err
}

// group returns the selector of a whole group.
func group(name string) (control.Selector, error) {
	if name == "" {
		return control.Selector{}, control.NewFault(control.BadName, name)
	}
	return control.OfGroup(name), nil
}

// about gives a fault without a detail the name that the caller used, where Python
// does. A missing log, for one, goes without.
func about(name string, err error) error {
	f, ok := errors.AsType[*control.Fault](err)
	if !ok || f.Detail != "" {
		return err
	}
	switch f.Code {
	case control.BadName, control.BadSignal, control.SpawnError, control.AbnormalTermination,
		control.AlreadyStarted, control.NotRunning, control.AlreadyAdded, control.StillRunning:
		return control.NewFault(f.Code, name)
	case control.UnknownMethod, control.IncorrectParameters, control.BadArguments,
		control.SignatureUnsupported, control.ShutdownState, control.NoFile,
		control.NotExecutable, control.Failed, control.Success, control.CantReread:
	}
	return err
}

// outcome is the result of a method that acts on name: true for a process, the results
// of each for a group.
func outcome(name string, sel control.Selector, results []control.Result, err error) (any, error) {
	if err != nil {
		return nil, about(name, err)
	}
	if sel.IsOne() {
		return true, nil
	}
	return resultStructs(results), nil
}

// pick turns a name into a selector.
type pick func(name string) (control.Selector, error)

func start(ctx context.Context, api control.API, by pick, a args) (any, error) {
	sel, err := by(a.text(0))
	if err != nil {
		return nil, err
	}
	results, err := api.Start(ctx, sel, a.wait(1))
	return outcome(a.text(0), sel, results, err)
}

func startProcess(ctx context.Context, api control.API, a args) (any, error) {
	return start(ctx, api, named, a)
}

func startGroup(ctx context.Context, api control.API, a args) (any, error) {
	return start(ctx, api, group, a)
}

func startAll(ctx context.Context, api control.API, a args) (any, error) {
	results, err := api.Start(ctx, control.All(), a.wait(0))
	return resultStructs(results), err
}

func stop(ctx context.Context, api control.API, by pick, a args) (any, error) {
	sel, err := by(a.text(0))
	if err != nil {
		return nil, err
	}
	results, err := api.Stop(ctx, sel, a.wait(1))
	return outcome(a.text(0), sel, results, err)
}

func stopProcess(ctx context.Context, api control.API, a args) (any, error) {
	return stop(ctx, api, named, a)
}

func stopGroup(ctx context.Context, api control.API, a args) (any, error) {
	return stop(ctx, api, group, a)
}

func stopAll(ctx context.Context, api control.API, a args) (any, error) {
	results, err := api.Stop(ctx, control.All(), a.wait(0))
	return resultStructs(results), err
}

func send(ctx context.Context, api control.API, by pick, a args) (any, error) {
	sel, err := by(a.text(0))
	if err != nil {
		return nil, err
	}
	results, err := api.Signal(ctx, sel, a.text(1))
	return outcome(a.text(0), sel, blame(a.text(1), results), aboutSignal(a.text(1), err))
}

// aboutSignal is about for the one fault that is not about a process.
func aboutSignal(signal string, err error) error {
	if errors.Is(err, control.NewFault(control.BadSignal, "")) {
		return about(signal, err)
	}
	return err
}

// blame names the signal in those results that are faults about it.
func blame(signal string, results []control.Result) []control.Result {
	results = slices.Clone(results)
	for i, r := range results {
		if r.Fault != nil && r.Fault.Code == control.BadSignal && r.Fault.Detail == "" {
			results[i].Fault = control.NewFault(control.BadSignal, signal)
		}
	}
	return results
}

func signalProcess(ctx context.Context, api control.API, a args) (any, error) {
	return send(ctx, api, named, a)
}

func signalGroup(ctx context.Context, api control.API, a args) (any, error) {
	return send(ctx, api, group, a)
}

func signalAll(ctx context.Context, api control.API, a args) (any, error) {
	results, err := api.Signal(ctx, control.All(), a.text(0))
	return resultStructs(blame(a.text(0), results)), aboutSignal(a.text(0), err)
}

func getProcessInfo(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := one(a.text(0))
	if err != nil {
		return nil, err
	}
	infos, err := api.Status(ctx, sel)
	if err == nil && len(infos) == 0 {
		err = control.NewFault(control.BadName, "")
	}
	if err != nil {
		return nil, about(a.text(0), err)
	}
	return &infos[0], nil
}

func getAllProcessInfo(ctx context.Context, api control.API, _ args) (any, error) {
	return api.Status(ctx, control.All())
}

func readStream(s control.LogStream) func(context.Context, control.API, args) (any, error) {
	return func(ctx context.Context, api control.API, a args) (any, error) {
		sel, err := one(a.text(0))
		if err != nil {
			return nil, err
		}
		data, err := api.ReadLog(ctx, control.LogName{Of: sel, Stream: s}, a.number(1), a.number(2))
		return string(data), about(a.text(0), err)
	}
}

func tailStream(s control.LogStream) func(context.Context, control.API, args) (any, error) {
	return func(ctx context.Context, api control.API, a args) (any, error) {
		sel, err := one(a.text(0))
		if err != nil {
			return nil, err
		}
		tail, err := api.TailLog(ctx, control.LogName{Of: sel, Stream: s}, a.number(1), a.number(2))
		return []any{string(tail.Data), tail.Size, tail.Overflow}, about(a.text(0), err)
	}
}

func clearProcessLogs(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := one(a.text(0))
	if err != nil {
		return nil, err
	}
	_, err = api.ClearLogs(ctx, sel)
	return true, about(a.text(0), err)
}

func clearAllProcessLogs(ctx context.Context, api control.API, _ args) (any, error) {
	results, err := api.ClearLogs(ctx, control.All())
	return resultStructs(results), err
}

func sendProcessStdin(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := one(a.text(0))
	if err != nil {
		return nil, err
	}
	err = about(a.text(0), api.WriteStdin(ctx, sel, a.text(1)))
	if f, ok := errors.AsType[*control.Fault](err); ok && f.Code == control.NoFile && f.Detail == "" {
		err = control.NewFault(control.NoFile, a.text(0)) // the process has closed its end
	}
	return true, err
}
