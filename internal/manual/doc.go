// Package manual writes pages of the manual, as Markdown for docs/ and as roff for man.
//
// A [Page] is made from a table (of verbs, flags or options) by whoever owns the table,
// so that what is documented is what is there. Only generators use it: nothing of it is
// in the binary.
package manual
