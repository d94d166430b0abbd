package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
)

// Refused is what a mail server said, with what to do about it.
type Refused struct {
	What   string
	Remedy string
	Err    error
}

func (r *Refused) Error() string { return r.What + ": " + r.Err.Error() }
func (r *Refused) Unwrap() error { return r.Err }

// Hint is the remedy.
func (r *Refused) Hint() string { return r.Remedy }

func said(what, remedy string, err error) error { return &Refused{what, remedy, brief(err)} }

// Refusal is a recipient whom a mail server did not take.
type Refusal struct {
	Address string
	Later   bool // the server asks to try again: it is busy, or takes no more at once
	Err     error
}

// Partly is a message that went to some of its recipients: those that were
// refused have not got it, and nobody else may be sent it again.
type Partly struct {
	Refused []Refusal
	Taken   int   // recipients that were taken; 0 only within a Refused: nobody has it
	Err     error // nil: those have it; ErrDoubtful: nobody knows whether they do
}

func (p *Partly) Error() string {
	if p.Taken == 0 {
		return "the mail server refused " + listed(p.Refused)
	}
	others, state := fmt.Sprintf("%d others", p.Taken), " have it"
	if p.Taken == 1 {
		others, state = "1 other", " has it"
	}
	if p.Err != nil {
		state = " may have it: " + p.Err.Error()
	}
	return "the mail server refused " + listed(p.Refused) + "; " + others + state
}

// Unwrap is what became of those that were taken.
func (p *Partly) Unwrap() error { return p.Err }

// Hint is the remedy.
func (p *Partly) Hint() string { return remedyOf(p.Refused) }

const (
	remedyLater = "It is tried again."
	remedyNever = "Check the address in to: the server does not take mail for it."
)

func remedyOf(list []Refusal) string {
	for _, r := range list {
		if !r.Later {
			return remedyNever
		}
	}
	return remedyLater
}

// all is the error of a message that nobody was taken for.
func all(list []Refusal) error {
	return said("give the recipients", remedyOf(list)+" Nobody got the message.", &Partly{Refused: list})
}

func listed(list []Refusal) string {
	var names []string
	for _, r := range list {
		names = append(names, r.Address+" ("+r.Err.Error()+")")
	}
	return strings.Join(names, ", ")
}

// give names the recipients and returns those that the server refused. The error
// is of a connection that no longer works: then nobody gets the message.
func give(c *smtp.Client, to []*mail.Address) (refused []Refusal, err error) {
	for _, a := range to {
		err := c.Rcpt(a.Address)
		var answer *textproto.Error
		switch {
		case err == nil:
		case !errors.As(err, &answer) || answer.Code == 421: // 421: the server closes the connection
			return nil, said("give the recipient "+a.Address, "Nobody got the message; it is tried again.", err)
		default:
			refused = append(refused, Refusal{a.Address, answer.Code < 500, brief(err)})
		}
	}
	return refused, nil
}
