// Package syslog sends what programs write to syslog servers: to the one of this
// machine, or to another by udp, tcp or tls.
//
// Servers hands out a Sink per stream of a program. A Sink cuts the stream into lines
// and a line into messages that the protocol allows (RFC 3164 or RFC 5424), and puts
// them into the queue of its Target, which all sinks of that Target share. One
// goroutine per Target connects, sends, and connects again with growing pauses.
//
// Write never waits for a server. The queue has a limit in messages and in bytes; what
// comes when it is full is dropped, counted, and said in the log once when it begins
// and once, with the number, when the server keeps up again. Every message is in one of
// three counters of Stat: queued, sent or dropped.
//
// What "sent" means depends on the way:
//
//   - The local server's datagrams are in its own queue. A dead server refuses them, so
//     a message is lost only if the server dies before it reads its queue.
//   - Over tcp and tls, and over a local stream, the system has taken all bytes of the
//     message. A message that it took in part only is sent again on the next
//     connection; the server drops the piece, since each message is preceded by its
//     length. A closed connection is noticed before the next message. So nothing is
//     lost when a server dies between messages. What was on its way when it died, or
//     was received and not read, is lost without a count: syslog knows no
//     acknowledgement.
//   - A datagram over udp has left. If the server's machine says at once that nobody
//     listens, as loopback does, the message is kept and sent again. An answer that
//     comes later belongs to an unknown earlier datagram: it only makes the next one
//     wait. A datagram that the network or a full receive buffer drops is lost without
//     a count.
package syslog
