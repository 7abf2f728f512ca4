package client_test

import (
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supervisord/client"
	"supervisord/internal/rpc"
)

// An https server is trusted for a certificate in CAFile, and not without.
func TestCAFile(t *testing.T) {
	server := httptest.NewUnstartedServer(rpc.NewHandler(supervisor(), slog.New(slog.DiscardHandler)))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the client that does not trust it
	server.StartTLS()
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newClient(t, client.Options{ServerURL: server.URL, CAFile: file}).Status(t.Context(), client.All()); err != nil {
		t.Errorf("with CAFile: %v", err)
	}
	if _, err := newClient(t, client.Options{ServerURL: server.URL}).Status(t.Context(), client.All()); err == nil {
		t.Error("without CAFile: no error")
	}
}

func TestBadCAFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "long": strings.Repeat("x", 1<<20+1)} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := client.New(client.Options{ServerURL: "https://h", CAFile: file}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: error is %v, want one that names the file", name, err)
		}
	}
}
