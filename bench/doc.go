// Command bench measures the daemon's budgets (architecture, section 11), side by side
// with Python's daemon and with a bare C loop, and prints one table:
//
//	go run ./bench [-quick] [-only start,idle] [-rounds 3]
//
// It measures build/supervisord, so build that first; `make bench` does. Nothing fails
// on time. The machine may be busy with other things, so the contenders take turns, a
// ratio is the median of the ratios of each round, and where a budget is CPU time the
// kernel's clock of that process is read, which counts in nanoseconds and leaves out
// the time of others.
//
// Start reading at experiments, which lists what is measured; a phase says how.
package main
