package web

import "time"

// OutgoingWell is the state of what was sent as it was to be; SourceStarts and
// SourceFails are the others.
const OutgoingWell = "sends"

// Outgoing is one kind of thing that seismo sends out by itself: metrics and log
// events to CloudWatch, reports by e-mail.
type Outgoing struct {
	What   string    `json:"what"`            // metrics, findings, failed calls, daily report, …
	Place  string    `json:"place"`           // namespace or log group, mail server; never with a secret
	Region string    `json:"region,omitzero"` // of AWS; "" for reports
	State  string    `json:"state"`           // sends, starts, fails
	Last   time.Time `json:"last,omitzero"`   // the newest that all, or for reports somebody, has got
	Sent   string    `json:"sent,omitzero"`   // what that was, in words
	Next   time.Time `json:"next,omitzero"`   // when the next is due or tried again
	Count  int64     `json:"count"`           // data, log events or recipients that were sent to, since seismo started; of a report those of the newest
	Why    string    `json:"why,omitzero"`    // of SourceFails
	Remedy string    `json:"remedy,omitzero"` // what to do about it
	Since  time.Time `json:"since,omitzero"`  // of SourceFails
	Notes  []string  `json:"notes,omitempty"` // what only its kind has to tell
}

// Unsent counts what cannot be sent now.
func (c Collection) Unsent() (n int) {
	for _, o := range c.Outgoing {
		if o.State == SourceFails {
			n++
		}
	}
	return n
}
