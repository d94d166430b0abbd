package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/month"
	"seismo/test/process"
	"seismo/test/standin"
)

// TestKilledCollection kills seismo serve with SIGKILL at random moments while it
// collects by each of the four ways, and starts it again, while more comes in
// all the time, and AWS throttles, breaks off and does not answer now and then.
// In the end nothing may be missing and nothing be there twice.
// SEISMO_KILLS is the number of kills over all ways, 20 by default.
func TestKilledCollection(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 8
	}
	if n, err := strconv.Atoi(os.Getenv("SEISMO_KILLS")); err == nil {
		kills = n
	}
	ways := []struct {
		name string
		make func(t *testing.T, cloud *standin.Cloud, m *month.Month) way
	}{
		{"queue", byQueue}, {"listing", byListing}, {"log group", byLogGroup}, {"lookup", byLookup},
	}
	for i, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			cloud, m := standin.New(t), month.New(t, 800)
			for _, o := range m.Bodies {
				cloud.PutObject(o.Bucket, o.Key, o.Body)
				m.Keep(t, o)
			}
			cloud.Fault(
				standin.Fault{Share: 0.05, Seed: 1, Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"},
				standin.Fault{Share: 0.02, Seed: 2, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."},
				standin.Fault{Service: "sqs", Op: "DeleteMessage", Share: 0.1, Seed: 3, Late: true, Status: 500, Code: "InternalError"},
				standin.Fault{Service: "s3", Op: "GetObject", Share: 0.1, Seed: 4, Cut: 300},
				standin.Fault{Share: 0.02, Seed: 5, Drop: true},
			)
			r := &run{cloud: cloud, month: m, way: w.make(t, cloud, m)}
			r.torture(t, (kills+i)/len(ways))
		})
	}
}

// run is one way under kills.
type run struct {
	way
	cloud  *standin.Cloud
	month  *month.Month
	handed int
}

// torture hands the items over a few at a time, and kills after each.
func (r *run) torture(t *testing.T, kills int) {
	db := filepath.Join(t.TempDir(), "collected.duckdb")
	file := filepath.Join(t.TempDir(), "seismo.yaml")
	text := fmt.Sprintf("db: %s\nlisten: 127.0.0.1:0\naccounts:\n  default: {region_name: us-east-1, access_key_id: %s, secret_access_key: %s, endpoint: '%s'}\nsources:\n%s\n",
		db, standin.AccessKeyID, standin.SecretKey, r.cloud.URL(), r.source)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// As long as it has work, about: an object takes some milliseconds.
	work := max(r.work, 150*time.Millisecond) + time.Duration(len(r.items)/(kills+1))*5*time.Millisecond
	random := rand.New(rand.NewPCG(1, 2))
	busy := 0
	for n := range kills {
		r.handOver(t, len(r.items)*(n+1)/(kills+1))
		p := process.Serve(t, file)
		if random.IntN(5) > 0 { // else it is killed while it starts, too
			p.Ready(t)
		}
		p.Kill(t, time.Duration(random.Int64N(int64(work))))
		if r.left() > 0 {
			busy++
		}
		if r.killed != nil {
			r.killed()
		}
	}
	r.handOver(t, len(r.items))
	want, count := r.month.Reference(t)
	p := process.Serve(t, file)
	p.Ready(t)
	p.Until(t, 90*time.Second, func() bool { return process.Count(t, db) == count && r.left() == 0 })
	p.End(t)
	if diff := cmp.Diff(want, process.Rows(t, db)); diff != "" {
		t.Errorf("after %d kills (-written +collected):\n%.3000s\nbodies not fetched:\n%s", kills, diff,
			process.Seismo(t, "sql", "--db", db, "--format", "csv",
				`select id, "body.input.reason", "body.output.reason" from calls where 's3' in ("body.input.state", "body.output.state")`))
	}
	t.Logf("%d kills, %d with messages left, %d items, %s rows, %d calls of AWS", kills, busy, len(r.items), count, r.cloud.Count("", ""))
}

// handOver gives AWS the items up to the n-th.
func (r *run) handOver(t *testing.T, n int) {
	t.Helper()
	for ; r.handed < n; r.handed++ {
		o := r.items[r.handed]
		if r.dated != nil {
			o = r.dated(o)
		}
		r.month.Keep(t, o)
		r.hand(o)
	}
}

