package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/ctl"
)

// shells write the script with which a shell completes the command line of a command.
// The scripts call the command itself, which looks at its tables and asks the daemon.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

// names of this program, of which each has a script of its own.
var names = []string{"supervisord", "supervisorctl"}

// shellNames lists the shells as the help has them.
var shellNames = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL [NAME]",
		Short: "Print the script that completes command lines in a shell",
		Long: `completion prints a script for bash, zsh, fish or powershell that completes commands,
flags, verbs and the names of processes. NAME is supervisord, or supervisorctl for a link
of that name.`,
		Example: `  source <(supervisord completion bash)
  supervisord completion zsh supervisorctl > /usr/local/share/zsh/site-functions/_supervisorctl
  supervisord completion fish > ~/.config/fish/completions/supervisord.fish
  supervisord completion powershell | Out-String | Invoke-Expression`,
		Args: cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch len(args) {
			case 0:
				return shellNames, cobra.ShellCompDirectiveNoFileComp
			case 1:
				return names, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			generate, ok := shells[args[0]]
			if !ok {
				return fmt.Errorf("no completion for the shell %q; there is one for %s", args[0], strings.Join(shellNames, ", "))
			}
			if len(args) == 1 || args[1] == names[0] {
				return generate(cmd.Root(), stdout)
			}
			if args[1] != names[1] {
				return fmt.Errorf("this program is not called %q but %s", args[1], strings.Join(names, " or "))
			}
			return generate(ctl.NewCommand(names[1], ctl.SystemEnv()), stdout)
		},
	}
}
