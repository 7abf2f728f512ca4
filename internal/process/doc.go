// Package process decides what happens next to one supervised process.
//
// It is a pure function and nothing else: [Next] takes a program's [Policy], the
// [State] of its process, the time and one [Input], and returns the state that
// follows and the [Effect] values the caller must carry out, in order. It starts no
// goroutine, reads no clock and touches no operating system, so the whole life of a
// process can be tested, printed and replayed.
//
//	next, effects := process.Next(policy, state, now, process.Start{})
//
// The caller owns time: when [State.Deadline] is not zero it must send a [Tick] at
// that moment or later. It owns children too: it answers every [Spawn] with exactly
// one [Spawned] or [SpawnFailed], and every Spawned with exactly one [Died]. In
// return Next never asks for a second child while one is alive or on its way.
//
// The phases, their numbers and the edges between them are those of Python's
// Supervisor, whose own Subprocess class is the oracle of the tests.
package process
