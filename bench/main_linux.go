package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	binary string
	rounds int
	quick  bool
	only   map[string]bool // phases; empty means all
}

func run(ctx context.Context) error {
	var o options
	var only string
	flag.StringVar(&o.binary, "supervisord", "build/supervisord", "the `binary` to measure")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each contender takes its turn")
	flag.BoolVar(&o.quick, "quick", false, "fewer programs and shorter times, to see that it works: the numbers are not those of the budgets")
	flag.StringVar(&only, "only", "", "measure these `phases` only, separated by commas: "+strings.Join(phaseNames(), ","))
	flag.Parse()
	if o.quick {
		o.rounds = 1
	}
	if only != "" {
		o.only = make(map[string]bool)
		for name := range strings.SplitSeq(only, ",") {
			o.only[name] = true
		}
	}
	if err := knownPhases(o.only); err != nil {
		return err
	}
	l, err := newLab(ctx, o)
	if err != nil {
		return err
	}
	defer l.close()
	r := newResults()
	failed := l.measure(ctx, r)
	r.print(os.Stdout, l.notes)
	return failed
}
