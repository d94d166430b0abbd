package enrich

// Kinds of secret, as Mask names them.
const (
	kindAccessKey  = "aws_access_key"
	kindSecretKey  = "aws_secret_key"
	kindBedrockKey = "bedrock_api_key"
	kindPrivateKey = "private_key"
	kindGitHub     = "github_token"
	kindGitLab     = "gitlab_token"
	kindSlack      = "slack_token"
	kindJWT        = "jwt"
	kindBearer     = "bearer_token"
)

// token finds the secrets that begin with a word of their own.
func (m *masker) token(i int) hit {
	switch m.text[i] {
	case 'A':
		if m.has(i, "AKIA") || m.has(i, "ASIA") {
			return m.accessKey(i)
		}
		if m.has(i, "ABSK") {
			return m.prefixed(i, 4, base64Byte, 40, kindBedrockKey)
		}
	case 'b':
		const prefix = "bedrock-api-key-"
		if m.has(i, prefix) {
			return m.prefixed(i, len(prefix), base64Byte, 40, kindBedrockKey)
		}
	case 'e':
		if m.has(i, "eyJ") {
			return m.jwt(i)
		}
	case 'g':
		return m.gitToken(i)
	case 'x':
		return m.slackToken(i)
	}
	return hit{}
}

// prefixed finds a token: a prefix of the given length and then at least least
// bytes of the class.
func (m *masker) prefixed(i, prefix int, class func(byte) bool, least int, kind string) hit {
	if !m.edge(i) {
		return hit{}
	}
	end := m.slashes(i+prefix, class)
	if end-i-prefix < least {
		return hit{}
	}
	return hit{i, end, kind}
}

// slashes is run, over slashes that JSON escapes as \/ too.
func (m *masker) slashes(i int, class func(byte) bool) int {
	for {
		i = m.run(i, class)
		if !m.has(i, `\/`) || !class('/') {
			return i
		}
		i += 2
	}
}

func base64Byte(c byte) bool { return alnum(c) || c == '+' || c == '/' || c == '=' }

// accessKey finds the id of an access key, of a user or a session. Ids of users
// and roles (AIDA…, AROA…) are no secrets. The keys of AWS's documentation are
// masked like all others.
func (m *masker) accessKey(i int) hit {
	end := m.run(i, func(c byte) bool { return digit(c) || upper(c) })
	if end-i != 20 || !m.edge(i) || !m.ends(end) {
		return hit{}
	}
	return hit{i, end, kindAccessKey}
}

// secretReach is how far a secret access key may stand behind the word "secret" or
// an access key's id.
const secretReach = 64

// secretKey finds a secret access key behind the word "secret": nothing in the
// key itself tells that it is one.
func (m *masker) secretKey(i int) hit {
	if !m.hasFold(i, "secret") {
		return hit{}
	}
	return m.secretBehind(i + len("secret"))
}

// secretBehind finds 40 base64 characters within reach. A hash is none: it has
// no capital letters.
func (m *masker) secretBehind(i int) hit {
	for limit := min(i+secretReach, len(m.text)); i < limit; {
		if m.text[i] == '\\' && !m.has(i, `\/`) {
			i = m.skipEscape(i)
			continue
		}
		end := m.slashes(i, secretByte)
		if end == i {
			i++
			continue
		}
		if isSecret(m.text[i:end]) && m.ends(end) {
			return hit{i, end, kindSecretKey}
		}
		i = end
	}
	return hit{}
}

func secretByte(c byte) bool { return alnum(c) || c == '+' || c == '/' }

func isSecret(word []byte) bool {
	length, capital, small, other := 0, false, false, false
	for _, c := range word {
		if c == '\\' {
			continue
		}
		length++
		switch {
		case upper(c):
			capital = true
		case upper(c &^ 0x20):
			small = true
		default:
			other = true
		}
	}
	return length == 40 && capital && small && other
}

