package bedrock

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"

	"seismo/internal/event"
)

// thread says which conversation a call belongs to and which turn of it this
// is. A client sends the whole history with each turn, so that all turns begin
// alike: with the same system text and first message of the same caller. The
// turn is one more than the answers that the history holds.
func (c *call) thread() {
	ev := &c.ev
	ev.Conversation = c.x.session
	first := -1
	answers := int64(0)
	for i, m := range ev.MessagesIn {
		switch {
		case m.Role == event.RoleAssistant && i < len(ev.MessagesIn)-1:
			answers++
		case m.Role == event.RoleUser && first < 0:
			first = i
		}
	}
	if first < 0 || c.x.api != "chat" && c.x.api != "text" {
		return
	}
	ev.Turn = new(answers + 1)
	if ev.Conversation == "" {
		ev.Conversation = c.beginning(ev.MessagesIn[first])
	}
}

// beginning is a digest of the caller and of how the messages begin.
func (c *call) beginning(first event.Message) string {
	h := sha256.New()
	absorb(h, c.ev.Account)
	absorb(h, c.caller())
	absorb(h, c.ev.System)
	for _, b := range first.Content {
		absorb(h, b.Type)
		absorb(h, b.Text)
		if b.Media != nil {
			absorb(h, b.Media.Format+" "+digits(b.Media.Bytes)+" "+b.Media.Name)
		}
		absorb(h, string(b.Raw))
	}
	return "c-" + hex.EncodeToString(h.Sum(nil)[:6])
}

// caller is who speaks. Behind the roles of single sign-on there are many
// people, whom only the session tells apart; behind others sessions change in
// the middle of a conversation.
func (c *call) caller() string {
	if strings.Contains(c.ev.Principal, "role/AWSReservedSSO_") {
		return c.ev.IdentityARN
	}
	return c.ev.Principal
}

func absorb(h hash.Hash, s string) {
	_, _ = io.WriteString(h, strconv.Itoa(len(s)))
	_, _ = io.WriteString(h, ":"+s)
}
