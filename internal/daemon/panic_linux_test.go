package daemon

import (
	"os"
	"path/filepath"
	"testing"

	"supervisord/internal/supervise"
	"supervisord/internal/testenv"
)

// A panic of the loop is our bug: it ends the daemon, and is not kept back by an orderly end.
func TestPanicOfTheLoopIsSeen(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.conf")
	text := "[supervisord]\nlogfile=" + dir + "/log\npidfile=" + dir + "/pid\nnocleanup=true\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{ConfigFile: file, Stdout: &testenv.Journal{}, Stderr: &testenv.Journal{}}
	conf, err := load(o)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGeneration(o, conf, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	g.loop = &supervise.Loop{} // it cannot run
	defer func() {
		if recover() == nil {
			t.Error("there was no panic")
		}
	}()
	_, err = g.run(nil)
	t.Errorf("the loop has ended: %v", err)
}
