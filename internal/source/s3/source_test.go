package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

const (
	bucket = "example-logs"
	logs   = "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/"
	trails = "AWSLogs/111122223333/CloudTrail/eu-west-1/"
)

// journal is a store that knows of objects what a real one does.
type journal struct {
	mu       sync.Mutex
	done     map[string]int // how often each object was committed
	cursors  map[string]string
	troubles map[string]source.Trouble
}

func newJournal() *journal {
	return &journal{done: map[string]int{}, cursors: map[string]string{}, troubles: map[string]source.Trouble{}}
}

func (j *journal) Done(_ context.Context, ids []string) (map[string]bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := map[string]bool{}
	for _, id := range ids {
		if j.done[id] > 0 {
			found[id] = true
		}
	}
	return found, nil
}

func (j *journal) Cursor(_ context.Context, name string) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.cursors[name], nil
}

func (j *journal) Troubles(context.Context, string) ([]source.Trouble, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Collect(maps.Values(j.troubles)), nil
}

// commit does what the pipeline does with an object that was read, or failed.
func (j *journal) commit(o source.Object, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if o.Cursor != nil {
		j.cursors[o.Cursor.Name] = o.Cursor.Value
	}
	var fault *source.Fault
	switch {
	case o.ID == "":
	case errors.As(err, &fault) && fault.Kind != source.Changed:
		j.troubles[o.ID] = source.Trouble{Object: o, Fault: fault.Kind, Detail: err.Error(), Attempts: o.Attempt,
			Next: time.Now().Add(min(time.Minute<<min(o.Attempt-1, 6), time.Hour))}
	default:
		delete(j.troubles, o.ID)
		j.done[o.ID]++
	}
}

// keys are the keys of what was committed, in no order.
func (j *journal) keys() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Sorted(maps.Keys(j.done))
}

// pump runs a source as the pipeline does, until ctx ends or the source does.
// It returns the errors of Receive.
func pump(ctx context.Context, src *s3.Source, j *journal, seen func(source.Delivery, []byte, error)) []error {
	var errs []error
	for {
		d, err := src.Receive(ctx)
		switch {
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return errs
		case err != nil:
			errs = append(errs, err)
			if len(errs) > 100 {
				return errs
			}
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			continue
		case d == nil:
			continue
		}
		text, err := read(ctx, d)
		j.commit(d.Object(), err)
		if seen != nil {
			seen(d, text, err)
		}
		var fault *source.Fault
		if errors.As(err, &fault) && fault.Kind == source.Changed {
			err = nil
		}
		_ = d.Settle(ctx, err)
	}
}

func read(ctx context.Context, d source.Delivery) ([]byte, error) {
	body, err := d.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func listing(t *testing.T, c *standin.Cloud, j *journal, once bool, set func(*s3.Config)) *s3.Source {
	t.Helper()
	cfg := s3.Config{Config: c.Config(), BucketARN: "arn:aws:s3:::" + bucket}
	if set != nil {
		set(&cfg)
	}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := s3.New(t.Context(), cfg, s3.Deps{Name: "logs", Account: c.Account(t), Journal: j, Once: once})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// logKey is the key of the n-th log of an hour.
func logKey(at time.Time, n int) string {
	return logs + at.UTC().Format("2006/01/02/15/20060102T150405000Z") + fmt.Sprintf("_%08x.json.gz", n)
}

func TestOnceReadsAllThatHoldsRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		now := time.Now()
		want := []string{}
		for i := range 3 {
			for day := range 3 {
				key := logKey(now.AddDate(0, 0, -day), i)
				o := c.PutObject(bucket, key, []byte("log"))
				want = append(want, "s3://"+bucket+"/"+key+"#"+o.ETag)
			}
		}
		trail := trails + "2000/01/01/111122223333_CloudTrail_eu-west-1_20000101T0005Z_abcdefghijklmnop.json.gz"
		o := c.PutObject(bucket, trail, []byte("trail"))
		want = append(want, "s3://"+bucket+"/"+trail+"#"+o.ETag)
		for _, key := range []string{
			logs + "2000/01/01/00/data/r1_input.json.gz",
			"AWSLogs/111122223333/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check",
			"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2000/01/01/digest.json.gz",
			"AWSLogs/111122223333/vpcflowlogs/eu-west-1/2000/01/01/flow.log.gz",
		} {
			c.PutObject(bucket, key, []byte("not a log"))
		}
		j := newJournal()
		src := listing(t, c, j, true, nil)
		if errs := pump(t.Context(), src, j, nil); errs != nil {
			t.Fatal(errs)
		}
		slices.Sort(want)
		if got := j.keys(); !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
		if got := c.Count("s3", "GetObject"); got != len(want) {
			t.Errorf("%d GETs for %d objects", got, len(want))
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
}