// way is one of the ways by which records come: the source of a configuration,
// and how AWS gets something new for it.
type way struct {
	source string // the entry of the configuration
	items  []month.Object
	hand   func(o month.Object)              // gives AWS one item
	dated  func(o month.Object) month.Object // gives it the time at which it is handed over; nil: it needs none
	work   time.Duration                     // how long new items take, beside 5 ms each
	killed func()                            // what time would do after a kill; nil: nothing
	queue  *standin.Queue                    // nil: there is none
}

func (w *way) left() int {
	if w.queue == nil {
		return 0
	}
	return w.queue.Len()
}

// byQueue delivers every message two to five times, in any order, to four loops;
// some of the buckets are listed as well.
func byQueue(_ *testing.T, cloud *standin.Cloud, m *month.Month) way {
	q := cloud.CreateQueue("logs", standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 3})
	forms := []standin.Form{standin.FromS3, standin.FromSNS, standin.RawSNS, standin.EventBridge}
	n := 0
	return way{
		source: "  - {name: queue, queue_url: " + cloud.URL() + "/" + standin.AccountID +
			"/logs, number_of_workers: 4, sqs.wait_time: 1s, visibility_timeout: 10s}\n" +
			"  - {name: listing, bucket_arn: tarn-bedrock-logs-111122223333-eu-west-1, bucket_list_interval: 1s}",
		items: slices.Concat(m.Invoked, m.Trailed),
		hand: func(o month.Object) {
			put := cloud.PutObject(o.Bucket, o.Key, o.Body)
			q.Send(standin.Notification(forms[n%len(forms)], standin.Region, put))
			n++
		},
		killed: q.Expire,
		queue:  q,
	}
}

// byListing lists a bucket of invocation logs and one of a trail.
func byListing(_ *testing.T, cloud *standin.Cloud, m *month.Month) way {
	const bucket = "tarn-bedrock-logs-111122223333-us-east-1"
	items := slices.DeleteFunc(slices.Clone(m.Invoked), func(o month.Object) bool { return o.Bucket != bucket })
	return way{
		source: "  - {name: logs, bucket_arn: 'arn:aws:s3:::" + bucket + "', bucket_list_interval: 1s}\n" +
			"  - {name: trail, bucket_arn: 'arn:aws:s3:::tarn-cloudtrail', bucket_list_interval: 1s}",
		items: append(items, m.Trailed...),
		hand:  func(o month.Object) { cloud.PutObject(o.Bucket, o.Key, o.Body) },
	}
}

// byLogGroup reads a log group whose large bodies lie in S3.
func byLogGroup(t *testing.T, cloud *standin.Cloud, m *month.Month) way {
	group := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
	var places []string
	for _, o := range m.Bodies {
		if place := "s3://" + o.Bucket + "/"; !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return way{
		source: "  - {name: group, log_group_arn: '" + group + "', scan_frequency: 1s, bodies: [" + strings.Join(places, ", ") + "]}",
		items:  m.Invoked,
		hand: func(o month.Object) {
			for _, line := range o.Lines(t) {
				cloud.PutLog(group, standin.LogEvent{Message: line})
			}
		},
	}
}

const bedrock = "bedrock.amazonaws.com"

// byLookup looks up the events of Bedrock where there is no trail. CloudTrail
// tells of them by their time, so that they happen when they are handed over.
func byLookup(t *testing.T, cloud *standin.Cloud, m *month.Month) way {
	var items []month.Object
	for _, o := range m.Trailed {
		for _, record := range o.Records(t) {
			if record.Get("eventSource").Str() == bedrock && record.Get("awsRegion").Str() == standin.Region {
				items = append(items, month.Object{Bucket: "lookup", Key: fmt.Sprintf("%06d.json", len(items)), Body: record.Raw()})
			}
		}
	}
	return way{
		source: "  - {name: lookup, type: aws-cloudtrail, regions: [us-east-1], event_sources: [" + bedrock + "], interval: 1s, lookback: 1d}",
		items:  items,
		dated:  func(o month.Object) month.Object { return o.Happening(t, time.Now()) },
		work:   2 * time.Second,
		hand: func(o month.Object) {
			record := month.Parse(t, o.Body)
			at, err := time.Parse(time.RFC3339, record.Get("eventTime").Str())
			if err != nil {
				t.Fatal(err)
			}
			cloud.PutTrailEvent(standin.TrailEvent{ID: record.Get("eventID").Str(), Name: record.Get("eventName").Str(),
				Source: bedrock, Time: at, JSON: string(o.Body)})
		},
	}
}
