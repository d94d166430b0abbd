package sqs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seismo/internal/account"
)

// Kind is how many messages of a queue are of one kind. Nothing of what they say
// is kept.
type Kind struct {
	Name     string    `json:"kind"`
	Messages int       `json:"messages"`
	Objects  int       `json:"objects"` // that they tell of, or records that they carry
	Oldest   time.Time `json:"oldest"`  // when the first of them was sent
}

// peekHide is for how long messages that are looked at are hidden.
const peekHide = time.Minute

// Peek looks at no more than most messages and says of which kinds they are. The
// messages are given back at once; that they were received counts as a receive.
func (q *Queue) Peek(ctx context.Context, most int) ([]Kind, error) {
	kinds := map[string]*Kind{}
	seen := map[string]string{} // by id: the newest receipt
	defer func() { q.giveBack(context.WithoutCancel(ctx), seen) }()
	end := time.Now().Add(peekHide - 15*time.Second) // before the first comes again
	for len(seen) < most && time.Now().Before(end) {
		messages, err := q.receive(ctx, min(most-len(seen), batchSize), peekHide)
		if err != nil {
			return nil, err
		}
		fresh := false
		for _, m := range messages {
			id := aws.ToString(m.MessageId)
			if _, known := seen[id]; !known {
				fresh = true
				tally(kinds, m)
			}
			seen[id] = aws.ToString(m.ReceiptHandle)
		}
		if !fresh {
			break
		}
	}
	var list []Kind
	for _, k := range kinds {
		list = append(list, *k)
	}
	slices.SortFunc(list, func(a, b Kind) int { return cmp.Or(b.Messages-a.Messages, strings.Compare(a.Name, b.Name)) })
	return list, nil
}

func tally(kinds map[string]*Kind, m types.Message) {
	n := parse([]byte(aws.ToString(m.Body)))
	name := n.kind()
	k := kinds[name]
	if k == nil {
		k = &Kind{Name: name}
		kinds[name] = k
	}
	k.Messages++
	k.Objects += len(n.objects) + len(n.records)
	sent := millis(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)])
	if k.Oldest.IsZero() || sent.Before(k.Oldest) {
		k.Oldest = sent
	}
}

// kind is a name for what a message is.
func (n notice) kind() string {
	switch {
	case n.odd != "":
		return "not understood: " + n.odd
	case len(n.objects) > 0:
		return "tells of new objects"
	case len(n.records) > 0:
		return "carries records"
	case n.tests > 0:
		return "a test"
	}
	return "nothing to read"
}

// receive gets what there is now, without waiting for more.
func (q *Queue) receive(ctx context.Context, most int, hide time.Duration) ([]types.Message, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.URL, MaxNumberOfMessages: int32(most),
		VisibilityTimeout: int32(hide / time.Second), WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, account.Explain(err, "receive messages of "+q.URL)
	}
	return out.Messages, nil
}

// giveBack lets others have messages at once. Those that cannot be given back
// come by themselves.
func (q *Queue) giveBack(ctx context.Context, receipts map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, closing)
	defer cancel()
	s := &Source{queue: q.Address, client: q.client}
	var batch []action
	for _, receipt := range receipts {
		if batch = append(batch, action{verb: giveBack, receipt: receipt}); len(batch) == batchSize {
			_, _ = s.hide(ctx, batch)
			batch = nil
		}
	}
	if len(batch) > 0 {
		_, _ = s.hide(ctx, batch)
	}
}
