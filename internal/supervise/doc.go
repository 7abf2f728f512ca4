// Package supervise owns the processes.
//
// A [Loop] is one goroutine that holds the state of every process and of every group.
// What happens (a child died, a deadline passed, a client asked) reaches it as an input
// over a channel; it asks the pure packages process and order what follows, keeps the
// new state, publishes a snapshot of it for readers, and carries out the effects. The
// loop itself never blocks: forking, waiting for output and opening logs happen in a
// [Runner] and come back as inputs, and a client that waits does so on its own
// goroutine.
//
// How children are run is not known here. Package runner runs real ones; the tests have
// some that live in fake time.
//
// Loop implements control.API. Start reading in loop.go.
package supervise
