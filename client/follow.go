package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"supervisord/internal/control"
)

// followBack is how far before its end a server shows a log if not asked otherwise, in
// bytes; Python's knows nothing else.
const followBack = 1024

// followChunk is the most that is yielded of a log at a time, in bytes.
const followChunk = 32 << 10

// FollowLog implements [API], over the server's /logtail. A Python Supervisor always
// begins 1024 bytes before the end, whatever back is. The sequence ends without an error
// when the server ends it. Whoever does not read it has to end ctx.
func (c *Client) FollowLog(ctx context.Context, log LogName, back int64) (iter.Seq2[[]byte, error], error) {
	body, err := c.openLog(ctx, log, back)
	if err != nil {
		return nil, err
	}
	return func(yield func([]byte, error) bool) {
		defer body.Close()
		buf := make([]byte, followChunk)
		for {
			n, err := body.Read(buf)
			if n > 0 && !yield(buf[:n], nil) {
				return
			}
			if err == io.EOF || ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", c.shown, err))
				return
			}
		}
	}, nil
}

// openLog asks for the stream of a log.
func (c *Client) openLog(ctx context.Context, log LogName, back int64) (io.ReadCloser, error) {
	body, err := c.openStream(ctx, logPath(log, back))
	if status, ok := errors.AsType[*HTTPError](err); ok && status.Status == http.StatusNotFound {
		return nil, c.whyNoLog(ctx, log)
	}
	return body, err
}

// openStream asks for an answer without an end. Only its beginning has to come within the
// client's timeout.
func (c *Client) openStream(ctx context.Context, path string) (io.ReadCloser, error) {
	until, cancel := context.WithCancelCause(ctx)
	if c.timeout > 0 {
		late := time.AfterFunc(c.timeout, func() { cancel(context.DeadlineExceeded) })
		defer late.Stop()
	}
	resp, err := c.get(until, path) //nolint:bodyclose // whoever reads the stream closes it
	if err != nil {
		if cause := context.Cause(until); cause != nil {
			err = fmt.Errorf("%s: %w", c.shown, cause)
		}
		cancel(nil)
		return nil, err
	}
	return cancelling{resp.Body, cancel}, nil
}

// cancelling is a body whose request is over once it has been closed.
type cancelling struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

// Close closes the body.
func (c cancelling) Close() error {
	c.cancel(nil)
	return c.ReadCloser.Close()
}

// get asks for a path beside that of XML-RPC.
func (c *Client) get(ctx context.Context, path string) (*http.Response, error) {
	address := strings.TrimSuffix(c.endpoint, "/RPC2") + path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return c.send(c.streams, req)
}

// logPath names a log as the server does.
func logPath(log LogName, back int64) string {
	path := "/mainlogtail"
	if !log.Main {
		path = "/logtail/" + url.PathEscape(log.Of.String()) + "/" + log.Stream.String()
	}
	if back != followBack {
		path += "?back=" + strconv.FormatInt(max(0, back), 10)
	}
	return path
}

// whyNoLog returns the fault behind a 404, which does not tell an unknown process from
// one that has no log.
func (c *Client) whyNoLog(ctx context.Context, log LogName) error {
	if !log.Main {
		_, err := c.TailLog(ctx, log, 0, 0)
		if fault, ok := errors.AsType[*control.Fault](err); ok {
			return fault
		}
	}
	return control.NewFault(control.NoFile, "")
}
