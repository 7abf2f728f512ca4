package testenv_test

import (
	"testing"

	"supervisord/internal/testenv"
)

// What a program writes and what is typed are on the screen, and so are the cursor and
// the modes of the terminal.
func TestScreenShowsWhatAPersonSees(t *testing.T) {
	s := testenv.OpenScreen(t, testenv.ScreenOptions{Dir: t.TempDir(), Env: []string{"GREETING=hello"}})
	s.Await(`^\$$`)
	s.Type(`echo "$GREETING" 'tmux'; stty size`)
	s.Golden(`^24 80\n\$$`, "testdata/screen/typed.txt")
	s.Type(`clear; printf '\033[?1049h\033[?25lünder'; cat`)
	s.Golden("alternate", "testdata/screen/alternate.txt")
	s.Keys("C-c")
	s.Golden(`\^C\n\$$`, "testdata/screen/interrupted.txt")
}
