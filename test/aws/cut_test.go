package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/cwlogs"
	"seismo/internal/source/s3"
	"seismo/test/month"
	"seismo/test/standin"

	sqssource "seismo/internal/source/sqs"
)

// broken is a network between a test and the stand-in's real server.
type broken struct {
	*toxiproxy.Proxy
	url string
}

func newBroken(t *testing.T, cloud *standin.Cloud) *broken {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	p := toxiproxy.NewProxy(server, t.Name(), "127.0.0.1:0", strings.TrimPrefix(cloud.URL(), "http://"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return &broken{Proxy: p, url: "http://" + p.Listen}
}

// toxic spoils what the server sends, on a part of the connections.
func (b *broken) toxic(t *testing.T, kind string, toxicity float64, attributes string) {
	t.Helper()
	text := fmt.Sprintf(`{"name":%q,"type":%q,"stream":"downstream","toxicity":%g,"attributes":%s}`, kind, kind, toxicity, attributes)
	if _, err := b.Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

// through is the cloud's account, reached over the broken network.
func (b *broken) through(t *testing.T, cloud *standin.Cloud) *account.Account {
	t.Helper()
	cfg := cloud.Config()
	cfg.Endpoint = b.url
	return open(t, cfg)
}

// ill is what a network does to connections.
type ill struct {
	kind, attributes string
	toxicity         float64
	cuts             bool
}

var ills = []ill{
	{"limit_data", `{"bytes":90000}`, 1, true},
	{"reset_peer", `{"timeout":0}`, 0.25, true},
	{"timeout", `{"timeout":20}`, 0.25, true},
	{"bandwidth", `{"rate":4000}`, 1, false},
	{"slicer", `{"average_size":300,"size_variation":200,"delay":10}`, 1, false},
}

// with makes a network that has an ill. One that befalls some connections gets
// fresh ones all the time, or one good connection would serve for all.
func with(t *testing.T, cloud *standin.Cloud, i ill, fresh int) *broken {
	network := newBroken(t, cloud)
	network.toxic(t, i.kind, i.toxicity, i.attributes)
	if i.cuts && i.kind != "limit_data" {
		network.toxic(t, "limit_data", 1, fmt.Sprintf(`{"bytes":%d}`, fresh))
	}
	return network
}

// TestBrokenConnectionsLoseNothingOfAnObject reads objects over connections that
// end early, are reset, fall silent or crawl. What is read is whole, or is an
// error: never a shorter object.
func TestBrokenConnectionsLoseNothingOfAnObject(t *testing.T) {
	for _, i := range ills {
		t.Run(i.kind, func(t *testing.T) {
			t.Parallel()
			cloud := standin.New(t)
			random := rand.New(rand.NewPCG(3, 4))
			want := map[string][]byte{}
			for i := range 4 {
				body := make([]byte, 50_000+random.IntN(200_000))
				for j := range body {
					body[j] = byte(random.Uint32())
				}
				want[cloud.PutObject("logs", fmt.Sprintf("k%d", i), body).Key] = body
			}
			reader := s3.NewReader(with(t, cloud, i, 70_000).through(t, cloud), s3.ReaderOptions{})
			failures := 0
			for key, body := range want {
				for !whole(t, reader, s3.Ref{Bucket: "logs", Key: key, ETag: etag(cloud, key)}, body) {
					if failures++; failures > 60 {
						t.Fatal("it never comes through")
					}
				}
			}
			if n := cloud.Count("s3", "GetObject"); i.cuts && n < 2*len(want) {
				t.Errorf("%d calls for %d objects: the network was not broken enough", n, len(want))
			}
		})
	}
}

// TestBrokenConnectionsLoseNothingOfAQueue has messages received and deleted over
// the same networks. Answers that never come leave messages hidden for a while.
func TestBrokenConnectionsLoseNothingOfAQueue(t *testing.T) {
	for _, i := range ills {
		t.Run(i.kind, func(t *testing.T) {
			t.Parallel()
			cloud := standin.New(t)
			q := cloud.CreateQueue("logs", standin.QueueOptions{})
			cloud.Notify("logs", "", "", q, standin.FromSNS)
			want := map[string]string{}
			for i := range 60 {
				o := cloud.PutObject("logs", fmt.Sprintf("AWSLogs/%d.json", i), bytes.Repeat([]byte{'0' + byte(i%10)}, 5000+200*i))
				want[o.Key] = string(bytes.Repeat([]byte{'0' + byte(i%10)}, 5000+200*i))
			}
			a := with(t, cloud, i, 60_000).through(t, cloud)
			cfg := s3.Config{QueueURL: q.URL, Workers: 4, VisibilityTimeout: config.Duration(3 * time.Second),
				SQS: s3.Queue{WaitTime: config.Duration(time.Second), MaxReceiveCount: -1}}
			if err := cfg.Check(); err != nil {
				t.Fatal(err)
			}
			src, err := sqssource.New(t.Context(), cfg, sqssource.Deps{Name: "queue", Account: a})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			collect(t, src, func() bool { return len(got) == len(want) }, func(o source.Object, text []byte) { got[o.Origin.Key] = string(text) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%.2000s", diff)
			}
			if err := src.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBrokenConnectionsLoseNothingOfALogGroup reads pages of a log group over
// them: an answer that is cut is no page, and no end.
func TestBrokenConnectionsLoseNothingOfALogGroup(t *testing.T) {
	for _, i := range ills {
		t.Run(i.kind, func(t *testing.T) {
			t.Parallel()
			cloud := standin.New(t)
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
			cloud.LogPages(150)
			want := map[string]int{}
			for n := range 600 {
				message := fmt.Sprintf("%d %s", n, strings.Repeat("x", 200))
				cloud.PutLog(arn, standin.LogEvent{Message: message, Time: time.Now().Add(-time.Duration(n) * time.Second)})
				want[message] = 1
			}
			a := with(t, cloud, i, 60_000).through(t, cloud)
			src, err := cwlogs.New(t.Context(), cwlogs.Config{GroupARN: arn, Start: "beginning"}, cwlogs.Deps{Name: "group", Account: a, Journal: nothing{}})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			collect(t, src, func() bool { return len(got) == len(want) }, func(_ source.Object, text []byte) {
				for e := range month.Parse(t, text).Get("events").Items() {
					got[e.Get("message").Str()]++
				}
			})
			if err := src.Close(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%.2000s", diff)
			}
		})
	}
}

// nothing is a journal of a first start.
type nothing struct{}

func (nothing) Done(context.Context, []string) (map[string]bool, error)    { return nil, nil }
func (nothing) Cursor(context.Context, string) (string, error)             { return "", nil }
func (nothing) Troubles(context.Context, string) ([]source.Trouble, error) { return nil, nil }

// whole reads an object once; false when that failed, as a source's Settle with
// an error would say. What was read until then must be the beginning.
func whole(t *testing.T, reader *s3.Reader, ref s3.Ref, want []byte) bool {
	t.Helper()
	in, err := reader.Open(t.Context(), ref)
	if err != nil {
		return false
	}
	defer in.Close()
	got, err := io.ReadAll(in)
	if !bytes.HasPrefix(want, got) {
		t.Fatalf("%s: read %d bytes that are not the beginning", ref.Key, len(got))
	}
	if err == nil && len(got) != len(want) {
		t.Fatalf("%s: read %d of %d bytes without an error", ref.Key, len(got), len(want))
	}
	return err == nil
}

func etag(cloud *standin.Cloud, key string) string {
	for _, o := range cloud.Objects("logs") {
		if o.Key == key {
			return o.ETag
		}
	}
	return ""
}
