// Package mainlog writes the daemon's own log in the form of Python's Supervisor, one
// line per record:
//
//	2026-11-22 10:05:01,123 INFO spawned: 'web' with pid 12
//
// It is a [log/slog] handler with Supervisor's seven levels. Records keep their
// message as it is, since people's log watchers match it; of the attributes only err is
// shown, behind the message. NewJSONHandler writes all of them; Messages hands on the text
// alone, for syslog.
package mainlog
