package account

import (
	"net/url"
	"regexp"
)

// hidden stands where a secret was.
const hidden = "REDACTED"

// secrets are the forms in which credentials stand in texts of AWS and of its
// SDK: user info and queries of addresses, the headers that an error about a
// signature repeats, and the parameters of calls to STS.
var secrets = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s"'<>@]*@`), "${1}" + hidden + "@"},
	{regexp.MustCompile(`(?i)(https?://[^\s"'<>?#]+)\?[^\s"'<>)\]]+`), "${1}?" + hidden},
	{regexp.MustCompile(`(?i)(x-amz-(?:security-token|signature|credential)["']?\s*[:=]\s*["']?)[^\s"'&,;<]+`), "${1}" + hidden},
	{regexp.MustCompile(`(?i)(authorization["']?\s*[:=]\s*["']?)(?:AWS4-\S+(?:\s+\w+=[^\s,]+,?)*|\w+\s+\S+)`), "${1}" + hidden},
	{regexp.MustCompile(`(?i)((?:web_?identity_?token|session_?token|secret_?access_?key|secret_?key|external_?id)["']?\s*[:=>]\s*["']?)[^\s"'&,;<]+`),
		"${1}" + hidden},
	{regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), hidden},
}

// Redact takes credentials out of a text that is to be shown or logged: user
// info and queries of addresses, signatures, tokens and keys. What is left says
// still what happened.
func Redact(text string) string {
	for _, s := range secrets {
		text = s.pattern.ReplaceAllString(text, s.instead)
	}
	return text
}

// RedactURL is an address as it may be shown: without user info, query and
// fragment. What is no address is shown not at all.
func RedactURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return hidden
	}
	if u.User != nil {
		u.User = url.User(hidden)
	}
	if u.RawQuery != "" {
		u.RawQuery = hidden
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// redacted shows an error without credentials and unwraps to it as it was.
type redacted struct{ err error }

func (r redacted) Error() string { return Redact(r.err.Error()) }
func (r redacted) Unwrap() error { return r.err }
