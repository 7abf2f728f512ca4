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
	s.Type(`clear; sh -c "printf '\033[?1049h\033[?25lünder'; exec cat"`) // one process, which Ctrl-C ends
	s.Golden("alternate", "testdata/screen/alternate.txt")
	s.Keys("C-c")
	s.Golden(`\^C\n\$$`, "testdata/screen/interrupted.txt")
	s.Type(`clear; printf '\033[31mred \033[1;32mgreen\033[22m\n\033[39mplain \033[2mdim\n\033[0m\n'`)
	s.GoldenColours(`^plain dim\n\n\$$`, "testdata/screen/colours.txt")
}
