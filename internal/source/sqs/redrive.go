package sqs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
)

// Moved is what a re-drive did.
type Moved struct {
	Messages int64 `json:"moved"`
	Task     bool  `json:"by_sqs"` // SQS moved them itself; else each was received, sent and deleted
}

// ErrNoTarget is a re-drive that nobody said the target of, where SQS does not
// know it either.
var ErrNoTarget = errors.New("where to move the messages is not known: name the queue")

// Redrive moves messages from a dead-letter queue to another queue, or, where to
// is nil, to the queues that they came from. SQS does it itself where it can; a
// limit, and services without that call, need each message to be received, sent
// and deleted. most 0 is no limit. progress is told of each step.
//
// A message may be in both queues when a call fails between the two; what is read
// twice is stored once.
func Redrive(ctx context.Context, from, to *Queue, most int64, progress func(Moved)) (Moved, error) {
	if most == 0 {
		moved, err := from.task(ctx, to, progress)
		if !errors.Is(err, errNoTask) {
			return moved, err
		}
	}
	if to == nil {
		var err error
		if to, err = from.origin(ctx); err != nil {
			return Moved{}, err
		}
	}
	return from.carry(ctx, to, most, progress)
}

// errNoTask says that SQS does not move these messages itself.
var errNoTask = errors.New("no message move task")

// task has SQS move the messages.
func (q *Queue) task(ctx context.Context, to *Queue, progress func(Moved)) (Moved, error) {
	state, err := q.Look(ctx)
	if err != nil {
		return Moved{}, err
	}
	in := &sqs.StartMessageMoveTaskInput{SourceArn: &state.ARN}
	if to != nil {
		target, err := to.Look(ctx)
		if err != nil {
			return Moved{}, err
		}
		in.DestinationArn = &target.ARN
	}
	if _, err := q.client.StartMessageMoveTask(ctx, in); err != nil {
		if noTask(err) {
			return Moved{}, errNoTask
		}
		return Moved{}, account.Explain(err, "move messages of "+q.URL)
	}
	return q.follow(ctx, state.ARN, progress)
}

// follow waits until SQS has moved the messages.
func (q *Queue) follow(ctx context.Context, arn string, progress func(Moved)) (Moved, error) {
	for {
		out, err := q.client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &arn, MaxResults: aws.Int32(1)})
		if err != nil {
			return Moved{Task: true}, account.Explain(err, "follow the moving of messages of "+q.URL+", which goes on")
		}
		if len(out.Results) == 0 {
			return Moved{Task: true}, nil
		}
		task := out.Results[0]
		moved := Moved{Messages: task.ApproximateNumberOfMessagesMoved, Task: true}
		progress(moved)
		switch status := aws.ToString(task.Status); status {
		case "COMPLETED":
			return moved, nil
		case "RUNNING", "CANCELLING":
		default:
			return moved, fmt.Errorf("moving messages of %s ended as %s: %s", q.URL, status, aws.ToString(task.FailureReason))
		}
		if err := wait(ctx, 2*time.Second); err != nil {
			return moved, err
		}
	}
}

// noTask knows the answers of services and queues that SQS moves nothing from: it
// does so only between a dead-letter queue and queues of the same kind.
func noTask(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "InvalidAction", "UnknownOperationException", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation",
		"NotImplemented", "InvalidParameterValue", "ResourceNotFoundException":
		return true
	}
	return false
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// origin is the one queue whose dead letters these are.
func (q *Queue) origin(ctx context.Context) (*Queue, error) {
	out, err := q.client.ListDeadLetterSourceQueues(ctx, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &q.URL})
	if err != nil {
		return nil, account.Explain(err, "find whose dead letters "+q.URL+" holds")
	}
	if len(out.QueueUrls) != 1 {
		return nil, ErrNoTarget
	}
	return OpenQueue(out.QueueUrls[0], q.cfg, q.account)
}

// carry receives, sends and deletes, in this order, one by one.
func (q *Queue) carry(ctx context.Context, to *Queue, most int64, progress func(Moved)) (moved Moved, err error) {
	for empty := 0; empty < 2 && (most == 0 || moved.Messages < most); {
		n := int64(batchSize)
		if most > 0 {
			n = min(n, most-moved.Messages)
		}
		messages, err := q.receive(ctx, int(n), peekHide)
		if err != nil {
			return moved, err
		}
		if len(messages) == 0 {
			empty++ // one answer may leave out servers that have some
			continue
		}
		empty = 0
		for _, m := range messages {
			if err := q.carryOne(ctx, to, m); err != nil {
				return moved, err
			}
			moved.Messages++
			progress(moved)
		}
	}
	return moved, nil
}

func (q *Queue) carryOne(ctx context.Context, to *Queue, m types.Message) error {
	in := &sqs.SendMessageInput{QueueUrl: &to.URL, MessageBody: m.Body, MessageAttributes: m.MessageAttributes}
	if strings.HasSuffix(to.Name, ".fifo") {
		in.MessageGroupId, in.MessageDeduplicationId = aws.String(cmp.Or(m.Attributes["MessageGroupId"], "seismo")), m.MessageId
	}
	if _, err := to.client.SendMessage(ctx, in); err != nil {
		return account.Explain(err, "send a message to "+to.URL)
	}
	if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle}); err != nil {
		return account.Explain(err, "delete a message of "+q.URL+" that was moved")
	}
	return nil
}
