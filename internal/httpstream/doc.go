// Package httpstream looks after answers over HTTP that have no end of their own: how
// many there are at a time, and that they end in order when the server does.
package httpstream
