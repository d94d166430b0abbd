package sqs

import (
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Waits after a call that failed.
const (
	firstWait = time.Second
	mostWait  = 30 * time.Second
)

// loop receives messages until Close. What goes wrong is told through Receive,
// and the loop goes on after a while.
func (s *Source) loop() {
	wait, down := firstWait, false
	for s.shelf.hasRoom() {
		messages, err := s.receive()
		switch {
		case s.ctx.Err() != nil:
			return
		case err != nil:
			s.counts.faults.Add(1)
			s.tell(err)
			if !s.pause(wait) {
				return
			}
			wait, down = min(2*wait, mostWait), true
			continue
		case len(messages) == 0 || down:
			s.tell(s.impaired.first())
		}
		wait, down = firstWait, false
		s.deliver(messages)
	}
}

func (s *Source) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

func (s *Source) receive() ([]types.Message, error) {
	out, err := s.client.ReceiveMessage(s.ctx, &sqs.ReceiveMessageInput{
		QueueUrl:            &s.queue.URL,
		MaxNumberOfMessages: batchSize,
		WaitTimeSeconds:     int32(s.cfg.SQS.WaitTime.Std() / time.Second),
		VisibilityTimeout:   int32(s.cfg.VisibilityTimeout.Std() / time.Second),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount,
			types.MessageSystemAttributeNameSentTimestamp,
		},
	})
	if err != nil {
		return nil, s.explain(err, "receive messages of ")
	}
	return out.Messages, nil
}

// explain says what an error of the queue means. Only this service has a cap on
// messages in flight.
func (s *Source) explain(err error, what string) error {
	what += s.queue.URL
	var over smithy.APIError
	if errors.As(err, &over) && (over.ErrorCode() == "OverLimit" || over.ErrorCode() == "AWS.SimpleQueueService.OverLimit") {
		return &source.Fault{Kind: source.Throttled, What: what, Err: err,
			Remedy: "as many messages are in flight as SQS allows: stop what else receives from this queue, and see that messages are deleted"}
	}
	return account.Explain(err, what)
}

// deliver books what was received, all of it before anything else, so that what
// waits behind others is renewed too; then its objects go to Receive.
func (s *Source) deliver(messages []types.Message) {
	var list []*delivery
	for _, m := range messages {
		list = append(list, s.read(m)...)
	}
	s.resolve(list)
	for _, d := range list {
		if d.withheld {
			continue
		}
		if d.body == nil && d.failed == nil {
			s.deps.Reader.Ahead(s.ctx, d.ref)
		}
		if !s.shelf.put(d) {
			return // the book gives back what is not delivered
		}
		s.counts.objects.Add(1)
	}
}

// read books a message and makes deliveries of what it tells of.
func (s *Source) read(m types.Message) []*delivery {
	s.counts.received.Add(1)
	letter := &letter{
		id: aws.ToString(m.MessageId), body: []byte(aws.ToString(m.Body)), queue: s.queue.Name,
		attempt: atLeastOne(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)]),
		sent:    millis(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)]),
	}
	list := s.open(letter)
	if letter.odd != "" {
		list = append(list, s.poison(letter))
	}
	spare := s.quarantines() && s.tired(letter.attempt)
	if !spare {
		letter.body = nil // what is delivered of it has its own part
	}
	letter.ticket = s.keeper.take(aws.ToString(m.ReceiptHandle), len(list), spare)
	return list
}

func atLeastOne(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func millis(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
