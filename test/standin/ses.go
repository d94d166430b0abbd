package standin

import (
	"encoding/base64"
	"slices"
)

// Mail is one message that SES took.
type Mail struct {
	From string
	To   []string
	Raw  []byte // the message whole, as it would travel
	Set  string // configuration set
}

type sesKey struct{}

type post struct {
	mails    []Mail
	verified []string // senders; none: every sender is
}

func (c *Cloud) post() *post { return state(c, sesKey{}, func() *post { return &post{} }) }

// Verify makes SES refuse other senders than these.
func (c *Cloud) Verify(senders ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.post().verified = append(c.post().verified, senders...)
}

// Mails returns what SES took, in its order.
func (c *Cloud) Mails() []Mail {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.post().mails)
}

func (c *Cloud) sesOperations() map[string]operation {
	return map[string]operation{"SendEmail": c.sendEmail}
}

func routeSES(r *request) (op, subject string) {
	if r.http.Method == "POST" && r.http.URL.Path == "/v2/email/outbound-emails" {
		return "SendEmail", string(r.body)
	}
	return "", r.http.URL.Path
}

func (c *Cloud) sendEmail(r *request) (any, error) {
	var in struct {
		FromEmailAddress     string
		ConfigurationSetName string
		Destination          struct{ ToAddresses []string }
		Content              struct{ Raw struct{ Data string } }
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(in.Content.Raw.Data)
	if err != nil || len(raw) == 0 || len(in.Destination.ToAddresses) == 0 {
		return nil, fail(400, "BadRequestException", "The message has no content or no destination.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.post()
	if len(p.verified) > 0 && !slices.Contains(p.verified, in.FromEmailAddress) {
		return nil, fail(400, "MessageRejected", "Email address is not verified. The following identities failed the check in region %s: %s", r.region, in.FromEmailAddress)
	}
	p.mails = append(p.mails, Mail{in.FromEmailAddress, in.Destination.ToAddresses, raw, in.ConfigurationSetName})
	return map[string]any{"MessageId": "0102018f-example"}, nil
}
