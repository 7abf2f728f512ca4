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

func TestLookupIdentity(t *testing.T) {
	root, err := LookupUser("0")
	if err != nil {
		t.Skip(err)
	}
	other, err := LookupGroup("1")
	if err != nil {
		t.Skip(err)
	}
	joined := root
	joined.GID = other.GID
	for name, want := range map[string]User{root.Name: root, root.Name + ":" + other.Name: joined, "0:1": joined} {
		got, err := LookupIdentity(name)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for _, name := range []string{"", ":1", "0:", "0:no such group", "no such user:1"} {
		if got, err := LookupIdentity(name); err == nil {
			t.Errorf("%q: got %+v", name, got)
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
