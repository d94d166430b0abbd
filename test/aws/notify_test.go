package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/s3"

	sqssource "seismo/internal/source/sqs"
)

// TestNotifications has the emulator tell of objects in each of AWS's ways. It
// sends a test event when a way is set up, and tells of tags, too, by
// EventBridge: neither is an object.
func TestNotifications(t *testing.T) {
	for _, way := range []string{direct, bySNS, rawSNS, bridge} {
		t.Run(way, func(t *testing.T) {
			p := newPlace(t)
			url := p.queue(t, way)
			want := map[string]string{}
			for i := range 25 {
				key := fmt.Sprintf("AWSLogs/111122223333/BedrockModelInvocationLogs/%s/2026/03/01/%02d/a b+c%%é=%d.json", region, i%24, i)
				want[key] = fmt.Sprintf(`{"n":%d}`, i)
				p.put(t, key, []byte(want[key]))
			}
			cfg := s3.Config{Config: configured(t), QueueURL: url, Workers: 4, SQS: s3.Queue{WaitTime: config.Duration(time.Second)}}
			if err := cfg.Check(); err != nil {
				t.Fatal(err)
			}
			src, err := sqssource.New(t.Context(), cfg, sqssource.Deps{Name: way, Account: p.account})
			if err != nil {
				t.Fatal(err)
			}
			got := drain(t, src, len(want))
			if err := src.Close(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if visible, inFlight := p.depth(t, url); visible != "0" || inFlight != "0" {
				t.Errorf("in the queue are left %s messages, %s in flight", visible, inFlight)
			}
		})
	}
}

// drain reads and settles objects until n different ones came, and gives their
// bytes by key.
func drain(t *testing.T, src source.Source, n int) map[string]string {
	t.Helper()
	got := map[string]string{}
	collect(t, src, func() bool { return len(got) >= n }, func(o source.Object, text []byte) { got[o.Origin.Key] = string(text) })
	return got
}

// collect does what the pipeline does, one object after the other, until done
// says so, within two minutes: what fails is settled with its error and comes
// again. It gives to take what was read.
func collect(t *testing.T, src source.Source, done func() bool, take func(source.Object, []byte)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for failures := 0; !done(); {
		d, err := src.Receive(ctx)
		var text []byte
		if err == nil && d != nil {
			text, err = read(ctx, d)
			if err := d.Settle(ctx, err); err != nil {
				t.Fatalf("settle %s: %v", d.Object().ID, err)
			}
		}
		switch {
		case err != nil:
			if failures++; ctx.Err() != nil || errors.Is(err, io.EOF) || failures > 1000 {
				t.Fatalf("%d failures, the last: %v", failures, err)
			}
		case d != nil && d.Object().ID != "":
			take(d.Object(), text)
		}
	}
}

func read(ctx context.Context, d source.Delivery) ([]byte, error) {
	in, err := d.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}

func (p *place) depth(t *testing.T, url string) (visible, inFlight string) {
	t.Helper()
	out, err := p.account.SQS("").GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"], out.Attributes["ApproximateNumberOfMessagesNotVisible"]
}
