//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "the benchmarks read /proc and need Linux")
	os.Exit(1)
}
