package main

import (
	"context"
	"os"
)

var sizeRow = &row{name: "stripped binary", unit: "MB", budgets: []budget{{one, 13}}}

var sizePhase = phase{
	name:    "size",
	how:     "build/supervisord; MB are 10^6 bytes",
	rows:    []*row{sizeRow},
	measure: measureSize,
}

func measureSize(_ context.Context, f *fleet) error {
	info, err := os.Stat(f.binary)
	if err != nil {
		return err
	}
	f.add(sizeRow, float64(info.Size())/1e6)
	return nil
}
