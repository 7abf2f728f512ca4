package syslog

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// connectTime is how long a server may take to answer, the name's lookup and the
// handshake of tls included.
const connectTime = 5 * time.Second

// connect is the dialer of the network. The link breaks with ctx.
func (ss *Servers) connect(ctx context.Context, t Target) (*link, error) {
	limited, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	var d net.Dialer
	switch t.Network {
	case "":
		return ss.connectLocal(ctx)
	case "udp":
		conn, err := d.DialContext(limited, "udp", t.address())
		if err != nil {
			return nil, err
		}
		if conn.LocalAddr().String() == conn.RemoteAddr().String() {
			_ = conn.Close() // what it would send, it would get
			return nil, fmt.Errorf("%s: connected to itself", t)
		}
		return newLink(ctx, conn, conn, datagrams), nil
	}
	raw, err := d.DialContext(limited, "tcp", t.address())
	if err != nil {
		return nil, err
	}
	if t.Network == "tcp" {
		return newLink(ctx, patient{raw}, raw, counted), nil
	}
	config := ss.TLS.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	config.ServerName = cmp.Or(config.ServerName, t.Host)
	conn := tls.Client(patient{raw}, config)
	if err := conn.HandshakeContext(limited); err != nil {
		_ = raw.Close() // that the handshake failed is the error that counts
		return nil, fmt.Errorf("tls with %s: %w", t.address(), err)
	}
	return newLink(ctx, conn, raw, counted), nil
}

// connectLocal tries the paths in order, each as the datagram socket that nearly every
// server has, and as a stream.
func (ss *Servers) connectLocal(ctx context.Context) (*link, error) {
	paths := ss.Local
	if len(paths) == 0 {
		paths = localPaths
	}
	var (
		d      net.Dialer
		failed error
	)
	for _, path := range paths {
		conn, err := d.DialContext(ctx, "unixgram", path)
		if err == nil {
			return newLink(ctx, conn, conn, datagrams), nil
		}
		if conn, err = d.DialContext(ctx, "unix", path); err == nil {
			return newLink(ctx, patient{conn}, conn, lines), nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("no local syslog server: %w", failed)
}
