// Package startlimit knows the limit on open files that this process was started with.
//
// Go's syscall package raises the soft limit of the process while it initialises, and
// keeps the first value to itself: it gives it back to children, but nobody can ask for
// it. Python's Supervisor compares that first value with minfds, so we need it.
//
// The language initialises packages in the order of their import paths, each as soon as
// what it imports is ready. This package imports nothing and its path sorts before
// "syscall", so its variables are set first. It must therefore import nothing but unsafe,
// not even indirectly; its test fails when the order is lost.
package startlimit

// Limit is a resource limit. Both values are numbers of descriptors, or the largest
// uint64 for no limit.
type Limit struct {
	Soft, Hard uint64
}
