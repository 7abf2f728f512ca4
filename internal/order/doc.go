// Package order decides in which order processes start and stop.
//
// Groups start by ascending priority, those of equal priority by name, and the
// processes of a group in the order of the configuration: as Python's Supervisor does.
// A shutdown goes the other way, batch by batch. Dependencies come before priorities: what
// is needed starts first and stops last. It is pure: it sorts and judges what it is given.
package order
