//go:build arm64 || riscv64 || loong64

package startlimit

const sysPrlimit64 = 261
