package config

import (
	"regexp"
	"strings"

	"supervisord/internal/config/expand"
)

// Mask is shown in place of a secret.
const Mask = "*****"

// Secrets says what becomes of passwords when a configuration is shown.
type Secrets int

// The ways to treat secrets.
const (
	MaskSecrets Secrets = iota // Mask is shown in their place
	ShowSecrets
)

// secretWords make the name of a variable, or of an option of a plugin, that of a secret.
var secretWords = []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "KEY", "CREDENTIAL"}

// isSecretName reports whether a name looks like that of a secret.
func isSecretName(name string) bool {
	name = strings.ToUpper(name)
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// urlPassword is the user and password of a URL.
var urlPassword = regexp.MustCompile(`(://[^/?#@:\s]*):[^/?#@\s]+@`)

// maskNames returns names in which no secret has its value.
func maskNames(names map[string]expand.Value) map[string]expand.Value {
	masked := make(map[string]expand.Value, len(names))
	for name, v := range names {
		if masked[name] = v; isSecretName(name) {
			masked[name] = expand.Text(Mask)
		}
	}
	return masked
}

// maskEnvironment masks secrets in the value of an environment, which may still hold
// expressions. What cannot be read is masked as a whole.
func maskEnvironment(value string) string {
	env, _, err := parseEnvironment(value)
	if err != nil {
		return Mask
	}
	for name := range env {
		if isSecretName(name) {
			env[name] = Mask
		}
	}
	return printEnvironment(env)
}

// mask returns the value of an option as everybody may see it.
func (o *Option) mask(value string) string {
	switch {
	case value == "":
		return ""
	case o.Secret:
		return Mask
	case o.Kind == environment.kind:
		value = maskEnvironment(value)
	}
	return urlPassword.ReplaceAllString(value, "$1:"+Mask+"@")
}
