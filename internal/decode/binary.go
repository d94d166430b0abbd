package decode

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// looksLikeText tells a text, however broken, from something else altogether,
// which would only make a bad piece of every newline in it.
func looksLikeText(head []byte) bool {
	head = head[:min(len(head), sniffText)]
	if len(head) > 0 && startsText(head) {
		return true
	}
	if bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("%PDF-")) {
		return false
	}
	for len(head) > 0 {
		c, n := utf8.DecodeRune(head)
		if c == utf8.RuneError && n == 1 && len(head) >= utf8.UTFMax {
			return false
		}
		head = head[n:]
	}
	return true
}

// binary makes one bad item of a whole stream that is no text.
func (t *text) binary() error {
	detail := "this is no text"
	if head := t.win.rest(); bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		detail = "this is UTF-16; only UTF-8 is read"
	}
	h := newPiece("")
	for {
		h.write(t.win.rest())
		t.win.drop(len(t.win.rest()))
		if !t.win.more() {
			break
		}
	}
	var f *fault
	if errors.As(t.win.err, &f) {
		return stop(t.bad(t.place, f.reason, f.detail, h))
	}
	if !errors.Is(t.win.err, io.EOF) {
		return t.win.err
	}
	return t.bad(t.place, BadJSON, detail, h)
}

// bodyKey is the layout under which Bedrock puts bodies of more than 100 KB and
// the documents of requests. A folder of another name around data is just a
// folder.
var bodyKey = regexp.MustCompile(`(^|/)BedrockModelInvocationLogs/[a-z0-9-]+/\d{4}/\d{2}/\d{2}/\d{2}/data/[^/]`)

func isBodyKey(key string) bool { return strings.Contains(key, "/data/") && bodyKey.MatchString(key) }

// digestKey is the layout of CloudTrail's digests of its own files.
var digestKey = regexp.MustCompile(`(^|/)CloudTrail-Digest/[a-z0-9-]+/\d{4}/\d{2}/\d{2}/`)

func isDigestKey(key string) bool {
	return strings.Contains(key, "CloudTrail-Digest/") && digestKey.MatchString(key)
}

// permissionCheck is the object that Bedrock writes, empty, each time a logging
// configuration is saved.
const permissionCheck = "amazon-bedrock-logs-permission-check"

func isPermissionCheckKey(key string) bool {
	return strings.HasPrefix(key[strings.LastIndexByte(key, '/')+1:], permissionCheck)
}

// isPermissionSentence knows what Bedrock writes to a log group as a check.
func isPermissionSentence(line []byte) bool {
	return string(bytes.TrimSpace(line)) == "Permissions are correctly set for Amazon Bedrock logs."
}

// body skips an object of a large body: it lies where bodies lie and does not
// say that it is a record. done is false when it does.
func (t *text) body() (done bool, err error) {
	if n, err := t.measure(); err == nil {
		doc := t.parser.Take(t.win.rest()[:n])
		if doc.Get("schemaType").Exists() {
			return false, nil
		}
	}
	if t.win.err != nil && !errors.Is(t.win.err, io.EOF) && t.ctx.Err() != nil {
		return true, t.ctx.Err()
	}
	return true, stop(t.skip(t.place, SkipLargeBody, t.read))
}
