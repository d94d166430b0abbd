package mail

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const toAna, toBo = "RCPT TO:<ana@example.com>", "RCPT TO:<bo@example.com>"

// TestOneRefusedKeepsNobodyElseFromIt has a server refuse some recipients, or end
// in the middle.
func TestOneRefusedKeepsNobodyElseFromIt(t *testing.T) {
	for name, c := range map[string]struct {
		replies  map[string]string
		refused  []string // whom, and ! where it is for good; nil: no *Partly
		mails    int
		doubtful bool
	}{
		"one for good":         {replies: map[string]string{toAna: "550 nobody here"}, refused: []string{"ana@example.com!"}, mails: 1},
		"one for now":          {replies: map[string]string{toBo: "450 busy"}, refused: []string{"bo@example.com"}, mails: 1},
		"too many at once":     {replies: map[string]string{toBo: "452 too many recipients"}, refused: []string{"bo@example.com"}, mails: 1},
		"one, then in doubt":   {replies: map[string]string{toBo: "450 busy", ".": "hang up"}, refused: []string{"bo@example.com"}, mails: 1, doubtful: true},
		"one, then all":        {replies: map[string]string{toBo: "450 busy", ".": "554 spam"}},
		"all":                  {replies: map[string]string{toAna: "550 no", toBo: "450 busy"}},
		"a server that closes": {replies: map[string]string{toBo: "421 closing"}},
		"a server that is cut": {replies: map[string]string{toBo: "hang up"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.replies = c.replies })
			err := s.config().Send(t.Context(), message())
			var got []string
			var part *Partly
			if errors.As(err, &part) && part.Taken > 0 {
				for _, r := range part.Refused {
					got = append(got, r.Address+map[bool]string{false: "!"}[r.Later])
				}
				if part.Taken != 1 || part.Hint() == "" || !strings.Contains(err.Error(), "1 other") {
					t.Errorf("%d were taken: %v; %q", part.Taken, err, part.Hint())
				}
			}
			if err == nil || !slices.Equal(got, c.refused) || errors.Is(err, ErrDoubtful) != c.doubtful {
				t.Errorf("refused %q: %v", got, err)
			}
			if n := len(s.got()); n != c.mails {
				t.Errorf("%d messages", n)
			}
		})
	}
}

func TestOnlySomeOfTheRecipients(t *testing.T) {
	s := newServer(t, nil)
	m := message()
	m.Only = m.To[1:]
	if err := s.config().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(s.said(), toAna) || !slices.Contains(s.said(), toBo) || !strings.Contains(s.got()[0], "ana@example.com") {
		t.Errorf("heard %q", s.said())
	}
}

func TestTrySendsNothing(t *testing.T) {
	s := newServer(t, func(s *server) { s.auth = "PLAIN" })
	c := s.config()
	c.User, c.Password = "ana", "geheim-word"
	if err := c.Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(s.said(), "\n")
	if !strings.Contains(all, "AUTH PLAIN") || !strings.Contains(all, "STARTTLS") || strings.Contains(all, "MAIL") {
		t.Errorf("heard %s", all)
	}
	s.mu.Lock()
	s.replies["AUTH"] = "535 wrong"
	s.mu.Unlock()
	var refused *Refused
	if err := c.Try(t.Context()); !errors.As(err, &refused) || refused.What != "log in" {
		t.Errorf("with a wrong password: %v", err)
	}
}

// said is what the server was told so far.
func (s *server) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}
