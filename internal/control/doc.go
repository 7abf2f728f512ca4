// Package control is the one seam between those who own processes and those who
// command them.
//
// [API] is what the supervisor can be asked: the loop implements it, the client
// package implements it again over the network, and every face (XML-RPC, the command
// line, later the web) is a thin adapter around it. A request that cannot be met
// returns a [Fault], whose code and text are those of Supervisor's XML-RPC API; any
// other error means that the request did not get through.
package control
