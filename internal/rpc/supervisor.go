package rpc

import (
	"context"

	"supervisord/internal/control"
)

func getAPIVersion(context.Context, control.API, args) (any, error) { return APIVersion, nil }

func getSupervisorVersion(ctx context.Context, api control.API, _ args) (any, error) {
	info, err := api.Supervisor(ctx)
	return info.Version, err
}

func getIdentification(ctx context.Context, api control.API, _ args) (any, error) {
	info, err := api.Supervisor(ctx)
	return info.Identifier, err
}

func getState(ctx context.Context, api control.API, _ args) (any, error) {
	info, err := api.Supervisor(ctx)
	return Struct{{"statecode", int(info.Mood)}, {"statename", info.Mood.String()}}, err
}

func getPID(ctx context.Context, api control.API, _ args) (any, error) {
	info, err := api.Supervisor(ctx)
	return info.PID, err
}

func readLog(ctx context.Context, api control.API, a args) (any, error) {
	data, err := api.ReadLog(ctx, control.LogName{Main: true}, a.number(0), a.number(1))
	return string(data), err
}

func clearLog(ctx context.Context, api control.API, _ args) (any, error) {
	return true, api.ClearMainLog(ctx)
}

func reopenLogs(ctx context.Context, api control.API, _ args) (any, error) {
	return true, api.ReopenLogs(ctx)
}

func shutdown(ctx context.Context, api control.API, _ args) (any, error) {
	return true, api.Shutdown(ctx)
}

func restart(ctx context.Context, api control.API, _ args) (any, error) {
	return true, api.Restart(ctx)
}

func reloadConfig(ctx context.Context, api control.API, _ args) (any, error) {
	d, err := api.Reread(ctx)
	return []any{[]any{values(d.Added), values(d.Changed), values(d.Removed)}}, err
}

func addProcessGroup(ctx context.Context, api control.API, a args) (any, error) {
	return true, about(a.text(0), api.AddGroup(ctx, a.text(0)))
}

func removeProcessGroup(ctx context.Context, api control.API, a args) (any, error) {
	return true, about(a.text(0), api.RemoveGroup(ctx, a.text(0)))
}

func sendRemoteCommEvent(ctx context.Context, api control.API, a args) (any, error) {
	return true, api.Publish(ctx, a.text(0), a.text(1))
}

func getAllConfigInfo(ctx context.Context, api control.API, _ args) (any, error) {
	infos, err := api.Config(ctx)
	out := make([]any, len(infos))
	for i := range infos {
		out[i] = configStruct(&infos[i])
	}
	return out, err
}
