package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
)

const (
	connectTimeout = 10 * time.Second
	// maxResponse bounds what a server may answer, in bytes: a log of the default
	// size, with room for what XML adds.
	maxResponse = 128 << 20
	// firstBuffer is how much of what a server announces is believed before it comes.
	firstBuffer = 4 << 20
)

// Options says where the supervisor is and who asks.
type Options struct {
	// ServerURL is unix:///path, or an http or https URL, as in the option serverurl of
	// Python's manual. /RPC2 is added to the path of an http URL unless it ends so.
	ServerURL string
	// Username and Password are sent with every call if Username is not empty. They
	// come before those in the URL.
	Username, Password string
	// Timeout bounds each call that does not wait for processes; zero means that only
	// the context does. A call that waits, and Call, only ever obey their context.
	Timeout time.Duration
	// CAFile is a file of certificates, in PEM, that are trusted in place of the system's
	// to vouch for an https server; empty for those of the system.
	CAFile string
}

// Client is the supervisor behind a URL. It keeps no connection between calls, and
// its methods may be called from any goroutine.
type Client struct {
	http     *http.Client
	streams  *http.Client // for answers without an end
	endpoint string
	shown    string // the server, in messages
	user     *url.Userinfo
	timeout  time.Duration
	most     int64 // bytes of an answer
}

var _ control.API = (*Client)(nil)

// New returns the client for a supervisor. Nothing is connected yet; the error says
// what is wrong with the URL.
func New(o Options) (*Client, error) {
	socket, isUnix := strings.CutPrefix(o.ServerURL, "unix://")
	u := &url.URL{}
	if !isUnix { // the path of a socket may hold what a URL may not
		var err error
		if u, err = url.Parse(o.ServerURL); err != nil {
			return nil, fmt.Errorf("server URL: %w", err)
		}
	}
	c := &Client{user: u.User, timeout: o.Timeout, most: maxResponse}
	if o.Username != "" {
		c.user = url.UserPassword(o.Username, o.Password)
	}
	dialer := &net.Dialer{Timeout: connectTimeout}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: connectTimeout,
		// A supervisor that ends must not wait for a client that has gone idle.
		DisableKeepAlives: true,
	}
	if o.CAFile != "" {
		roots, err := readCertificates(o.CAFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	switch {
	case socket != "" && isUnix:
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		}
		c.endpoint, c.shown = "http://localhost/RPC2", "unix://"+socket
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		c.shown = u.String()
		if !strings.HasSuffix(u.Path, "/RPC2") {
			u = u.JoinPath("RPC2")
		}
		c.endpoint = u.String()
	default:
		return nil, fmt.Errorf("server URL %q: must be unix:///path, http://host:port or https://host:port", o.ServerURL)
	}
	// Python's server sends a stream at once only to clients that do not ask it to close
	// the connection. These connections are not kept either.
	streaming := transport.Clone()
	streaming.DisableKeepAlives, streaming.MaxIdleConnsPerHost = false, -1
	c.http, c.streams = newHTTP(transport), newHTTP(streaming)
	return c, nil
}

func newHTTP(t *http.Transport) *http.Client {
	return &http.Client{
		Transport: t,
		// A redirect would take the password elsewhere, and turn POST into GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Call calls any method. Parameters are bool, int, int64, float64, string, []byte,
// time.Time, []any, map[string]any or nil; the result is one of these, never int.
func (c *Client) Call(ctx context.Context, method string, params ...any) (any, error) {
	return call(ctx, c, rpc.DecodeResponse, method, params...)
}

// call calls a method whose answer decode reads.
func call[T any](ctx context.Context, c *Client, decode func([]byte, rpc.Limits) (T, error), method string, params ...any) (none T, err error) {
	body, err := rpc.AppendRequest(nil, method, params...)
	if err != nil {
		return none, err
	}
	answer, err := c.post(ctx, body)
	if err != nil {
		return none, err
	}
	v, err := decode(answer, rpc.ResponseLimits)
	if _, ok := errors.AsType[*control.Fault](err); err != nil && !ok {
		return none, fmt.Errorf("%s: %s: %w: %w", c.shown, method, ErrMalformed, err)
	}
	return v, err
}

// post sends the body of a call and returns that of the answer.
func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/xml")
	resp, err := c.send(c.http, req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	answer.Grow(int(min(max(resp.ContentLength, 0), firstBuffer)) + bytes.MinRead)
	_, err = answer.ReadFrom(io.LimitReader(resp.Body, c.most+1))
	if err == nil && int64(answer.Len()) > c.most {
		err = errTooLong
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.shown, err)
	}
	return answer.Bytes(), nil
}

// send sends a request and returns the answer if its status is 200.
func (c *Client) send(over *http.Client, req *http.Request) (*http.Response, error) {
	if c.user != nil {
		password, _ := c.user.Password() // none is the empty one
		req.SetBasicAuth(c.user.Username(), password)
	}
	resp, err := over.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // ours names the server better
		}
		return nil, fmt.Errorf("%s: %w", c.shown, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	_ = resp.Body.Close() // the status says all
	if resp.StatusCode == http.StatusUnauthorized {
		return nil, fmt.Errorf("%s: %w", c.shown, ErrUnauthorized)
	}
	return nil, fmt.Errorf("%s: %w", c.shown, &HTTPError{resp.StatusCode})
}

// quick is Call for a method that does not wait for processes.
func (c *Client) quick(ctx context.Context, method string, params ...any) (any, error) {
	ctx, cancel := c.within(ctx)
	defer cancel()
	return c.Call(ctx, method, params...)
}

// within bounds ctx by the client's timeout, if it has one.
func (c *Client) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.timeout > 0 {
		return context.WithTimeout(ctx, c.timeout)
	}
	return ctx, func() {}
}
