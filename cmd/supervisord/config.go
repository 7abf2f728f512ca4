package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"supervisord/internal/config"
)

func newConfig(stdout, stderr io.Writer) *cobra.Command {
	var f configFlags
	secrets := false
	cmd := &cobra.Command{
		Use:   "config [-c FILE] [--json] [--show-secrets]",
		Short: "Show the configuration as it is understood, and where each value comes from",
		Long: `config prints every option of every section of a configuration: included files are one,
expressions are evaluated, inherited values stand where they count. What it prints can be
loaded; a comment behind each value says where it comes from. Passwords, variables of the
environment that look like secrets (PASSWORD, SECRET, TOKEN, KEY and the like) and passwords
in URLs are masked. The exit code is 2 if the configuration cannot be used.`,
		Example: "  supervisord config -c supervisord.conf\n  supervisord config --show-secrets > one-file.conf",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			show := config.MaskSecrets
			if secrets {
				show = config.ShowSecrets
			}
			effective, problems := config.Explain(o, show)
			if err := problems.Err(); err != nil {
				complain(stderr, "%v\n", err)
				return exitCode(exitUsage)
			}
			for _, p := range problems {
				complain(stderr, "warning: %s\n", p)
			}
			if f.json {
				return printJSON(stdout, effective)
			}
			_, err = fmt.Fprint(stdout, effective)
			return err
		},
	}
	f.define(cmd)
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "do not mask passwords")
	return cmd
}
