package aws

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"seismo/internal/account"
	"seismo/internal/source/s3"
	"seismo/test/standin"
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

// TestBrokenConnectionsLoseNothingOfAnObject reads objects over connections that
// end early, are reset, fall silent or crawl. What is read is whole, or is an
// error: never a shorter object.
func TestBrokenConnectionsLoseNothingOfAnObject(t *testing.T) {
	for _, bad := range []struct {
		kind, attributes string
		toxicity         float64
	}{
		{"limit_data", `{"bytes":90000}`, 1},
		{"reset_peer", `{"timeout":0}`, 0.4},
		{"timeout", `{"timeout":20}`, 0.4},
		{"bandwidth", `{"rate":4000}`, 1},
		{"slicer", `{"average_size":300,"size_variation":200,"delay":10}`, 1},
	} {
		t.Run(bad.kind, func(t *testing.T) {
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
			network := newBroken(t, cloud)
			network.toxic(t, bad.kind, bad.toxicity, bad.attributes)
			cuts := bad.kind != "bandwidth" && bad.kind != "slicer"
			if cuts && bad.kind != "limit_data" { // else one good connection serves all
				network.toxic(t, "limit_data", 1, `{"bytes":70000}`)
			}
			reader := s3.NewReader(network.through(t, cloud), s3.ReaderOptions{})
			failures := 0
			for key, body := range want {
				for !whole(t, reader, s3.Ref{Bucket: "logs", Key: key, ETag: etag(cloud, key)}, body) {
					if failures++; failures > 60 {
						t.Fatal("it never comes through")
					}
				}
			}
			if n := cloud.Count("s3", "GetObject"); cuts && n < 2*len(want) {
				t.Errorf("%d calls for %d objects: the network was not broken enough", n, len(want))
			}
			t.Logf("%d calls, %d reads failed and were done again", cloud.Count("s3", ""), failures)
		})
	}
}

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
