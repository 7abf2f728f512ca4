package main

import (
	"io"

	"github.com/spf13/cobra"

	"supervisord/internal/config"
)

func newSchema(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of the configuration",
		Long: `schema prints a JSON schema (draft 2020-12) of an object whose members are the sections
of a configuration, and theirs the options: what a program that writes configurations, or an
editor, needs to know of them.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return printJSON(stdout, config.NewSchema()) },
	}
}
