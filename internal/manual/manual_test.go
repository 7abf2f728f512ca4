package manual_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/manual"
)

// page has everything that could be taken for a command of roff or of Markdown.
var page = manual.Page{
	Name: "x.conf", Section: 5, Title: "files of `x`", Source: "Made by hand.",
	Blocks: []manual.Block{
		manual.Heading("Names of `[x]`"),
		manual.Text(".begins with a dot, `'quoted' -f`, <b> \\n a_b*c ~^ … \"x\""),
		manual.Subheading("More"),
		manual.Code("'a\n.b\tc\n\nx -y\n"),
		manual.Item{Term: "-f, --file FILE", Text: "the `file`"},
		manual.Item{Term: "'", Text: "' begins it"},
		manual.Text("end"),
	},
}

func TestRoff(t *testing.T) {
	want := `.\" Made by hand.
.TH X.CONF 5 "" supervisord
.SH NAME
x.conf \- files of \fBx\fR
.SH NAMES OF \fB[x]\fR
.PP
\&.begins with a dot, \fB\(aqquoted\(aq \-f\fR, <b> \en a_b*c \(ti\(ha \[u2026] \(dqx\(dq
.SS More
.PP
.RS 4
.nf
\(aqa
\&.b c

x \-y
.fi
.RE
.TP
\fB\-f, \-\-file FILE\fR
the \fBfile\fR
.TP
\fB\(aq\fR
\(aq begins it
.PP
end
`
	if d := cmp.Diff(want, page.Roff()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestMarkdown(t *testing.T) {
	want := "<!-- Made by hand. -->\n\n# x.conf\n\nFiles of `x`.\n\n## Names of `[x]`\n\n" +
		".begins with a dot, `'quoted' -f`, \\<b> \\\\n a\\_b\\*c ~^ … \"x\"\n\n### More\n\n" +
		"```\n'a\n.b\tc\n\nx -y\n```\n\n- `-f, --file FILE`: the `file`\n- `'`: ' begins it\n\nend\n"
	if d := cmp.Diff(want, page.Markdown()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
