//go:build !linux

package host

// ReserveDescriptors does nothing here: only on Linux a table of descriptors that grows
// stops the program.
func ReserveDescriptors(int) {}
