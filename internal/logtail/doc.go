// Package logtail is the HTTP face on which logs are followed, as Python's Supervisor has
// it: GET /logtail/{name}, /logtail/{name}/stdout, /logtail/{name}/stderr and
// /mainlogtail answer with a log from 1024 bytes before its end, and then with what is
// written to it, for as long as the client listens.
//
// Python's supervisorctl tails with it, and so do browsers. The query ?back=N, which
// Python does not know, asks for another beginning.
package logtail
