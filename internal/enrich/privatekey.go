package enrich

import "bytes"

// longestKey bounds how far the end of a private key is looked for: the largest in
// use, RSA of 16,384 bits, takes some 13 kB.
const longestKey = 16 << 10

// privateKey finds a private key in PEM, also one whose end was cut off. Line
// breaks may be escapes of JSON. A header without a key in it is none.
func (m *masker) privateKey(i int) hit {
	if !m.has(i, "-----BEGIN ") {
		return hit{}
	}
	label := i + len("-----BEGIN ")
	body := m.run(label, func(c byte) bool { return upper(c) || digit(c) || c == ' ' })
	if body-label > 40 || !bytes.Contains(m.text[label:body], []byte("PRIVATE KEY")) || !m.has(body, "-----") {
		return hit{}
	}
	body += len("-----")
	if end := m.pemEnd(body); end > 0 {
		return hit{i, end, kindPrivateKey}
	}
	if end := m.pemCut(body); end > body {
		return hit{i, end, kindPrivateKey}
	}
	return hit{}
}

// pemEnd is the end of the line -----END …-----, 0 when there is none in the same
// string or nothing before it that could be a key.
func (m *masker) pemEnd(body int) int {
	window := m.text[body:min(body+longestKey, len(m.text))]
	at := bytes.Index(window, []byte("-----END "))
	if at < 0 || bytes.IndexByte(window[:at], '"') >= 0 || m.pemCut(body) == body {
		return 0
	}
	label := body + at + len("-----END ")
	end := m.run(label, func(c byte) bool { return upper(c) || digit(c) || c == ' ' })
	return m.run(end, func(c byte) bool { return c == '-' })
}

// pemCut is the end of the lines of base64 that follow, body when there are none.
// Headers such as Proc-Type are passed over.
func (m *masker) pemCut(body int) int {
	end := body
	for i := body; i < min(body+longestKey, len(m.text)); {
		if next := m.pemSpace(i); next > i {
			i = next
			continue
		}
		line := m.slashes(i, base64Byte)
		switch {
		case m.has(line, ":") || m.has(line, "-Type:") || m.has(line, "-Info:"):
			i = m.run(line, func(c byte) bool { return c >= ' ' && c != '\\' && c != '"' })
		case line-i >= 16 || line > i && end > body && m.keyEnds(line):
			i, end = line, line
		default:
			return end
		}
	}
	return end
}

// keyEnds tells whether a short word may be the last line of a key: prose goes on
// with a space.
func (m *masker) keyEnds(i int) bool { return !m.has(i, " ") }

// pemSpace passes over white space, written or escaped, and over the escaped
// quotes of a key that source code puts together line by line.
func (m *masker) pemSpace(i int) int {
	i = m.run(i, func(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' })
	if !m.has(i, `\`) {
		return i
	}
	letter := m.run(i, func(c byte) bool { return c == '\\' })
	if letter >= len(m.text) {
		return i
	}
	switch c := m.text[letter]; {
	case c == 'n' || c == 'r' || c == 't':
		return letter + 1
	case c == '"' && (letter-i)%2 == 1:
		return letter + 1
	}
	return i
}
