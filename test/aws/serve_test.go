package aws

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/test/month"
	"seismo/test/process"
)

func TestMain(m *testing.M) {
	process.Main()
	os.Exit(m.Run())
}

// TestServe is a month that comes in by every way that the emulator has, while
// seismo is killed and started again: S3 tells a queue, topics tell two others,
// EventBridge a fourth, a bucket is listed, and a log group is read. What is in
// the database and on the page in the end is what was written, once.
func TestServe(t *testing.T) {
	a := open(t, configured(t))
	m := month.New(t, 300)
	for _, o := range m.Bodies {
		bucketOf(t, a, o.Bucket).put(t, o.Key, o.Body)
		m.Keep(t, o)
	}
	ways := map[string]func(o month.Object) error{}
	var sources []string
	for _, way := range []string{direct, bySNS, rawSNS, bridge} {
		p := newPlace(t)
		url := p.queue(t, way)
		sources = append(sources, "{queue_url: '"+url+"', number_of_workers: 4, sqs.wait_time: 1s, visibility_timeout: 5s"+allowed(m)+"}")
		ways[way] = func(o month.Object) error { return p.write(t.Context(), o.Key, o.Body) }
	}
	listed := newPlace(t)
	sources = append(sources, "{bucket_arn: 'arn:aws:s3:::"+listed.bucket+"', bucket_list_interval: 1s"+allowed(m)+"}")
	ways["listing"] = func(o month.Object) error { return listed.write(t.Context(), o.Key, o.Body) }
	group := newGroup(t, a)
	sources = append(sources, "{log_group_name: "+group.name+", region_name: "+region+", scan_frequency: 1s"+allowed(m)+"}")
	ways["group"] = func(o month.Object) error { return group.put(t.Context(), o.Lines(t)) }

	db := filepath.Join(t.TempDir(), "collected.duckdb")
	file := filepath.Join(t.TempDir(), "seismo.yaml")
	text := fmt.Sprintf("db: %s\nlisten: 127.0.0.1:0\naccounts:\n  default: {region_name: %s, access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, endpoint: '%s'}\nsources:\n  - %s\n",
		db, region, moto(t), strings.Join(sources, "\n  - "))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	const kills = 12
	random := rand.New(rand.NewPCG(5, 6))
	names := slices.Sorted(maps.Keys(ways))
	logs := m.Invoked
	for n := range kills {
		for _, o := range logs[len(logs)*n/kills : len(logs)*(n+1)/kills] {
			m.Keep(t, o)
			if err := ways[names[random.IntN(len(names))]](o); err != nil {
				t.Fatal(err)
			}
		}
		p := process.Serve(t, file)
		p.Ready(t)
		p.Kill(t, time.Duration(random.Int64N(int64(time.Second))))
	}
	want, count := m.Reference(t)
	p := process.Serve(t, file)
	url := p.Ready(t)
	p.Until(t, 2*time.Minute, func() bool { return process.Count(t, db) == count })
	if page := get(t, url); !strings.Contains(page, ">"+count+"<") {
		t.Errorf("the page does not show the %s calls that were written", count)
	}
	p.End(t)
	if diff := cmp.Diff(want, process.Rows(t, db)); diff != "" {
		t.Errorf("after %d kills (-written +collected):\n%.3000s", kills, diff)
	}
	t.Logf("%d kills, %d log objects, %s rows", kills, len(logs), count)
}

func get(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, answer.Status, err)
	}
	return string(text)
}

// allowed names the places of the month's large bodies, which do not lie where
// this test puts the logs.
func allowed(m *month.Month) string {
	var places []string
	for _, o := range m.Bodies {
		if place := "s3://" + o.Bucket + "/"; !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return ", bodies: [" + strings.Join(places, ", ") + "]"
}

// group is a log group of the emulator with one stream.
type group struct {
	client *cloudwatchlogs.Client
	name   string
}

func newGroup(t *testing.T, a *account.Account) *group {
	t.Helper()
	g := &group{client: a.Logs(""), name: named(t)}
	if _, err := g.client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.name}); err != nil {
		t.Fatal(err)
	}
	_, err := g.client.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &g.name, LogStreamName: aws.String(stream)})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const stream = "aws/bedrock/modelinvocations"

func (g *group) put(ctx context.Context, lines []string) error {
	var events []types.InputLogEvent
	for _, line := range lines {
		events = append(events, types.InputLogEvent{Message: aws.String(line), Timestamp: aws.Int64(time.Now().UnixMilli())})
	}
	_, err := g.client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &g.name, LogStreamName: aws.String(stream), LogEvents: events})
	return err
}
