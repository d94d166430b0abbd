package enrich

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Mask replaces secrets and personal data in a text by [masked:KIND], for stores
// that keep content redacted. The text is a JSON value or plain text; JSON stays
// JSON, and a secret inside a JSON string, or inside JSON inside a JSON string, is
// found all the same. Text without anything to mask is returned as it is,
// not copied.
//
// Masked are AWS access keys, private keys, Bedrock API keys, tokens of GitHub,
// GitLab and Slack, JSON Web Tokens and bearer tokens; e-mail addresses, payment
// cards and IBANs with right check digits, US social security numbers, and phone
// numbers in international form. Whoever hides a secret, by writing it backwards
// for example, or splits it over two messages, gets past: masking lessens what is
// kept and is no barrier.
func Mask(text []byte) []byte {
	m := masker{text: text}
	m.scan(0, len(text))
	if m.out == nil {
		return text
	}
	return append(m.out, text[m.done:]...)
}

// pairs are the bytes that hits begin with, or hang on, and for each the bytes that
// can follow it.
var pairs = [...]struct{ first, second string }{
	{"@", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"0123456789", "0123456789"},
	{"+", "123456789"},
	{"-", "-"},
	{"A", "KSB"},
	{"Bb", "eE"},
	{"Ss", "eEl"},
	{"e", "y"},
	{"g", "hil"},
	{"x", "oa"},
}

// firsts and seconds have a bit for each of pairs: two bytes that share none are
// passed over without a closer look, as are nearly all.
var firsts, seconds = func() (first, second [256]uint16) {
	for bit, pair := range pairs {
		for _, c := range []byte(pair.first) {
			first[c] |= 1 << bit
		}
		for _, c := range []byte(pair.second) {
			second[c] |= 1 << bit
		}
	}
	return first, second
}()

// hit is a part of the text to be masked; kind is "" when there is none.
type hit struct {
	start, end int
	kind       string
}

// masker replaces hits from left to right.
type masker struct {
	text []byte
	out  []byte // nil until the first hit
	done int    // how much of text is in out, or was masked
	json quotes
}

// scan masks what lies between two offsets.
func (m *masker) scan(from, to int) {
	for i := from; i+1 < to; i++ {
		if firsts[m.text[i]]&seconds[m.text[i+1]] == 0 {
			continue
		}
		h := m.find(i)
		if h.kind == "" || h.end > to {
			continue
		}
		i = m.take(i, h)
		if h.kind != kindAccessKey {
			continue
		}
		if secret := m.secretBehind(h.end); secret.kind != "" && secret.end <= to {
			i = m.take(i, secret)
		}
	}
}

// take masks a hit that was found at i, and what stands between the two. It
// returns the hit's last offset.
func (m *masker) take(i int, h hit) int {
	if h.start > i {
		m.scan(i+1, h.start)
	}
	m.replace(h)
	return h.end - 1
}

// find looks for something to mask at, or for e-mail addresses around, text[i].
func (m *masker) find(i int) hit {
	switch c := m.text[i]; c {
	case '@':
		return m.email(i)
	case '+':
		return m.phone(i)
	case '-':
		return m.privateKey(i)
	case 's', 'S':
		if hit := m.secretKey(i); hit.kind != "" {
			return hit
		}
		return m.slackHook(i)
	case 'B':
		return m.bearer(i)
	case 'b':
		if hit := m.bearer(i); hit.kind != "" {
			return hit
		}
		return m.token(i)
	case 'A', 'e', 'g', 'x':
		return m.token(i)
	default:
		return m.number(i)
	}
}

func (m *masker) replace(h hit) {
	label := "[masked:" + h.kind + "]"
	if h.kind == kindCard && m.bare(h) {
		label = `"` + label + `"`
	}
	if m.out == nil {
		m.out = make([]byte, 0, len(m.text)+64)
	}
	m.out = append(m.out, m.text[m.done:h.start]...)
	m.out = append(m.out, label...)
	m.done = h.end
}

// bare tells a number that stands in JSON outside of any string, where only a
// string can take its place.
func (m *masker) bare(h hit) bool {
	if m.json.state == unread {
		m.json.state = plain
		value := jsontext.Value(m.text)
		if value.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			m.json.state = valid
		}
	}
	return m.json.state == valid && !m.json.inside(m.text, h.start)
}

// quotes follows the strings of a JSON text from left to right.
type quotes struct {
	state  int
	at     int
	within bool
}

// What is known of a text: nothing yet, that it is JSON, that it is not.
const (
	unread = iota
	valid
	plain
)

// inside tells whether offset, which must not be less than at the last call, is
// inside a string.
func (q *quotes) inside(text []byte, offset int) bool {
	for q.at < offset {
		switch c := text[q.at]; {
		case c == '"':
			q.within = !q.within
		case c == '\\' && q.within:
			q.at++
		}
		q.at++
	}
	return q.within
}

// edge tells whether a word may begin at i: after nothing, after a byte that is
// neither letter nor digit, or after an escape sequence of JSON, of which the
// last letter belongs to no word.
func (m *masker) edge(i int) bool {
	if i == 0 || !alnum(m.text[i-1]) {
		return !m.escapes(i)
	}
	return m.escaped(i)
}

// ends tells whether a word may end before i.
func (m *masker) ends(i int) bool { return i >= len(m.text) || !alnum(m.text[i]) }

// escapes tells whether text[i] is the letter of an escape sequence, as the n of
// \n is: then nothing to be masked begins with it.
func (m *masker) escapes(i int) bool {
	return i > 0 && m.text[i-1] == '\\' && bytes.IndexByte([]byte("nrtbfu"), m.text[i]) >= 0
}

// escaped tells whether an escape sequence ends before i. It counts no
// backslashes: \\n is a line break too, in JSON inside a JSON string.
func (m *masker) escaped(i int) bool {
	if i >= 2 && m.text[i-2] == '\\' {
		return m.escapes(i-1) && m.text[i-1] != 'u'
	}
	return i >= 6 && m.text[i-5] == 'u' && m.text[i-6] == '\\' && onlyHex(string(m.text[i-4:i]))
}

// has tells whether word stands at i.
func (m *masker) has(i int, word string) bool {
	return i >= 0 && len(m.text)-i >= len(word) && string(m.text[i:i+len(word)]) == word
}

// hasFold is has for a word in lower case, without regard to the case of text.
func (m *masker) hasFold(i int, word string) bool {
	if len(m.text)-i < len(word) {
		return false
	}
	for k := range len(word) {
		if m.text[i+k]|0x20 != word[k]|0x20 {
			return false
		}
	}
	return true
}

// run is where the bytes of a class that begin at i end.
func (m *masker) run(i int, class func(byte) bool) int {
	for i < len(m.text) && class(m.text[i]) {
		i++
	}
	return i
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
func alnum(c byte) bool { return digit(c) || upper(c&^0x20) && c >= 'A' }

// tokenByte is a byte of most vendors' tokens.
func tokenByte(c byte) bool { return alnum(c) || c == '_' || c == '-' }
