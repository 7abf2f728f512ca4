package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supervisord/internal/config"
)

// BenchmarkLoad5000 loads 5,000 programs from a file of 3 MB.
func BenchmarkLoad5000(b *testing.B) {
	var text strings.Builder
	text.WriteString("[supervisord]\nenvironment=BASE=\"/srv\"\n")
	for i := range 5000 {
		fmt.Fprintf(&text, "[program:program-%04d]\n", i)
		text.WriteString(`; One of many programs, with a comment of the usual length above its command.
command = %(ENV_BASE)s/bin/server --name=%(program_name)s --port=80%(process_num)02d --verbose --log=-
process_name = %(program_name)s_%(process_num)02d
directory = /tmp
environment = LANG="C.UTF-8",NAME="%(program_name)s",TOKEN="0123456789abcdef0123456789abcdef"
autostart = true
autorestart = unexpected
startsecs = 5
startretries = 10
stopsignal = TERM
stopwaitsecs = 30
redirect_stderr = true
stdout_logfile = /tmp/%(program_name)s.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
`)
	}
	file := filepath.Join(b.TempDir(), "f.conf")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		c, problems := config.Load(options(file))
		if problems != nil || len(c.Groups) != 5000 {
			b.Fatal(problems)
		}
	}
}
