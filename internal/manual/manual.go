package manual

// Page is a page of the manual.
//
// In texts a pair of backticks encloses what is typed as it stands.
type Page struct {
	Name    string // as man is asked for it: supervisord.conf
	Section int    // of the manual: 1 for commands, 5 for files
	Title   string // what it is about, in a line
	// Source says what the page is made from and how, for who wants to edit it.
	Source string
	Blocks []Block
}

// Block is a part of a page: one of the types of this package.
//
//sumtype:decl
type Block interface{ block() }

type (
	// Heading begins a part of the page.
	Heading string
	// Subheading begins a part of a part.
	Subheading string
	// Text is a paragraph.
	Text string
	// Code is shown line by line as it stands.
	Code string
	// Item is a row of a list: a term, which is typed as it stands, and what it means.
	Item struct{ Term, Text string }
)

func (Heading) block()    {}
func (Subheading) block() {}
func (Text) block()       {}
func (Code) block()       {}
func (Item) block()       {}
