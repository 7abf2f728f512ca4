//go:build !unix

package host

// SealDescriptors does nothing: a program inherits only what it is given.
func SealDescriptors() error {
	return nil
}
