package logging

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"seismo/internal/account"
)

// Status is what logging does in one Region.
type Status struct {
	Account string    `json:"account"`
	Region  string    `json:"region"`
	On      bool      `json:"on"`
	To      []string  `json:"to,omitzero"`
	Large   string    `json:"large,omitzero"` // where bodies over 100 KB go, "" when they are lost
	With    []string  `json:"with,omitzero"`
	Since   time.Time `json:"since,omitzero"` // when it was last configured; From says how that is known
	By      string    `json:"by,omitzero"`    // who did: an ARN, or seismo; "" is unknown
	From    string    `json:"from,omitzero"`  // FromTrail, FromJournal or FromInventory; "" when nobody remembers
	Note    string    `json:"note,omitzero"`  // why CloudTrail does not tell
	Ours    bool      `json:"ours"`           // seismo turned it on, and can undo it
	Fault   string    `json:"fault,omitzero"` // why it cannot be told
}

// Ask asks whose the credentials are. It fails where no Region could be asked either,
// so that one error is told and not one for each.
func (t *Tool) Ask(ctx context.Context) error {
	_, err := t.account.ID(ctx)
	return err
}

// Status tells of some Regions whether logging is on, where to, with what, since
// when and by whom. It only reads; a Region that cannot be asked says so.
func (t *Tool) Status(ctx context.Context, regions []string) []Status {
	list := make([]Status, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			list[i] = Status{Region: region}
			if err := t.status(ctx, &list[i]); err != nil {
				list[i].Fault = account.Redact(err.Error())
			}
		})
	}
	work.Wait()
	return list
}

func (t *Tool) status(ctx context.Context, s *Status) error {
	p, err := t.place(ctx, s.Region)
	if err != nil {
		return err
	}
	s.Account = p.id
	text, err := readLogging(ctx, p, "")
	if err != nil {
		return err
	}
	if s.Ours, err = t.isMine(ctx, p, text); err != nil {
		return err
	}
	var c types.LoggingConfig
	if text != "" {
		if c, err = fromText[types.LoggingConfig](text); err != nil {
			return err
		}
	}
	if err := t.blame(ctx, p, s, &c); err != nil || text == "" {
		return err
	}
	s.On, s.To, s.With = true, targets(&c), kindsOfData(&c)
	switch {
	case c.CloudWatchConfig != nil && c.CloudWatchConfig.LargeDataDeliveryS3Config != nil:
		s.Large = placeOf(c.CloudWatchConfig.LargeDataDeliveryS3Config)
	case c.CloudWatchConfig == nil:
		s.Large = placeOf(c.S3Config)
	}
	return nil
}
