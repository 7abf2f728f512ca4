// Package testenv holds what tests of several packages share: a small XML-RPC
// client that knows nothing of our own codec, the one place where volatile text
// (pids, dates, paths) is scrubbed, golden files, configurations that are edited at
// random, terminals whose screens can be compared with them, logs that can be read while
// they are written, ports that stay free, and how long to wait for anything.
//
// The client is written apart from internal/rpc on purpose. A test that used our
// codec on both sides could not see a mistake which the two sides share.
package testenv
