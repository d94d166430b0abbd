package mail

import (
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
)

// mostHeard is how many bytes a server may say in one session, TLS included. An
// honest one says some hundred for each recipient; what it says is kept in memory
// until its line ends, and a line may never end.
const mostHeard = 1 << 20

// mostTold is how many bytes of a server's words go into an error.
const mostTold = 1 << 10

var errTalkative = fmt.Errorf("the server said more than %d KB and did not come to an end: this is no mail server", mostHeard>>10)

// bounded is a connection that hears only so much. It lies below TLS, so that it
// holds before STARTTLS and after it.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTalkative
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// brief is an error whose words of a server are cut where they are too long to be
// told.
func brief(err error) error {
	var answer *textproto.Error
	var wrong textproto.ProtocolError
	switch {
	case errors.As(err, &answer) && len(answer.Msg) > mostTold:
		return &textproto.Error{Code: answer.Code, Msg: cut(answer.Msg)}
	case errors.As(err, &wrong) && len(wrong) > mostTold:
		return textproto.ProtocolError(cut(string(wrong)))
	}
	return err
}

func cut(text string) string { return strings.ToValidUTF8(text[:mostTold], "") + "…" }
