// Package order decides in which order processes start and stop.
//
// Groups start by ascending priority, those of equal priority by name, and the
// processes of a group in the order of the configuration: as Python's Supervisor does.
// A shutdown goes the other way, batch by batch. It is pure: it sorts what it is given.
package order
