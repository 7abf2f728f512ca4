//go:build !amd64

package output

// markBlocks sets in each of marks which bytes of its block are special. The text is that
// long at least.
func markBlocks(marks []uint64, text []byte) { markWords(marks, text) }
