package ctl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Abbreviate lets the beginning of a long flag stand for it where no other flag begins
// so, as Python's getopt does: --nodaem is --nodaemon. Of flags that begin with another,
// it is that: --pass is --password, beside --password-file. All flags must have been
// defined.
func Abbreviate(set *pflag.FlagSet) {
	set.SetNormalizeFunc(func(set *pflag.FlagSet, name string) pflag.NormalizedName {
		if names := beginningWith(set, name); len(names) == 1 {
			return pflag.NormalizedName(names[0])
		}
		return pflag.NormalizedName(name)
	})
}

// beginningWith returns the names of the flags that begin so; of the flag alone if it
// is one.
func beginningWith(set *pflag.FlagSet, name string) []string {
	var names []string
	exact := false
	set.VisitAll(func(f *pflag.Flag) {
		exact = exact || f.Name == name
		if strings.HasPrefix(f.Name, name) {
			names = append(names, f.Name)
		}
	})
	if exact || name == "" {
		return []string{name}
	}
	for _, short := range names {
		if !slices.ContainsFunc(names, func(n string) bool { return !strings.HasPrefix(n, short) }) {
			return []string{short}
		}
	}
	return names
}

// ExplainFlag adds to an error of the flags which ones an abbreviation may stand for.
func ExplainFlag(set *pflag.FlagSet, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	if names := beginningWith(set, unknown.GetSpecifiedName()); len(names) > 1 {
		return fmt.Errorf("%w; it may be --%s", err, strings.Join(names, " or --"))
	}
	return err
}
