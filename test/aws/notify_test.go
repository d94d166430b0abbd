package aws

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func TestNotifications(t *testing.T) {
	for _, way := range []string{direct, bySNS, rawSNS, bridge} {
		t.Run(way, func(t *testing.T) {
			p := newPlace(t)
			url := p.queue(t, way)
			p.put(t, "AWSLogs/a b", []byte("{}"))
			out, err := p.account.SQS("").ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 5, MaxNumberOfMessages: 10})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range out.Messages {
				t.Log(*m.Body)
			}
			if len(out.Messages) == 0 || !strings.Contains(*out.Messages[len(out.Messages)-1].Body, "AWSLogs") {
				t.Errorf("%d messages", len(out.Messages))
			}
		})
	}
}
