package main

import (
	"testing"

	"supervisord/internal/testenv"
)

//go:generate env UPDATE=1 go test -run ^TestGenerated$ .

// TestGenerated compares docs/supervisord.md and the man page with the commands. UPDATE=1
// writes them.
func TestGenerated(t *testing.T) {
	testenv.Golden(t, "../../docs/supervisord.md", manualPage().Markdown())
	testenv.Golden(t, "../../man/supervisord.1", manualPage().Roff())
}
