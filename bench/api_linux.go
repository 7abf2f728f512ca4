package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// call makes one XML-RPC call without arguments over the daemon's socket, with a
// connection of its own, and reads the whole answer. It returns the time that took.
// The answer is not decoded: that is the client's work.
func (f *fleet) call(ctx context.Context, method string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(f.home, "sock"))
		},
	}}
	body := "<?xml version='1.0'?><methodCall><methodName>supervisor." + method + "</methodName><params></params></methodCall>"
	begun := monotonic()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/RPC2", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "text/xml")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	answer, err := io.ReadAll(resp.Body)
	err = errors.Join(err, resp.Body.Close())
	took := since(begun)
	if err == nil && (resp.StatusCode != http.StatusOK || bytes.Contains(answer, []byte("<fault>"))) {
		err = fmt.Errorf("%s: %s %.500s", method, resp.Status, answer)
	}
	return took, err
}
