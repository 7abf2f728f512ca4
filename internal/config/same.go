package config

import "slices"

// SameGroup reports whether two groups mean the same: their own options, and every
// option of every process. Where the sections stand does not matter.
func SameGroup(a, b *Group) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Priority == b.Priority &&
		sameListener(a.Listener, b.Listener) &&
		(a.FastCGI == b.FastCGI || a.FastCGI != nil && b.FastCGI != nil && *a.FastCGI == *b.FastCGI) &&
		slices.EqualFunc(a.Programs, b.Programs, sameProgram)
}

func sameListener(a, b *Listener) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.BufferSize == b.BufferSize && a.ResultHandler == b.ResultHandler && slices.Equal(a.Events, b.Events)
}

func sameProgram(a, b Program) bool {
	if a.Name != b.Name || a.Program != b.Program || a.Group != b.Group || a.ProcessNum != b.ProcessNum {
		return false
	}
	for _, o := range programOptions.rows {
		if o.get(&a) != o.get(&b) {
			return false
		}
	}
	return true
}
