package ini_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/internal/config/ini"
)

// What is wanted is read as if all were.
func TestOnlyLeavesOutWholeSections(t *testing.T) {
	wanted := func(section string) bool { return section == "w" || section == ini.DefaultSection }
	for _, text := range []string{
		"[u]\na=1\nb=2\n[w]\nc=3\n",
		"[u]\na=1\n  [w]\n  x=y\n[w]\nc=3\n",             // a continued value that looks like a header
		"[u]\n  a=1\n  [w]\nc=3\n",                       // a header as deep as the key before it
		"[u]\na=1\n\n  [w]\n[w]\nc=3\n",                  // continued behind an empty line
		"[u]\na\n  [w]\nc=3\n",                           // no option, so nothing to continue
		"[u]\n; a=1\n  [w]\nc=3\n",                       // a comment neither
		"[u]\na ; =1\n  [w]\nc=3\n",                      // nor what only a comment makes an option
		"[u]\n  [w]\nc=3\n",                              // no option yet
		"[w]\nc=3\n[u]\na=1\n[w]\nd=4\n  5\n[u]\n b:2\n", // back and forth
		"[DEFAULT]\nd=0\n[u]\nd=1\n[w]\n",
		"a=1\n[u]\n[w]\nc=3\n",
	} {
		whole, part := new(ini.Document), &ini.Document{Only: wanted}
		whole.Read("file", []byte(text))
		part.Read("file", []byte(text))
		for _, name := range []string{"w", ini.DefaultSection} {
			d := cmp.Diff(whole.Section(name), part.Section(name), cmpopts.IgnoreUnexported(ini.Section{}))
			if d != "" {
				t.Errorf("%q, [%s]: -whole +part:\n%s", text, name, d)
			}
		}
		if part.Section("u") != nil {
			t.Errorf("%q: [u] was kept", text)
		}
	}
}
