package timestamp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output/timestamp"
)

var (
	zone = time.FixedZone("CET", 3600)
	at   = time.Date(2026, 3, 2, 9, 5, 1, 1_203_456, zone)
)

func text(t *testing.T, form string, at time.Time) string {
	t.Helper()
	l, err := timestamp.Parse(form)
	if err != nil {
		t.Fatalf("%q: %v", form, err)
	}
	return string(timestamp.NewClock(l).At(at))
}

func TestForms(t *testing.T) {
	for form, want := range map[string]string{
		"":                              "2026-03-02T09:05:01.001+01:00",
		"rfc3339ms":                     "2026-03-02T09:05:01.001+01:00",
		"rfc3339":                       "2026-03-02T09:05:01+01:00",
		"RFC3339Nano":                   "2026-03-02T09:05:01.001203456+01:00",
		"unix":                          "1772438701.001",
		"%Y-%m-%d %H:%M:%S":             "2026-03-02 09:05:01",
		"%F %T,%L":                      "2026-03-02 09:05:01,001",
		"%s.%N":                         "1772438701.001203456",
		"%f%%%L":                        "001203%001",
		"%a %A %b %B %h %e|%j|%y|%I %p": "Mon Monday Mar March Mar  2|061|26|09 AM",
		"%D %R %z %Z":                   "03/02/26 09:05 +0100 CET",
		"Jan 2006 é %M":                 "Jan 2006 é 05",
		"%%":                            "%",
		strings.Repeat("x", 126) + "%%": strings.Repeat("x", 126) + "%",
	} {
		if got := text(t, form, at); got != want {
			t.Errorf("%q: got %q, want %q", form, got, want)
		}
	}
	if got := text(t, "rfc3339", at.UTC()); got != "2026-03-02T08:05:01Z" {
		t.Errorf("UTC: got %q", got)
	}
	if got := string(timestamp.NewClock(timestamp.Layout{}).At(at)); got != "2026-03-02T09:05:01.001+01:00" {
		t.Errorf("zero Layout: got %q", got)
	}
}

func TestBadFormsAreRefused(t *testing.T) {
	for form, want := range map[string]string{
		"rfc822":                 `unknown form "rfc822": neither rfc3339, rfc3339ms, rfc3339nano or unix, nor a pattern with %`,
		"%":                      "ends in a single %",
		"%Y %":                   "ends in a single %",
		"%Q":                     "unknown directive %Q",
		"%é":                     "unknown directive %é",
		"%Y\n":                   "contains a control character, a quote or a backslash",
		`"%Y"`:                   "contains a control character, a quote or a backslash",
		`%Y\`:                    "contains a control character, a quote or a backslash",
		"%Y\xff":                 "contains a control character, a quote or a backslash",
		strings.Repeat("%%", 65): "longer than 128 bytes",
	} {
		_, err := timestamp.Parse(form)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", form, err, want)
		}
	}
}

// TestClockFollowsTime asks one Clock for many times, each of which a new one tells too.
func TestClockFollowsTime(t *testing.T) {
	l, err := timestamp.Parse("%A %T.%L %z")
	if err != nil {
		t.Fatal(err)
	}
	c := timestamp.NewClock(l)
	var got, want []string
	at := at
	for _, step := range []time.Duration{0, 0, time.Millisecond, 998 * time.Millisecond, time.Second, -time.Millisecond, time.Hour, 48 * time.Hour, time.Millisecond} {
		at = at.Add(step)
		got, want = append(got, string(c.At(at))), append(want, at.Format("Monday 15:04:05.000 -0700"))
	}
	got, want = append(got, string(c.At(at.UTC()))), append(want, at.UTC().Format("Monday 15:04:05.000 -0700"))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestIsNumber(t *testing.T) {
	for form, want := range map[string]bool{"": false, "unix": true, "Unix": true, "%s": false} {
		l, err := timestamp.Parse(form)
		if err != nil || l.IsNumber() != want {
			t.Errorf("%q: got %v, %v, want %v", form, l.IsNumber(), err, want)
		}
	}
}

func TestClockDoesNotAllocate(t *testing.T) {
	c, now := timestamp.NewClock(timestamp.Layout{}), at
	c.At(now)
	n := testing.AllocsPerRun(1000, func() {
		now = now.Add(300 * time.Millisecond)
		c.At(now)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzParse: what is accepted can be written, and is fit for a string in JSON.
func FuzzParse(f *testing.F) {
	f.Add("%Y-%m-%d %H:%M:%S")
	f.Add("rfc3339")
	f.Add("100%")
	f.Fuzz(func(t *testing.T, form string) {
		l, err := timestamp.Parse(form)
		if err != nil {
			return
		}
		if got := string(timestamp.NewClock(l).At(at)); strings.ContainsAny(got, "\"\\\n\r\x00") {
			t.Errorf("%q: got %q", form, got)
		}
	})
}

func BenchmarkClock(b *testing.B) {
	c, now := timestamp.NewClock(timestamp.Layout{}), at
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Microsecond)
		c.At(now)
	}
}
