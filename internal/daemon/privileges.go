package daemon

import (
	"log/slog"
	"os"

	"supervisord/internal/config"
	"supervisord/internal/host"
	"supervisord/internal/mainlog"
)

// note is a line for the log that comes up before there is a log.
type note struct {
	level slog.Level
	text  string
}

// rootWarning is what Python's daemon says when it goes on as root without being asked.
const rootWarning = "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  " +
	"If you intend to run as root, you can set user=root in the config file to avoid this message."

// dropPrivileges becomes the user of the configuration, for good.
func dropPrivileges(user string) ([]note, error) {
	if user == "" {
		if os.Getuid() == 0 {
			return []note{{mainlog.LevelCritical, rootWarning}}, nil
		}
		return nil, nil
	}
	u, err := config.LookupUser(user)
	if err != nil {
		return nil, err
	}
	msg, err := host.DropPrivileges(u.UID, u.GID, u.Groups)
	if err != nil {
		return nil, err
	}
	return []note{{slog.LevelInfo, msg}}, nil
}
