package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretsAreMasked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, `[supervisord]
environment=DB_PASSWORD="s3cret1",DSN="postgres://u:%(ENV_API_TOKEN)s@h",PLAIN="%(ENV_API_TOKEN)s"
[supervisorctl]
serverurl=http://localhost:9001
username=admin
password=s3cret2
[unix_http_server]
file=/tmp/s
username=admin
password={SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=`+mainFactory+`
secret_of_plugin=s3cret3
[program:a]
command=/bin/x --token %(ENV_API_TOKEN)s --dsn %(ENV_DSN)s --own %(ENV_OWN)s --plain %(ENV_PLAIN)s --user me
environment=OWN="x%(ENV_API_TOKEN)s",SSH_KEY="s3cret4",LANG=C
pre_stop_hook=http://me:s3cret5@host:8080/drain?a=b@c
syslog_tag=tag
[program:b]
command=/bin/x --token %(ENV_TOKEN)s
environment=TOKEN="s3cret6%(process_num)d",PORT=80%(process_num)02d
numprocs=2
process_name=b%(process_num)d
[program:c]
command=/bin/x
environment=TOKEN="s3cret7%(process_num)d",PORT="80%(process_num)02d"
numprocs=2
process_name=c%(process_num)d
[program:d]
command=%(ENV_NOWHERE)s
environment=TOKEN="s3cret8%(nothing)"
numprocs=0
`)
	e, problems := Explain(machine(file), MaskSecrets)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	text := e.String()
	for _, secret := range []string{"s3cret", "t0ps3cret", "82ab876d"} {
		if strings.Contains(text, secret) {
			t.Errorf("shows %q:\n%s", secret, text)
		}
	}
	var got []string
	for _, s := range e.Settings {
		if s.Masked {
			got = append(got, s.Section+": "+s.Key+"="+s.Value)
		}
	}
	want := []string{
		`supervisord: environment=DB_PASSWORD="*****",DSN="postgres://u:*****@h",PLAIN="*****"`,
		"supervisorctl: password=*****",
		"unix_http_server: password=*****",
		"rpcinterface:supervisor: secret_of_plugin=*****",
		"program:a: command=/bin/x --token ***** --dsn postgres://u:*****@h --own x***** --plain ***** --user me",
		`program:a: environment=LANG="C",OWN="x*****",SSH_KEY="*****"`,
		"program:a: pre_stop_hook=http://me:*****@host:8080/drain?a=b@c",
		"program:b: environment=*****", // a mask for all, since it can be read only as 2 texts
		`program:c: environment=PORT="80%(process_num)02d",TOKEN="*****"`,
		`program:d: environment=TOKEN="*****"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if first, _, _ := strings.Cut(text, "\n"); !strings.HasPrefix(first, "; Passwords are masked") {
		t.Errorf("the first line is %q", first)
	}
}

func TestNothingIsSaidOfMasksWhereThereIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, "[program:a]\ncommand=x\n")
	e, _ := Explain(machine(file), MaskSecrets)
	if strings.Contains(e.String(), "masked") {
		t.Error(e)
	}
}
