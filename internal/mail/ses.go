package mail

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// SES is how Amazon SES is reached. Its identity for the sender's address or
// domain must be verified.
type SES struct {
	Account string `yaml:"account" help:"the entry of accounts to send with; default: the one named default, else the SDK's default chain"`
	Region  string `yaml:"region" help:"Region of the verified identity; default: the account's own"`
	Set     string `yaml:"configuration_set" help:"configuration set to send with"`
}

// Mailer sends by SES.
type Mailer struct {
	account *account.Account
	cfg     SES
}

// NewMailer makes a sender. It asks AWS nothing.
func NewMailer(a *account.Account, cfg SES) *Mailer { return &Mailer{a, cfg} }

// Send hands the whole message to SES, in one call that is not repeated: a second
// try of one that was taken would send it twice.
func (s *Mailer) Send(ctx context.Context, m Message) error {
	from, to, err := m.envelope()
	if err != nil {
		return err
	}
	data, err := m.Bytes()
	if err != nil {
		return err
	}
	in := &sesv2.SendEmailInput{FromEmailAddress: aws.String(from.String()), Destination: &types.Destination{},
		Content: &types.EmailContent{Raw: &types.RawMessage{Data: data}}}
	for _, a := range to {
		in.Destination.ToAddresses = append(in.Destination.ToAddresses, a.Address)
	}
	if s.cfg.Set != "" {
		in.ConfigurationSetName = aws.String(s.cfg.Set)
	}
	client := sesv2.NewFromConfig(s.account.SDK(s.cfg.Region), func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	_, err = client.SendEmail(ctx, in)
	return judged(err)
}

// judged explains an error of SES, and says when it does not tell whether the
// message was taken.
func judged(err error) error {
	if err == nil {
		return nil
	}
	told := account.Explain(err, "send the report by SES")
	var f *source.Fault
	var api smithy.APIError
	if errors.As(err, &api) && errors.As(told, &f) {
		if remedy := remedies[api.ErrorCode()]; remedy != "" {
			f.Kind, f.Remedy = source.Misconfigured, remedy
		}
	}
	var dial *net.OpError
	switch {
	case api != nil && api.ErrorFault() != smithy.FaultServer && statusOf(err) < 500,
		errors.As(err, &dial) && dial.Op == "dial",
		f != nil && f.Kind == source.Expired:
		return told
	}
	return fmt.Errorf("%w: %w", ErrDoubtful, told)
}

// remedies are SES's own words for what is wrong.
// Source: SES API v2, SendEmail, errors.
var remedies = map[string]string{
	"MessageRejected":                    "Verify the sender's address or domain in SES, in this Region; in the sandbox the recipients too.",
	"MailFromDomainNotVerifiedException": "Verify the MAIL FROM domain of the identity in SES.",
	"AccountSuspendedException":          "SES has suspended sending for the account: ask AWS's support.",
	"SendingPausedException":             "Sending is paused in SES for the account or the configuration set: resume it.",
	"NotFoundException":                  "Check ses.configuration_set: SES has none of this name here.",
	"LimitExceededException":             "SES's sending quota is used up: it is tried again later; ask AWS for a higher one.",
}

func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}
