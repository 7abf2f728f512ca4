package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"supervisord/internal/config"
)

// exitRefused is the exit code of init when it has not written a file.
const exitRefused = 1

func newInit(stdout, stderr io.Writer) *cobra.Command {
	file, minimal := config.ConfigName, false
	cmd := &cobra.Command{
		Use:   "init [-o FILE] [--minimal]",
		Short: "Write a sample configuration",
		Long: `init writes a configuration in which every option of every section stands as a comment,
with its default and its meaning. It makes a daemon that can be talked to at once; add
programs. A file that exists is left alone, with exit code 1. Only its owner can read the
new file, since passwords go into it.`,
		Example: "  supervisord init\n  supervisord init --minimal -o web.conf\n  supervisord init -o - | less",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			text := config.Sample()
			if minimal {
				text = config.MinimalSample()
			}
			if file == "-" {
				_, err := io.WriteString(stdout, text)
				return err
			}
			err := writeNew(file, text)
			if errors.Is(err, os.ErrExist) {
				err = fmt.Errorf("%s is there already, and stays as it is; -o FILE writes another", file)
			}
			if err != nil {
				complain(stderr, "Error: %v\n", err)
				return exitCode(exitRefused)
			}
			_, err = fmt.Fprintf(stdout, "wrote %s\n", file)
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", file, "the `file` to write; - is standard output")
	cmd.Flags().BoolVar(&minimal, "minimal", false, "write only what a daemon needs")
	return cmd
}

// writeNew writes a file that does not exist yet. It leaves none behind if it cannot write
// all of it.
func writeNew(file, text string) error {
	const onlyOwner = 0o600
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, onlyOwner)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}
