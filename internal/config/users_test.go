package config

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLookupUser(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Skip(err)
	}
	want, err := LookupUser(me.Username)
	if err != nil {
		t.Fatal(err)
	}
	if strconv.Itoa(want.UID) != me.Uid || want.Home != me.HomeDir || len(want.Groups) == 0 || want.Groups[0] != want.GID {
		t.Errorf("got %+v of %+v", want, me)
	}
	byNumber, err := LookupUser(me.Uid)
	if diff := cmp.Diff(want, byNumber); diff != "" {
		t.Errorf("by number: %v\n%s", err, diff)
	}
	group, err := LookupGroup(me.Gid)
	if err != nil || group.GID != want.GID {
		t.Errorf("group: got %+v, %v", group, err)
	}
	for _, name := range []string{"", "-h", "no such user", "4294967295"} {
		if u, err := LookupUser(name); err == nil {
			t.Errorf("%q: got %+v", name, u)
		}
		if g, err := LookupGroup(name); err == nil {
			t.Errorf("%q: got %+v", name, g)
		}
	}
}

func TestGetentKnowsTheSame(t *testing.T) {
	if _, err := exec.LookPath("getent"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	want, err := LookupUser("root")
	if err != nil {
		t.Skip(err)
	}
	got, err := getentUser("root")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
