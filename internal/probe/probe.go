package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Patience is how long one question may take.
const Patience = 5 * time.Second

// TCP returns nil if somebody accepts connections at host:port.
func TCP(ctx context.Context, address string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// HTTP returns nil if a GET of a URL is answered with a status from 200 to 399. It
// follows no redirection and reads no body.
func HTTP(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true, Proxy: nil, MaxResponseHeaderBytes: 64 << 10}
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close() // its status is known
	if resp.StatusCode < 200 || resp.StatusCode > 399 {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return nil
}

// Until asks until the answer is nil, and returns then. The pause between two questions
// grows from a twentieth of a second to one second. When ctx ends it returns the last answer.
func Until(ctx context.Context, ask func(ctx context.Context) error) error {
	const shortest, longest = 50 * time.Millisecond, time.Second
	for pause := shortest; ; pause = min(2*pause, longest) {
		err := once(ctx, ask)
		if err == nil {
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func once(ctx context.Context, ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return ask(ctx)
}
