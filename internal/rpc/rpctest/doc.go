// Package rpctest helps to test what speaks XML-RPC, at either end: a supervisor in
// memory that behaves, and a Python Supervisor of our own to compare with.
package rpctest
