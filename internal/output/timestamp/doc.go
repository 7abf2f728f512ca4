// Package timestamp writes times in the form that a user has asked for by a name or by
// a pattern of strftime(3). The configuration checks such forms with [Parse]; a [Clock]
// writes them into logs, at the price of a copy for as long as the second is the same.
package timestamp
