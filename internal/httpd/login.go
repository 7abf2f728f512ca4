package httpd

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// login is the one user of a server. It keeps hashes only, so that comparing takes the
// same time whatever a client sends.
type login struct {
	user     [sha256.Size]byte
	password []byte
	hash     func(password string) []byte
}

// newLogin returns nil if the section asks for no authentication. Python's text for a
// user without a password, or the reverse.
func newLogin(spec Spec, log *slog.Logger) (*login, error) {
	if spec.Username == "" && spec.Password == "" {
		return nil, nil
	}
	if spec.Username == "" || spec.Password == "" {
		return nil, fmt.Errorf("Section [%s] contains incomplete authentication: If a username or a password "+ //nolint:staticcheck // Python's text
			"is specified, both the username and password must be specified", spec.Section)
	}
	l := &login{user: sha256.Sum256([]byte(spec.Username)), hash: sha2}
	digits, isHash := strings.CutPrefix(spec.Password, "{SHA}")
	if !isHash {
		l.password = sha2(spec.Password)
		return l, nil
	}
	l.hash = sha1Sum
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != sha1.Size {
		// Python starts, too. No sum has this length, so nothing gets in.
		log.Warn("nobody can log in: {SHA} in password is not followed by 40 hexadecimal digits")
		sum = nil
	}
	l.password = sum
	return l, nil
}

// sha2 hashes a plain password for comparing; nothing of it is stored.
func sha2(password string) []byte {
	sum := sha256.Sum256([]byte(password))
	return sum[:]
}

// sha1Sum is what Python's {SHA} means.
func sha1Sum(password string) []byte {
	sum := sha1.Sum([]byte(password))
	return sum[:]
}

// check returns the name of the user who sent r, and whether to let r in. Credentials that
// cannot be decoded are wrong ones (Python answers 500).
func (l *login) check(r *http.Request) (user string, ok bool) {
	if l == nil {
		return "", true
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", false
	}
	sum := sha256.Sum256([]byte(user))
	rightUser := subtle.ConstantTimeCompare(sum[:], l.user[:])
	rightPassword := subtle.ConstantTimeCompare(l.hash(password), l.password)
	if rightUser&rightPassword != 1 {
		return "", false
	}
	return user, true
}
