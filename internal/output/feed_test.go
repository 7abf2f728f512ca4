package output_test

import (
	"strings"
	"testing"

	"supervisord/internal/output"
)

func TestFeedCutsNoCharacter(t *testing.T) {
	const most = 64 << 10
	for _, tt := range []struct {
		name     string
		in, want []string
	}{
		{"whole", []string{"a", "é"}, []string{"a", "é"}},
		{"cut", []string{"h\xc3", "\xa9llo\n"}, []string{"h", "éllo\n"}},
		{"byte by byte", []string{"\xf0", "\x9d", "\x84", "\x9e"}, []string{"𝄞"}},
		{"at the end", []string{"a\xf0\x9d\x84"}, []string{"a", "\xf0\x9d\x84"}},
		{"binary", []string{"\xff", "\x80\x80\x80\x80", "\xc3\xff"}, []string{"\xff", "\x80\x80\x80\x80", "\xc3\xff"}},
		{"long", []string{strings.Repeat("x", 2*most+1)}, []string{strings.Repeat("x", most), strings.Repeat("x", most), "x"}},
		{"long with a character at the cut", []string{strings.Repeat("x", most-1) + "éa"}, []string{strings.Repeat("x", most-1), "éa"}},
		{"long after a cut", []string{"\xc3", "\xa9" + strings.Repeat("x", most)}, []string{"é" + strings.Repeat("x", most-2), "xx"}},
	} {
		var got []string
		f := output.NewFeed(func(p []byte) { got = append(got, string(p)) })
		s := output.NewStream(output.StreamOptions{Taps: []output.Sink{f}})
		for _, c := range tt.in {
			_, err := s.Write([]byte(c))
			noError(t, err)
		}
		noError(t, s.Flush())
		want(t, got, tt.want)
		noError(t, s.Close())
		want(t, len(got), len(tt.want))
		if t.Failed() {
			t.Fatal(tt.name)
		}
	}
}
