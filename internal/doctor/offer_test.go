package doctor

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOfferedQueues: a queue of Bedrock's is offered first, and dead letters last.
func TestOfferedQueues(t *testing.T) {
	const at = "https://sqs.eu-west-1.amazonaws.com/111122223333/"
	got := ordered([]string{at + "bedrock-dead", at + "bedrock-logs", at + "mail", at + "orders-DLQ"})
	want := []string{at + "bedrock-logs", at + "mail", at + "bedrock-dead", at + "orders-DLQ"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
