package test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/source/cloudtrail"
	"seismo/internal/source/cwlogs"
	"seismo/internal/source/s3"
	"seismo/internal/source/sqs"
	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
	"seismo/test/standin"
)

// TestThrottledWeather collects by four ways for ten minutes of virtual time
// while three of ten calls of AWS are throttled, in each of the forms that AWS
// gives it: nothing is lost, nothing is there twice, and no call is made faster
// than four fifths of its quota.
func TestThrottledWeather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeather(t)
		for i, op := range []struct {
			service string
			status  int
			code    string
		}{
			{"s3", 503, "SlowDown"}, {"sqs", 400, "RequestThrottled"}, {"logs", 400, "ThrottlingException"},
			{"cloudtrail", 400, "ThrottlingException"}, {"sts", 429, "TooManyRequestsException"},
		} {
			w.cloud.Fault(standin.Fault{Service: op.service, Share: 0.3, Seed: uint64(i) + 1, Status: op.status, Code: op.code, Message: "Rate exceeded"})
		}
		w.start(t)
		for minute := range 10 {
			for second := range 60 {
				w.write(t, minute*60+second)
				time.Sleep(time.Second)
			}
		}
		w.settle(t, 30*time.Minute)
		w.end()
		w.keptQuotas(t)
		if n := w.cloud.Count("", ""); n < 1000 {
			t.Errorf("only %d calls: this was no weather", n)
		}
	})
}

// weather is four sources that read one stand-in into one store.
type weather struct {
	cloud   *standin.Cloud
	account *account.Account
	store   *memory.Store
	writer  *pipeline.Writer
	meters  map[string]*pipeline.Meter
	queue   *standin.Queue
	group   string
	written map[string]bool

	stop  chan struct{}
	runs  sync.WaitGroup
	ended chan error
}

func newWeather(t *testing.T) *weather {
	w := &weather{cloud: standin.New(t), meters: map[string]*pipeline.Meter{}, written: map[string]bool{},
		stop: make(chan struct{}), ended: make(chan error, 1)}
	w.account = w.cloud.Account(t)
	w.cloud.Bucket("listed", standin.Region)
	w.cloud.Bucket("notified", standin.Region)
	w.queue = w.cloud.CreateQueue("logs", standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 7, Visibility: 30 * time.Second})
	w.cloud.Notify("notified", "", "", w.queue, standin.FromS3)
	w.group = w.cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
	var err error
	if w.store, err = memory.New(memory.Config{Keyring: storetest.Keyring(t)}); err != nil {
		t.Fatal(err)
	}
	w.writer = pipeline.NewWriter(w.store, pipeline.Limits{Persist: true})
	return w
}

