// Package client commands a supervisor over XML-RPC: one of ours or a Python
// Supervisor, through a unix socket or over TCP.
//
//	c, err := client.New(client.Options{ServerURL: "unix:///run/supervisor.sock"})
//	…
//	infos, err := c.Status(ctx, client.All())
//
// A [Client] has the methods of [API], which the supervisor itself has too. An error is
// one of these, to be told apart with errors.Is and errors.As:
//
//   - a [*Fault]: the supervisor understood and refused;
//   - fs.ErrNotExist or syscall.ECONNREFUSED: nobody listens;
//   - [ErrUnauthorized]: user name or password are missing or wrong;
//   - a [*HTTPError]: the server answered, but not to XML-RPC;
//   - that of the context, or of the connection.
//
// XML cannot carry every byte. What a log or a message holds beyond the text that XML
// allows arrives as U+FFFD from our supervisor; see package rpc.
package client
