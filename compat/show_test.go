//go:build unix

package compat

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// show is a program for a script to supervise. It prints its arguments as JSON,
// then stays until it is killed.
func show() {
	args, err := json.Marshal(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%s\n", args)
	time.Sleep(time.Hour)
}
