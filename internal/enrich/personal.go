package enrich

import (
	"strings"
	"unicode/utf8"
)

// Kinds of personal data, as Mask names them.
const (
	kindEmail = "email"
	kindCard  = "payment_card"
	kindSSN   = "us_ssn"
	kindIBAN  = "iban"
	kindPhone = "phone"
)

// email finds the address around the @ at i.
func (m *masker) email(i int) hit {
	start := i
	for start > m.done && i-start < 64 {
		letter, size := utf8.DecodeLastRune(m.text[m.done:start])
		if !local(letter, size) {
			break
		}
		start -= size
	}
	start = m.afterEscape(start, i)
	for start < i && m.text[start] == '.' {
		start++
	}
	end := m.domain(i + 1)
	if start == i || end == 0 || string(m.text[start:i]) == "git" {
		return hit{} // git@ is how everybody clones
	}
	return hit{start, end, kindEmail}
}

// local tells whether a letter of so many bytes may stand before the @ of an
// address. Letters of two bytes are in use in names; longer ones are mostly of
// languages that put no space before an address.
func local(letter rune, size int) bool {
	if letter < utf8.RuneSelf {
		return tokenByte(byte(letter)) || letter == '.' || letter == '+' || letter == '%'
	}
	return size == 2
}

// afterEscape moves start behind an escape sequence that it cuts in two.
func (m *masker) afterEscape(start, limit int) int {
	if !m.escapes(start) {
		return start
	}
	if m.text[start] == 'u' {
		return min(start+5, limit)
	}
	return start + 1
}

// domain is the end of a domain that begins at i, 0 when there is none. Names of
// image files, as in icon@2x.png, are no domains.
func (m *masker) domain(i int) int {
	end := m.run(i, func(c byte) bool { return alnum(c) || c == '-' || c == '.' })
	for end > i && !alnum(m.text[end-1]) {
		end--
	}
	name := string(m.text[i:end])
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || len(name) > 253 || strings.HasPrefix(name, ".") || strings.Contains(name, "..") {
		return 0
	}
	top := strings.ToLower(name[dot+1:])
	if len(top) < 2 || len(top) > 24 || strings.ContainsAny(top, "0123456789-") {
		return 0
	}
	switch top {
	case "png", "jpg", "jpeg", "webp", "svg", "gif":
		return 0
	}
	return end
}

// number finds what begins with a digit: cards and social security numbers, and
// IBANs, whose country stands before it.
func (m *masker) number(i int) hit {
	if i > 0 && digit(m.text[i-1]) && !m.escaped(i) {
		return hit{}
	}
	if i >= 2 && upper(m.text[i-1]) && upper(m.text[i-2]) {
		return m.iban(i - 2)
	}
	if !m.edge(i) || i > 0 && strings.IndexByte("-.", m.text[i-1]) >= 0 {
		return hit{}
	}
	if h := m.ssn(i); h.kind != "" {
		return h
	}
	return m.card(i)
}

// numberEnds tells whether a number may end before i: not within a longer one,
// a fraction, a word or a chain such as a UUID.
func (m *masker) numberEnds(i int) bool {
	if !m.ends(i) {
		return false
	}
	joined := i+1 < len(m.text) && (m.text[i] == '-' || m.text[i] == '.') && alnum(m.text[i+1])
	return !joined
}

// ssn finds a US social security number, as it is written: 000, 666 and 9xx are no
// areas, and no group of digits is all zero.
func (m *masker) ssn(i int) hit {
	const form = "ddd-dd-dddd"
	if len(m.text)-i < len(form) || m.text[i+3] != '-' {
		return hit{}
	}
	word := string(m.text[i : i+len(form)])
	for k := range len(form) {
		if digit(word[k]) != (form[k] == 'd') || form[k] == '-' && word[k] != '-' {
			return hit{}
		}
	}
	area, group, serial := word[:3], word[4:6], word[7:]
	if area == "000" || area == "666" || area[0] == '9' || group == "00" || serial == "0000" || !m.numberEnds(i+len(form)) {
		return hit{}
	}
	return hit{i, i + len(form), kindSSN}
}

// phone finds a number in international form: + and 9 to 15 digits, in groups or
// not. Digits that follow after the fifteenth belong to something else.
func (m *masker) phone(i int) hit {
	if i+1 >= len(m.text) || !digit(m.text[i+1]) || m.text[i+1] == '0' {
		return hit{}
	}
	if i > 0 && (alnum(m.text[i-1]) || m.text[i-1] == '+') && !m.escaped(i) {
		return hit{}
	}
	end, count := 0, 0
	for at := i + 1; ; {
		next := m.run(at, digit)
		if next == at {
			break
		}
		if count += next - at; count > 15 {
			break
		}
		if count >= 9 && m.ends(next) {
			end = next
		}
		if at = m.phoneGap(next); at == next {
			break
		}
	}
	if end == 0 {
		return hit{}
	}
	return hit{i, end, kindPhone}
}

// phoneGap passes over what stands between two groups of a phone number.
func (m *masker) phoneGap(i int) int {
	end := m.run(i, func(c byte) bool { return strings.IndexByte(" -.()/", c) >= 0 })
	if end-i > 2 {
		return i
	}
	return end
}