// skipEscape is the end of the escape sequence that begins with the backslash
// at i.
func (m *masker) skipEscape(i int) int {
	i = m.run(i, func(c byte) bool { return c == '\\' })
	if m.has(i, "u") && i+5 <= len(m.text) && onlyHex(string(m.text[i+1:i+5])) {
		return i + 5
	}
	return min(i+1, len(m.text))
}

// gitToken finds tokens of GitHub (ghp_, gho_, ghu_, ghs_, ghr_, github_pat_) and
// GitLab (glpat- and its like).
func (m *masker) gitToken(i int) hit {
	switch {
	case m.has(i, "gh") && m.has(i+3, "_"):
		switch m.text[i+2] {
		case 'p', 'o', 'u', 's', 'r':
			return m.prefixed(i, 4, alnum, 36, kindGitHub)
		}
	case m.has(i, "github_pat_"):
		return m.prefixed(i, len("github_pat_"), tokenByte, 60, kindGitHub)
	case m.has(i, "gl"):
		for _, prefix := range [...]string{"glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"} {
			if m.has(i, prefix) {
				return m.prefixed(i, len(prefix), tokenByte, 20, kindGitLab)
			}
		}
	}
	return hit{}
}

// slackToken finds xoxb-, xoxp- and their like, and app tokens.
func (m *masker) slackToken(i int) hit {
	prefix := 5
	switch {
	case m.has(i, "xapp-"):
	case m.has(i, "xox") && m.has(i+4, "-") && alnum(m.text[i+3]):
	default:
		return hit{}
	}
	h := m.prefixed(i, prefix, tokenByte, 10, kindSlack)
	if h.kind != "" && !m.anyDigit(i+prefix, h.end) {
		return hit{}
	}
	return h
}

// slackHook finds the secret part of an incoming webhook's address.
func (m *masker) slackHook(i int) hit {
	if !m.has(i, "slack.com") {
		return hit{}
	}
	start := i + len("slack.com")
	end := m.slashes(start, secretByte)
	const services = "/services/T"
	if end-start < len(services)+30 || !m.anyDigit(start, end) {
		return hit{}
	}
	for _, form := range [...]string{services, `\/services\/T`} {
		if m.has(start, form) {
			return hit{start + len(form) - 1, end, kindSlack}
		}
	}
	return hit{}
}

func (m *masker) anyDigit(start, end int) bool {
	return m.run(start, func(c byte) bool { return !digit(c) }) < end
}

// jwt finds a JSON Web Token: base64url parts with dots between them, three when
// signed and five when encrypted. The last is empty when unsigned.
func (m *masker) jwt(i int) hit {
	head := m.run(i, tokenByte)
	if head-i < 10 || !m.has(head, ".") || !m.edge(i) {
		return hit{}
	}
	body := m.run(head+1, tokenByte)
	if !m.has(body, ".") || body-head < 10 && body != head+1 {
		return hit{}
	}
	end := body
	for range 3 {
		if !m.has(end, ".") {
			break
		}
		next := m.run(end+1, tokenByte)
		if next == end+1 && !m.has(next, ".") && end != body {
			break // a full stop behind the token
		}
		end = next
	}
	return hit{i, end, kindJWT}
}

// bearer finds the token of an Authorization header. Which kind it is is told
// where its own form tells.
func (m *masker) bearer(i int) hit {
	if !m.hasFold(i, "bearer") || !m.edge(i) {
		return hit{}
	}
	start := m.run(i+len("bearer"), func(c byte) bool { return c == ' ' || c == '\t' })
	if start == i+len("bearer") || start >= len(m.text) {
		return hit{}
	}
	if h := m.token(start); h.kind != "" {
		return h
	}
	end := m.slashes(start, func(c byte) bool { return base64Byte(c) || c == '_' || c == '-' || c == '.' || c == '~' })
	if end-start < 20 || !m.anyDigit(start, end) {
		return hit{}
	}
	return hit{start, end, kindBearer}
}
