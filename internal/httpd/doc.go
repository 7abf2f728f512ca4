// Package httpd opens the daemon's HTTP servers and guards what is mounted on them.
//
// A [Spec] is one [unix_http_server] or [inet_http_server] section. [Listen] binds it, with
// package unixsocket if need be, [Server.Serve] answers requests until [Server.Shutdown].
// What is answered is the caller's business: one http.Handler, usually a mux with all faces.
//
// A request passes, in this order: the connection limit, the header limits, the access
// log, authentication, the protection against requests that other web sites make a
// browser send, the limits on the body, the handler. Nothing is reachable before
// authentication, not even OPTIONS *.
//
// # What is not covered
//
// The limit on connections is one per server and not one per client: whoever can
// connect can hold all of them, each for as long as the timeouts of [Limits] allow, and
// others wait in the kernel's queue meanwhile. A unix socket keeps such people out by
// its mode; for TCP use a firewall.
//
// The Host header is not checked, so a name that resolves to 127.0.0.1 (DNS rebinding)
// makes a browser treat this server as that name's origin. Without a password that web
// site can do what the user can; with one it cannot, since a browser stores a password
// for one origin.
package httpd
