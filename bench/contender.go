package main

// contender is one of those that are compared.
type contender int

const (
	ours contender = iota
	python
	cloop
	contenders // how many there are
)

// String returns the heading of the contender's column.
func (c contender) String() string { return [...]string{"ours", "Python", "C loop"}[c] }