func (w *weather) start(t *testing.T) {
	go func() { w.ended <- w.writer.Run(context.Background()) }()
	reader := s3.NewReader(w.account, s3.ReaderOptions{})
	queue := s3.Config{QueueURL: w.queue.URL, Workers: 4}
	listing := s3.Config{BucketARN: "arn:aws:s3:::listed"}
	for _, c := range []*s3.Config{&queue, &listing} {
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
	}
	made := func(src source.Source, err error) source.Source {
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	ctx := t.Context()
	w.add(t, "queue", made(sqs.New(ctx, queue, sqs.Deps{Name: "queue", Account: w.account, Reader: reader, Journal: w.store})))
	w.add(t, "listing", made(s3.New(ctx, listing, s3.Deps{Name: "listing", Account: w.account, Reader: reader, Journal: w.store})))
	group := cwlogs.Config{GroupARN: w.group, Scan: config.Duration(time.Second)} // as fast as it may
	w.add(t, "group", made(cwlogs.New(ctx, group, cwlogs.Deps{Name: "group", Account: w.account, Journal: w.store})))
	lookup := cloudtrail.Config{Regions: []string{standin.Region}, EventSources: []string{bedrock}}
	w.add(t, "lookup", made(cloudtrail.New(ctx, lookup, cloudtrail.Deps{Name: "lookup", Account: w.account, Journal: w.store})))
}

func (w *weather) add(t *testing.T, name string, src source.Source) { w.addWith(t, name, src, nil) }

func (w *weather) addWith(t *testing.T, name string, src source.Source, bodies normalize.Opener) {
	n, err := normalize.New(normalize.Config{Bodies: bodies})
	if err != nil {
		t.Fatal(err)
	}
	meter := &pipeline.Meter{}
	w.meters[name] = meter
	w.runs.Go(func() {
		err := pipeline.Run(context.Background(), pipeline.Config{Name: name, Source: src, Decoder: decode.New(decode.DefaultLimits()),
			Normalize: n.Event, Finding: n.Finding, Enrich: func(*event.Event) {}, Workers: 2, Endless: true, Stop: w.stop}, w.writer, meter)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := src.Close(); err != nil {
			t.Errorf("close %s: %v", name, err)
		}
	})
}

// write gives AWS something new for each way.
func (w *weather) write(t *testing.T, second int) {
	now := time.Now().UTC()
	folder := "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/" + now.Format("2006/01/02/15/20060102T150405Z_")
	for _, bucket := range []string{"listed", "notified"} {
		if second%2 == 0 {
			w.cloud.PutObject(bucket, fmt.Sprintf("%s%08x.json", folder, second), []byte(w.record(bucket, second, now)+w.record(bucket+"-b", second, now)))
		}
	}
	w.cloud.PutLog(w.group, standin.LogEvent{Message: w.record("group", second, now)})
	if second%5 == 0 {
		id := fmt.Sprintf("trail-%d", second)
		w.written[id] = true
		w.cloud.PutTrailEvent(standin.TrailEvent{ID: id, Name: "GetModelInvocationLoggingConfiguration", Source: bedrock, Time: now,
			JSON: fmt.Sprintf(`{"eventVersion":"1.09","eventTime":%q,"eventSource":"bedrock.amazonaws.com","eventName":"GetModelInvocationLoggingConfiguration",`+
				`"awsRegion":"us-east-1","recipientAccountId":"111122223333","requestID":%q,"eventID":%q,"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ci"}}`,
				now.Format(time.RFC3339), id, id)})
	}
}

func (w *weather) record(way string, n int, at time.Time) string {
	id := fmt.Sprintf("%s-%d", way, n)
	w.written[id] = true
	return fmt.Sprintf(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":%q,"accountId":"111122223333","region":"us-east-1",`+
		`"requestId":%q,"operation":"Converse","modelId":"amazon.nova-micro-v1:0"}`, at.Format(time.RFC3339), id) + "\n"
}

// settle waits until everything that was written is stored, once.
func (w *weather) settle(t *testing.T, most time.Duration) {
	for until := time.Now().Add(most); ; time.Sleep(10 * time.Second) {
		missing, doubled := w.compare(t)
		if len(doubled) > 0 || len(missing) > 0 && time.Now().After(until) {
			for name, m := range w.meters {
				t.Logf("%s: %+v", name, m.Counts())
			}
			t.Fatalf("of %d records %d are missing (%.200s) and %d are there twice (%.200s)", len(w.written), len(missing),
				strings.Join(missing, " "), len(doubled), strings.Join(doubled, " "))
		}
		if len(missing) == 0 && w.queue.Len() == 0 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%d messages are left in the queue", w.queue.Len())
		}
	}
}

func (w *weather) compare(t *testing.T) (missing, doubled []string) {
	found := map[string]int{}
	for q := (query.Query{Limit: query.MaxLimit}); ; {
		page, err := w.store.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			found[e.RequestID]++
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	for id := range w.written {
		switch n := found[id]; {
		case n == 0:
			missing = append(missing, id)
		case n > 1:
			doubled = append(doubled, id)
		}
	}
	return missing, doubled
}

func (w *weather) end() {
	close(w.stop)
	w.runs.Wait()
	w.writer.Finish()
	<-w.ended
}

// keptQuotas looks that in no ten seconds more calls were made, retries among
// them, than four fifths of what AWS grants.
func (w *weather) keptQuotas(t *testing.T) {
	const window = 10 * time.Second
	for _, quota := range []struct {
		service, op string
		rate        float64
	}{{"logs", "FilterLogEvents", 5}, {"cloudtrail", "LookupEvents", 2}} {
		var times []time.Time
		for _, c := range w.cloud.Calls() {
			if c.Service == quota.service && c.Op == quota.op {
				times = append(times, c.Time)
			}
		}
		most, from := 0, 0
		for to := range times {
			for times[to].Sub(times[from]) >= window {
				from++
			}
			most = max(most, to-from+1)
		}
		if allowed := int(0.8*quota.rate*window.Seconds()) + 1; most > allowed || len(times) == 0 {
			t.Errorf("%s: %d calls in ten seconds, %d of %d allowed", quota.op, most, allowed, len(times))
		}
		t.Logf("%s: %d calls, at most %d in ten seconds", quota.op, len(times), most)
	}
}
