// Package rpc speaks XML-RPC: a codec for both ends, and a handler that offers
// [control.API] under the method names of Supervisor's API.
//
// # Values
//
// Decoding gives bool, int64 (int, i4, i8), float64, string, []byte (base64),
// [time.Time] (dateTime.iso8601, taken as UTC), []any, map[string]any and nil.
// Encoding takes the same, and also int and [Struct], whose members keep their order.
// An integer that needs more than 32 bits is written as i8, which Python's client
// reads; the fields of Supervisor's API that clients hold in 32 bits are capped where
// they are made.
//
// # Text that XML cannot carry
//
// XML 1.0 has no place for most control characters, not even as a reference, and logs
// are full of them: a colour begins with ESC. Python's server writes them as they are,
// and its own client then refuses the whole answer. Here every character which XML 1.0
// forbids, and every byte that is not UTF-8, is written as U+FFFD, so that the rest of
// the text arrives. A carriage return is written as &#13; and survives.
//
// A request with such characters is refused. An answer may contain them, so that a
// client of this package can read the logs of Python's server.
//
// # Untrusted input
//
// The decoder reads only the part of XML that XML-RPC needs. A document type is an
// error, so there are no entities beyond the five that XML defines; depth and number
// of values are bounded by [Limits], size by whoever reads the body.
package rpc
