package compat

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// killLeftovers kills what scripts' daemons started and left behind, known by a
// NAME=VALUE of its environment.
func killLeftovers(variable string) {
	want := []byte(variable)
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return // no /proc: nothing can be found
	}
	for _, file := range files {
		env, err := os.ReadFile(file)
		if err != nil {
			continue // another user's, or gone
		}
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if !bytes.Equal(v, want) {
				continue
			}
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err == nil && pid != os.Getpid() {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may just have ended
			}
		}
	}
}
