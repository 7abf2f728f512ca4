package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"supervisord/internal/event"
)

// maxAnswer is how much of an answer is read, so that its connection can be used again.
const maxAnswer = 64 << 10

// body is what is posted.
type body struct {
	Server  string `json:"server"`
	Host    string `json:"host"`
	Webhook string `json:"webhook"`
	event.Record
}

// delivery is an event on its way, the same at each attempt.
type delivery struct {
	header http.Header
	body   []byte
}

// prepare writes and signs the body of an event.
func (h *Hook) prepare(e event.Event) (delivery, error) {
	text, err := json.Marshal(body{Server: h.o.Server, Host: h.o.Host, Webhook: h.o.Name, Record: e.Record()})
	if err != nil {
		return delivery{}, err
	}
	d := delivery{body: text, header: http.Header{
		"Content-Type":          {"application/json"},
		"User-Agent":            {"supervisord"},
		"X-Supervisor-Event":    {string(e.Type)},
		"X-Supervisor-Serial":   {strconv.FormatUint(e.Serial, 10)},
		"X-Supervisor-Delivery": {rand.Text()},
	}}
	if h.o.Secret != "" {
		d.header.Set("X-Supervisor-Signature", Signature(h.o.Secret, text))
	}
	return d, nil
}

// Signature returns the value of the header X-Supervisor-Signature for a body.
func Signature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body) // a hash takes all
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// post makes one attempt.
func (h *Hook) post(ctx context.Context, d delivery) error {
	ctx, cancel := context.WithTimeout(ctx, h.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address.String(), bytes.NewReader(d.body))
	if err != nil {
		return err
	}
	req.Header = d.header.Clone()
	resp, err := h.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the other shows the URL
		}
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // the status says all
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return &statusError{status: resp.StatusCode, retryAfter: retryAfter(resp.Header.Get("Retry-After"))}
}
