package testenv

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxReply bounds what a Client reads of one reply, in bytes.
const maxReply = 64 << 20

// Fault is the error a server answers with.
type Fault struct {
	Code   int64
	String string
}

func (f *Fault) Error() string { return fmt.Sprintf("fault %d %s", f.Code, f.String) }

// HTTPError is a reply whose HTTP status is not 200.
type HTTPError struct{ Status int }

func (e *HTTPError) Error() string { return fmt.Sprintf("http %d", e.Status) }

// Client calls the XML-RPC methods of one server.
// Set User and Password before use if the server asks for them.
type Client struct {
	User, Password string

	http *http.Client
	base string
}

// Dial returns a client for a unix socket (network "unix", address a path) or a
// TCP server (network "tcp", address host:port). Nothing is connected yet.
func Dial(network, address string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	host := address
	if network == "unix" {
		host = "localhost"
	}
	return &Client{
		base: "http://" + host,
		http: &http.Client{
			// No kept connection: a daemon that ends must not wait for us.
			Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
			Timeout:   60 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
	}
}

// Do sends one HTTP request for path (with its query) and returns the reply with
// its body read. Redirects are returned, not followed.
func (c *Client) Do(ctx context.Context, method, path string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "text/xml")
	}
	if c.User != "" {
		req.SetBasicAuth(c.User, c.Password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	return resp, text, err
}

// Call calls method. Parameters and results are bool, int64, float64, string,
// []byte, []any and map[string]any (parameters may also be int). The error is a
// *Fault, a *HTTPError, or what the connection or the parser said.
func (c *Client) Call(ctx context.Context, method string, params ...any) (any, error) {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\"?>\n<methodCall><methodName>")
	escape(&b, method)
	b.WriteString("</methodName><params>")
	for _, p := range params {
		b.WriteString("<param>")
		if err := encode(&b, p); err != nil {
			return nil, err
		}
		b.WriteString("</param>")
	}
	b.WriteString("</params></methodCall>\n")
	resp, text, err := c.Do(ctx, http.MethodPost, "/RPC2", b.Bytes()) //nolint:bodyclose // Do has read and closed it
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &HTTPError{resp.StatusCode}
	}
	return decodeReply(text)
}

func escape(b *bytes.Buffer, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a Buffer does not fail
}

func encode(b *bytes.Buffer, v any) error {
	b.WriteString("<value>")
	switch v := v.(type) {
	case bool:
		n := 0
		if v {
			n = 1
		}
		fmt.Fprintf(b, "<boolean>%d</boolean>", n)
	case int, int64:
		fmt.Fprintf(b, "<int>%d</int>", v)
	case float64:
		fmt.Fprintf(b, "<double>%v</double>", v)
	case string:
		b.WriteString("<string>")
		escape(b, v)
		b.WriteString("</string>")
	case []any:
		b.WriteString("<array><data>")
		for _, e := range v {
			if err := encode(b, e); err != nil {
				return err
			}
		}
		b.WriteString("</data></array>")
	case map[string]any:
		b.WriteString("<struct>")
		for _, k := range sortedKeys(v) {
			b.WriteString("<member><name>")
			escape(b, k)
			b.WriteString("</name>")
			if err := encode(b, v[k]); err != nil {
				return err
			}
			b.WriteString("</member>")
		}
		b.WriteString("</struct>")
	default:
		return fmt.Errorf("xml-rpc cannot carry a %T", v)
	}
	b.WriteString("</value>")
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// node is an element with its text and its children.
type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []node `xml:",any"`
}

func (n *node) child(path ...string) *node {
	for _, name := range path {
		i := slices.IndexFunc(n.Nodes, func(c node) bool { return c.XMLName.Local == name })
		if i < 0 {
			return &node{}
		}
		n = &n.Nodes[i]
	}
	return n
}

func decodeReply(text []byte) (any, error) {
	var root node
	if err := xml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("xml-rpc reply: %w", err)
	}
	if root.XMLName.Local != "methodResponse" {
		return nil, fmt.Errorf("xml-rpc reply is a <%s>", root.XMLName.Local)
	}
	if f := root.child("fault", "value"); f.XMLName.Local != "" {
		v, err := decode(f)
		if err != nil {
			return nil, err
		}
		m, _ := v.(map[string]any)
		code, ok1 := m["faultCode"].(int64)
		str, ok2 := m["faultString"].(string)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("xml-rpc fault is %v", v)
		}
		return nil, &Fault{code, str}
	}
	return decode(root.child("params", "param", "value"))
}

func decode(value *node) (any, error) {
	if value.XMLName.Local != "value" {
		return nil, errors.New("xml-rpc reply has no <value>")
	}
	if len(value.Nodes) == 0 {
		return value.Text, nil // a bare <value> is a string
	}
	n := &value.Nodes[0]
	switch n.XMLName.Local {
	case "string":
		return n.Text, nil
	case "int", "i4":
		return strconv.ParseInt(strings.TrimSpace(n.Text), 10, 32)
	case "boolean":
		return strings.TrimSpace(n.Text) == "1", nil
	case "double":
		return strconv.ParseFloat(strings.TrimSpace(n.Text), 64)
	case "base64":
		return base64.StdEncoding.DecodeString(strings.TrimSpace(n.Text))
	case "array":
		list := []any{}
		data := n.child("data")
		for i := range data.Nodes {
			v, err := decode(&data.Nodes[i])
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case "struct":
		m := map[string]any{}
		for i := range n.Nodes {
			v, err := decode(n.Nodes[i].child("value"))
			if err != nil {
				return nil, err
			}
			m[n.Nodes[i].child("name").Text] = v
		}
		return m, nil
	}
	return nil, fmt.Errorf("xml-rpc reply has a <%s>", n.XMLName.Local)
}
