package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/rpc"
)

// version is what the daemon and the command say of themselves, here and over the API:
// the version of Python's Supervisor whose behaviour they have. Scripts parse it. Which
// build this is, is in [build].
const version = "4.2.5"

// build says which build this is. What the build does not know is empty.
type build struct {
	// Version is the version of Supervisor whose behaviour this has.
	Version string `json:"version"`
	// Build is the version of this program: a tag, or made of the revision.
	Build    string `json:"build"`
	Revision string `json:"revision"`
	Time     string `json:"time"` // of the revision, as RFC 3339 has it
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	// API is the version of the XML-RPC interface.
	API string `json:"api"`
}

// thisBuild reads what the linker noted. ok is false in a binary without such notes.
func thisBuild(info *debug.BuildInfo, ok bool) build {
	b := build{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, API: rpc.APIVersion}
	if !ok {
		return b
	}
	b.Build = strings.Trim(info.Main.Version, "()") // (devel), if it is not known
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// text is for people: the version alone in the first line, the build in the second.
func (b build) text() string {
	revision := ""
	if b.Revision != "" {
		revision = " revision " + b.Revision[:min(12, len(b.Revision))]
		if b.Modified {
			revision += " with changes"
		}
	}
	return fmt.Sprintf("%s\nbuild %s%s, %s %s/%s\n", b.Version, cmp.Or(b.Build, "unknown"), revision, b.Go, b.OS, b.Arch)
}

func newVersion(stdout io.Writer) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		Example: "  supervisord version --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild(debug.ReadBuildInfo())
			if asJSON {
				return printJSON(stdout, b)
			}
			_, err := io.WriteString(stdout, b.text())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, with revision, API, Go, system")
	return cmd
}
