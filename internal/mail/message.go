// Package mail sends a message with a text, a page and an attachment, by SMTP or
// by Amazon SES. Nothing that comes from data gets into a header or an address
// but by the standard library's own encoders, and a line break in either is
// refused.
//
// It never sends in the clear but to this machine itself, never repeats a
// password in an error, and never tries again by itself: whoever asks it to send
// knows what was sent before.
package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"
)

// ErrDoubtful is a message of which nobody knows whether it was taken: the
// connection ended after all of it was sent and before the answer.
var ErrDoubtful = errors.New("the message may or may not have been taken")

// Sender sends one message to its recipients. The error is a *Partly when some of
// them were refused and the message went to the others.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Message is what is sent.
type Message struct {
	From    string   // one address, with a name or without
	To      []string // addresses
	Only    []string // those of To that it is sent to now; none is all of them
	Subject string
	Date    time.Time
	ID      string // left side of the Message-ID; the same message always has the same
	Text    string
	HTML    []byte
	Name    string // of the attachment, which is HTML again: "report-2026-03.html"; "" attaches nothing
}

// Address reads one address. Line breaks, other control characters, several
// addresses and characters beyond ASCII in the address itself are refused.
func Address(text string) (*mail.Address, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return nil, errors.New("an address with a line break or another control character")
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return nil, errors.New("not an e-mail address: write one as name@example.com")
	}
	if len(a.Address) > 254 || strings.ContainsFunc(a.Address, func(r rune) bool { return r <= 0x20 || r >= 0x7f || r == '<' || r == '>' }) {
		return nil, errors.New("an address with characters that mail servers refuse")
	}
	if strings.ContainsFunc(a.Name, func(r rune) bool { return r < 0x20 || r == 0x7f }) { // by an encoded word
		return nil, errors.New("a name with a line break or another control character")
	}
	return a, nil
}

// envelope are the addresses that a message goes from and to, checked.
func (m *Message) envelope() (from *mail.Address, to []*mail.Address, err error) {
	if from, err = Address(m.From); err != nil {
		return nil, nil, fmt.Errorf("from: %w", err)
	}
	if to, err = addresses(m.To); err == nil && len(m.Only) > 0 {
		to, err = addresses(m.Only)
	}
	return from, to, err
}

func addresses(list []string) (to []*mail.Address, err error) {
	for _, text := range list {
		a, err := Address(text)
		if err != nil {
			return nil, fmt.Errorf("to: %w", err)
		}
		to = append(to, a)
	}
	if len(to) == 0 {
		return nil, errors.New("to: nobody")
	}
	return to, nil
}

var (
	ids   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)
	names = regexp.MustCompile(`^[A-Za-z0-9._-]{0,100}$`)
)

// Bytes is the message as it travels: headers, a text and a page as alternatives,
// and the page once more as an attachment, since many readers show no drawing in
// the page itself.
func (m *Message) Bytes() ([]byte, error) {
	from, _, err := m.envelope()
	if err != nil {
		return nil, err
	}
	to, err := addresses(m.To)
	if err != nil {
		return nil, err
	}
	if !ids.MatchString(m.ID) || !names.MatchString(m.Name) {
		return nil, errors.New("a message whose id or attachment has other characters than letters, digits, . _ -")
	}
	var list []string
	for _, a := range to {
		list = append(list, a.String())
	}
	var b bytes.Buffer
	whole := multipart.NewWriter(&b)
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	for _, h := range [][2]string{
		{"From", from.String()},
		{"To", strings.Join(list, ",\r\n ")},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject))},
		{"Date", m.Date.Format(time.RFC1123Z)},
		{"Message-ID", "<" + m.ID + "@" + domain + ">"},
		{"MIME-Version", "1.0"},
		{"Auto-Submitted", "auto-generated"},
		{"Content-Type", `multipart/mixed; boundary="` + whole.Boundary() + `"`},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	if err := m.parts(whole); err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return b.Bytes(), nil
}

// oneLine takes line breaks and other control characters out of a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

func (m *Message) parts(whole *multipart.Writer) error {
	var inner bytes.Buffer
	either := multipart.NewWriter(&inner)
	if err := quoted(either, "text/plain; charset=utf-8", []byte(m.Text)); err != nil {
		return err
	}
	if err := quoted(either, "text/html; charset=utf-8", m.HTML); err != nil {
		return err
	}
	if err := either.Close(); err != nil {
		return err
	}
	w, err := whole.CreatePart(textproto.MIMEHeader{"Content-Type": {`multipart/alternative; boundary="` + either.Boundary() + `"`}})
	if err != nil {
		return err
	}
	if _, err := w.Write(inner.Bytes()); err != nil {
		return err
	}
	if m.Name != "" {
		if err := attached(whole, m.Name, m.HTML); err != nil {
			return err
		}
	}
	return whole.Close()
}

func quoted(into *multipart.Writer, kind string, text []byte) error {
	w, err := into.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
	if err != nil {
		return err
	}
	q := quotedprintable.NewWriter(w)
	if _, err := q.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
		return err
	}
	return q.Close()
}

func attached(into *multipart.Writer, name string, data []byte) error {
	w, err := into.CreatePart(textproto.MIMEHeader{"Content-Type": {"text/html; charset=utf-8"},
		"Content-Transfer-Encoding": {"base64"}, "Content-Disposition": {`attachment; filename="` + name + `"`}})
	if err != nil {
		return err
	}
	lines := &lined{w: w}
	enc := base64.NewEncoder(base64.StdEncoding, lines)
	if _, err := enc.Write(data); err != nil {
		return err
	}
	return enc.Close()
}

// lined breaks what is written into lines of 76 characters.
type lined struct {
	w  io.Writer
	at int
}

func (l *lined) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if l.at == 76 {
			if _, err := l.w.Write([]byte("\r\n")); err != nil {
				return n, err
			}
			l.at = 0
		}
		part := p[n:min(len(p), n+76-l.at)]
		if _, err := l.w.Write(part); err != nil {
			return n, err
		}
		n, l.at = n+len(part), l.at+len(part)
	}
	return len(p), nil
}
