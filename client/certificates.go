package client

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxCertificates bounds a file of certificates, in bytes; those of a whole system take a
// quarter of it.
const maxCertificates = 1 << 20

// readCertificates reads the certificates of a file.
func readCertificates(path string) (*x509.CertPool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCertificates+1))
	if err == nil && len(text) > maxCertificates {
		err = errors.New("the file is too long")
	}
	if err != nil {
		return nil, fmt.Errorf("certificates: %s: %w", path, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("certificates: %s: no certificate in PEM", path)
	}
	return roots, nil
}
