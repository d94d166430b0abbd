package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

func message() Message {
	return Message{From: "seismo <seismo@example.com>", To: []string{"Ana Éluard <ana@example.com>", "bo@example.com"},
		Subject: "Bedrock, März: $12.00", Date: time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC), ID: "seismo.monthly.2026-03.0011",
		Text: "plain – text\n.\nwith a dot", HTML: []byte("<p>page é " + strings.Repeat("x", 2000) + "</p>\n"), Name: "bedrock-2026-03.html"}
}

// read takes a message apart as a reader of e-mail does.
func read(t *testing.T, data []byte) (h mail.Header, text, page, attached string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	_, param, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	whole := multipart.NewReader(m.Body, param["boundary"])
	first, err := whole.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	kind, param, err := mime.ParseMediaType(first.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the first part is %s, %v", kind, err)
	}
	either := multipart.NewReader(first, param["boundary"])
	for _, want := range []struct {
		kind string
		into *string
	}{{"text/plain; charset=utf-8", &text}, {"text/html; charset=utf-8", &page}} {
		part, err := either.NextRawPart()
		if err != nil || part.Header.Get("Content-Type") != want.kind {
			t.Fatalf("not %s: %v, %v", want.kind, part, err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		*want.into = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	if second, err := whole.NextRawPart(); err == nil {
		b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, second))
		if err != nil {
			t.Fatal(err)
		}
		attached = string(b)
	}
	return m.Header, text, page, attached
}

func TestMessageReadsAsItWasWritten(t *testing.T) {
	m := message()
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	h, text, page, attached := read(t, data)
	if text != m.Text || page != string(m.HTML) || attached != string(m.HTML) {
		t.Errorf("text %q, page %q, attachment of %d bytes", text, page, len(attached))
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	to, err := h.AddressList("To")
	if err != nil || len(to) != 2 || to[0].Name != "Ana Éluard" || to[1].Address != "bo@example.com" {
		t.Errorf("to %v, %v", to, err)
	}
	if h.Get("Message-Id") != "<seismo.monthly.2026-03.0011@example.com>" {
		t.Errorf("id %s", h.Get("Message-Id"))
	}
	for i, line := range bytes.Split(data, []byte("\r\n")) {
		if len(line) > 200 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line %d has %d bytes, or half a line break", i, len(line))
		}
	}
}

// TestNothingGetsIntoTheHeaders puts line breaks wherever a text can come from.
func TestNothingGetsIntoTheHeaders(t *testing.T) {
	for _, sneak := range []string{"\r\nBcc: eve@example.com", "\nBcc: eve@example.com", "\r\n\r\nbody", "\rBcc: eve@example.com", "\x00"} {
		m := message()
		m.Subject += sneak
		data, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if h, text, _, _ := read(t, data); h.Get("Bcc") != "" || text != m.Text || strings.ContainsAny(h.Get("Subject"), "\r\n\x00") {
			t.Errorf("by the subject with %q: %v", sneak, h)
		}
		for name, change := range map[string]func(*Message){
			"from":       func(m *Message) { m.From += sneak },
			"name":       func(m *Message) { m.From = "a" + sneak + " <a@example.com>" },
			"quoted":     func(m *Message) { m.From = `"a` + sneak + `" <a@example.com>` },
			"to":         func(m *Message) { m.To[1] += sneak },
			"id":         func(m *Message) { m.ID += sneak },
			"attachment": func(m *Message) { m.Name += sneak },
		} {
			m := message()
			change(&m)
			if data, err := m.Bytes(); err == nil {
				t.Errorf("by %s with %q: %s", name, sneak, data[:200])
			}
		}
	}
	encoded := message()
	encoded.From = "=?utf-8?q?a=0D=0ABcc:_eve@example.com?= <a@example.com>"
	if _, err := encoded.Bytes(); err == nil {
		t.Error("by an encoded word")
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"a@example.com", "A B <a@example.com>", "a@example.com\r\nBcc: b@example.com", `"a\"b" <a@b>`, "a@example.com, b@example.com",
		"=?utf-8?q?=0D=0A?= <a@b>", "<a@b>\x00", "é@example.com", `"a b"@example.com`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Address(text)
		if err != nil {
			return
		}
		m := message()
		m.From, m.To = text, []string{text}
		data, err := m.Bytes()
		if err != nil {
			return
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if len(parsed.Header) != 8 {
			t.Errorf("%q makes headers %v", text, parsed.Header)
		}
		if strings.ContainsAny(a.Address, "\r\n <>") {
			t.Errorf("%q gives the address %q", text, a.Address)
		}
	})
}
