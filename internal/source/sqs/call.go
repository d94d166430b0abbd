package sqs

import (
	"cmp"
	"context"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// call makes one call for up to ten messages and says what became of each.
func (s *Source) call(ctx context.Context, v verb, batch []action) []result {
	var bad []types.BatchResultErrorEntry
	var err error
	if v == remove {
		bad, err = s.remove(ctx, batch)
	} else {
		bad, err = s.hide(ctx, batch)
	}
	results := make([]result, len(batch))
	s.impaired.set(v, nil)
	if err != nil {
		s.counts.faults.Add(1)
		s.tellCall(ctx, v, err)
		for i := range results {
			results[i] = failed
		}
		return results
	}
	for _, entry := range bad {
		if i, err := strconv.Atoi(aws.ToString(entry.Id)); err == nil && i >= 0 && i < len(results) {
			results[i] = entryResult(entry)
		}
	}
	s.count(batch, results)
	return results
}

func (s *Source) remove(ctx context.Context, batch []action) ([]types.BatchResultErrorEntry, error) {
	in := &sqs.DeleteMessageBatchInput{QueueUrl: &s.queue.URL}
	for i, a := range batch {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &a.receipt,
		})
	}
	out, err := s.client.DeleteMessageBatch(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Failed, nil
}

func (s *Source) hide(ctx context.Context, batch []action) ([]types.BatchResultErrorEntry, error) {
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &s.queue.URL}
	for i, a := range batch {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &a.receipt, VisibilityTimeout: a.seconds,
		})
	}
	out, err := s.client.ChangeMessageVisibilityBatch(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Failed, nil
}

// entryResult reads SQS's word about one message. A fault of the sender is one of
// the receipt: it is no longer valid, its message is not in flight or not there,
// or it was hidden for as long as can be.
func entryResult(entry types.BatchResultErrorEntry) result {
	switch aws.ToString(entry.Code) {
	case "RequestThrottled", "ThrottlingException", "Throttling", "InternalError", "ServiceUnavailable":
		return failed
	}
	if entry.SenderFault {
		return gone
	}
	return failed
}

func (s *Source) count(batch []action, results []result) {
	for i, a := range batch {
		switch {
		case results[i] == good && a.verb == remove:
			s.counts.deleted.Add(1)
		case results[i] == good && a.verb == giveBack:
			s.counts.returned.Add(1)
		case results[i] == gone && a.verb == renew:
			s.counts.lost.Add(1)
		}
	}
}

// tellCall has Receive say that messages cannot be deleted or renewed, unless
// the process ends.
func (s *Source) tellCall(ctx context.Context, v verb, err error) {
	if s.ctx.Err() != nil || ctx.Err() != nil {
		return
	}
	what := "renew messages of "
	switch v {
	case remove:
		what = "delete messages of "
	case giveBack, renew:
	}
	err = s.explain(err, what)
	s.impaired.set(v, err)
	s.tell(err)
}

// impairments are what the last call of each kind failed with. A queue that can
// be received from and not deleted from is not well, however many polls succeed.
type impairments struct {
	mu   sync.Mutex
	last [3]error // by verb
}

func (i *impairments) set(v verb, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last[v] = err
}

// first is nil when the last call of each kind succeeded.
func (i *impairments) first() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return cmp.Or(i.last[:]...)
}
