// Package probe asks programs from outside whether they are up: by a connection, or by an
// HTTP request. [Until] asks again and again until the answer is yes.
package probe
