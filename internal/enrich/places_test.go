package enrich

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"seismo/internal/enrich/mmdb"
	"seismo/internal/event"
)

func geography(t testing.TB, networks ...mmdb.Network) string {
	t.Helper()
	data, err := mmdb.Write(networks)
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "places.mmdb", string(data))
}

func located(t testing.TB, files ...string) *Enricher {
	t.Helper()
	e, err := New(Config{Geo: files})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestPlaces(t *testing.T) {
	countries := geography(t,
		mmdb.Network{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Country: "NO"},
		mmdb.Network{Prefix: netip.MustParsePrefix("2001:db8::/32"), Country: "SE"})
	nets := geography(t,
		mmdb.Network{Prefix: netip.MustParsePrefix("192.0.2.0/25"), Country: "DK", ASN: 64500, Name: "Example Net"},
		mmdb.Network{Prefix: netip.MustParsePrefix("198.51.100.0/24"), ASN: 64501})
	e := located(t, countries, nets)
	for _, c := range []struct{ ip, country, as string }{
		{"192.0.2.7", "NO", "AS64500 Example Net"}, // the first file that knows wins, for each fact
		{"192.0.2.200", "NO", ""},
		{"198.51.100.1", "", "AS64501"},
		{"::ffff:192.0.2.7", "NO", "AS64500 Example Net"},
		{"2001:db8::1", "SE", ""},
		{"203.0.113.1", "", ""},
		{"", "", ""},
		{"bedrock.amazonaws.com", "", ""},
		{"192.0.2", "", ""},
	} {
		for range 2 { // looked up, then remembered
			ev := &event.Event{Kind: event.KindTrail, Source: event.Source{IP: c.ip}}
			e.Enrich(ev)
			if ev.Source.Country != c.country || ev.Source.AS != c.as {
				t.Errorf("%q: got %q, %q, want %q, %q", c.ip, ev.Source.Country, ev.Source.AS, c.country, c.as)
			}
		}
	}
}

func TestWithoutGeographyPlacesStay(t *testing.T) {
	ev := &event.Event{Kind: event.KindTrail, Source: event.Source{IP: "192.0.2.7", Country: "NO", AS: "AS64500"}}
	located(t).Enrich(ev)
	if ev.Source.Country != "NO" || ev.Source.AS != "AS64500" {
		t.Errorf("got %+v", ev.Source)
	}
}

func TestGeographyFaults(t *testing.T) {
	_, err := New(Config{Geo: []string{file(t, "places.mmdb", "country,network\n")}})
	if err == nil || !strings.Contains(err.Error(), "places.mmdb: not a MaxMind DB file") {
		t.Errorf("got %v", err)
	}
}

// TestFileMayBeReplaced holds that a file that is gone or changed after the start
// does no harm.
func TestFileMayBeReplaced(t *testing.T) {
	path := geography(t, mmdb.Network{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Country: "NO"})
	e := located(t, path)
	if err := os.WriteFile(filepath.Clean(path), []byte("gone"), 0o600); err != nil {
		t.Fatal(err)
	}
	ev := &event.Event{Kind: event.KindTrail, Source: event.Source{IP: "192.0.2.7"}}
	e.Enrich(ev)
	if ev.Source.Country != "NO" {
		t.Errorf("got %+v", ev.Source)
	}
}

func TestManyAtOnce(t *testing.T) {
	path := geography(t, mmdb.Network{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Country: "NO"})
	e := located(t, path)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 500 {
				ev := call("anthropic.claude-sonnet-4-6", 1000, 200)
				ev.Source.IP = fmt.Sprintf("192.0.2.%d", (worker*37+i)%256)
				e.Enrich(ev)
				if ev.Cost.USD == nil || ev.Source.Country != "NO" {
					t.Errorf("got %+v %+v", ev.Cost, ev.Source)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestCacheIsBounded holds that more addresses than the cache remembers are
// located all the same.
func TestCacheIsBounded(t *testing.T) {
	var c cache
	for i := range cacheSize + 10 {
		c.put(fmt.Sprint(i), place{country: "NO"})
	}
	if n := len(c.known); n == 0 || n > cacheSize {
		t.Errorf("remembers %d addresses, at most %d are allowed", n, cacheSize)
	}
}

// BenchmarkEnrich is a typical call: cached tokens, a geo profile, an SSO session.
func BenchmarkEnrich(b *testing.B) {
	e := located(b, geography(b, mmdb.Network{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Country: "NO"}))
	ev := with(call("anthropic.claude-haiku-4-5-20251001-v1:0", 1000, 200), cached(5000, 1000, 0),
		geo("us.anthropic.claude-haiku-4-5-20251001-v1:0"))
	ev.IdentityARN = "arn:aws:sts::111122223333:assumed-role/" + sso + "/alice@example.com"
	ev.Principal = "arn:aws:iam::111122223333:role/" + sso
	ev.Source.IP = "192.0.2.7"
	says(ev, "team", `"ops"`, "app", `"atlas"`, "ticket", `"7"`)
	b.ReportAllocs()
	for b.Loop() {
		e.Enrich(ev)
	}
}
