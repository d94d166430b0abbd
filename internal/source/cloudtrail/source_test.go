package cloudtrail_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/config"
	"seismo/internal/decode"
	"seismo/internal/source"
	"seismo/internal/source/cloudtrail"
	"seismo/test/standin"
)

func TestEventsComeOnceWithTheirOrigin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, "new", "us-east-1", bedrock, time.Now(), 120)
		old := put(cloud, "old", "us-east-1", bedrock, time.Now().Add(-40*time.Hour), 120)
		put(cloud, "too-old", "us-east-1", bedrock, time.Now().Add(-49*time.Hour), 3)
		put(cloud, "elsewhere", "eu-west-1", bedrock, time.Now(), 3)
		put(cloud, "other", "us-east-1", "ec2.amazonaws.com", time.Now(), 3)
		shop.run(shop.open(cloud, nil), 30*time.Minute)
		shop.want(append(ids, old...)...)
		for _, item := range shop.items {
			if item.Verdict != decode.Good || item.Kind != decode.Trail || item.Origin.Key != "LookupEvents/us-east-1/"+bedrock {
				t.Fatalf("%+v", item)
			}
		}
		name := "trail:" + standin.AccountID + ":us-east-1:" + bedrock
		if diff := cmp.Diff([]string{name}, slices.Collect(maps.Keys(shop.cursors))); diff != "" {
			t.Error(diff)
		}
		if o := shop.objects[0]; !strings.HasPrefix(o.ID, name+"#") || o.Size == 0 || o.Modified.IsZero() {
			t.Errorf("%+v", o)
		}
	})
}

// LookupEvents throttles at 2 calls a second, and says so with
// HTTP 400.
func TestCase16ThrottledAsStatus400(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 2500)
		cloud.Fault(standin.Fault{Service: "cloudtrail", Op: "LookupEvents", Share: 0.5, Seed: 1,
			Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"})
		shop.run(shop.open(cloud, nil), 2*time.Hour)
		shop.want(ids...)
		paced(t, cloud)
	})
}

// paced holds that no call of a Region came closer than 80 % of the quota allows.
func paced(t *testing.T, cloud *standin.Cloud) {
	t.Helper()
	last := map[string]time.Time{}
	for _, call := range cloud.Calls() {
		if call.Op != "LookupEvents" {
			continue
		}
		if gap := call.Time.Sub(last[call.Region]); gap < 625*time.Millisecond {
			t.Fatalf("two calls in %s within %v", call.Region, gap)
		}
		last[call.Region] = call.Time
	}
	if len(last) == 0 {
		t.Fatal("no calls")
	}
}

// When throttling does not stop, the source says so and goes on.
func TestFaultsAreToldAndOvercome(t *testing.T) {
	for code, kind := range map[string]source.Kind{"ThrottlingException": source.Throttled, "AccessDeniedException": source.Forbidden, "ExpiredTokenException": source.Expired} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, shop := standin.New(t), newShop(t)
				src := shop.open(cloud, nil)
				ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 70)
				heal := cloud.Fault(standin.Fault{Service: "cloudtrail", Status: 400, Code: code, Message: "no"})
				time.AfterFunc(20*time.Minute, heal)
				shop.run(src, 40*time.Minute)
				shop.want(ids...)
				if len(shop.faults) == 0 || len(shop.faults) > 21 {
					t.Fatalf("%d faults in 20 minutes", len(shop.faults))
				}
				for _, f := range shop.faults {
					if f.Kind != kind || !strings.Contains(f.What, bedrock) || f.Remedy == "" {
						t.Errorf("%+v", f)
					}
				}
			})
		})
	}
}

// An empty page with a token is not the end.
func TestEmptyPageWithTokenIsNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 500)
		cloud.Fault(standin.Fault{Service: "cloudtrail", Op: "LookupEvents", Share: 0.6, Seed: 3, Empty: true})
		shop.run(shop.open(cloud, nil), time.Hour)
		shop.want(ids...)
	})
}

// Events come minutes late, and some a day.
func TestLateEventsAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		start := time.Now()
		var soon, late []string
		for m := range 4 * 60 {
			at := start.Add(time.Duration(m) * time.Minute)
			for i, lateness := range []time.Duration{0, 5 * time.Minute, 15 * time.Minute, 19 * time.Minute, 23 * time.Hour} {
				id := fmt.Sprintf("%d-%d", m, i)
				cloud.PutTrailEvent(standin.TrailEvent{ID: id, Source: bedrock, Time: at, Visible: at.Add(lateness)})
				if lateness < time.Hour {
					soon = append(soon, id)
				} else {
					late = append(late, id)
				}
			}
		}
		shop.run(shop.open(cloud, nil), 4*time.Hour+25*time.Minute)
		shop.want(soon...)
		shop.run(shop.open(cloud, nil), 30*time.Hour)
		lost := 0
		for _, id := range append(soon, late...) {
			if shop.stored[id] == 0 {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("%d events lost after the sweep", lost)
		}
	})
}

// TestNothingIsLostWhenCommitsFailAndProcessesEnd lets every third commit fail,
// and starts anew again and again.
func TestNothingIsLostWhenCommitsFailAndProcessesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		var ids []string
		n := 0
		shop.refuse = func(source.Object) error {
			if n++; n%3 == 0 {
				return errors.New("the disk is full")
			}
			return nil
		}
		for run := range 25 {
			ids = append(ids, put(cloud, fmt.Sprint("run", run), "us-east-1", bedrock, time.Now(), 130)...)
			shop.run(shop.open(cloud, nil), time.Duration(1+run*7%23)*time.Second)
		}
		shop.run(shop.open(cloud, nil), time.Hour)
		lost := 0
		for _, id := range ids {
			if shop.stored[id] == 0 {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("%d of %d events lost", lost, len(ids))
		}
		before := len(shop.items)
		shop.run(shop.open(cloud, nil), time.Hour)
		if again := len(shop.items) - before; again > len(ids) {
			t.Errorf("%d events were read again at the next start", again)
		}
	})
}

// The cursor is ahead of nothing: a run that commits no page moves no cursor.
func TestCursorWaitsForItsPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		oldest := time.Now().Add(-time.Hour - 200*time.Second)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now().Add(-time.Hour), 200)
		shop.refuse = func(o source.Object) error {
			if o.Cursor == nil {
				return errors.New("no page")
			}
			var at struct{ Live time.Time }
			if err := json.Unmarshal([]byte(o.Cursor.Value), &at, json.MatchCaseInsensitiveNames(true)); err != nil || at.Live.After(oldest) {
				t.Errorf("the cursor is ahead: %s, %v", o.Cursor.Value, err)
			}
			return nil
		}
		shop.run(shop.open(cloud, nil), 3*time.Hour)
		if len(shop.stored) > 0 {
			t.Fatalf("%d events stored", len(shop.stored))
		}
		shop.refuse = nil
		shop.run(shop.open(cloud, nil), time.Hour)
		shop.want(ids...)
	})
}

// A history of 90 days is read from its newest end, and the limit of what
// CloudTrail keeps is never asked beyond.
func TestNinetyDaysBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		var ids []string
		for day := range 89 {
			ids = append(ids, put(cloud, fmt.Sprint("day", day), "us-east-1", bedrock, time.Now().Add(-time.Duration(day*24)*time.Hour), 3)...)
		}
		shop.run(shop.open(cloud, func(c *cloudtrail.Config) { c.Lookback = 0 }), time.Hour)
		shop.want(ids...)
		if len(shop.faults) > 0 {
			t.Errorf("%v", shop.faults[0])
		}
		if first := shop.objects[0].Modified; time.Since(first) > 26*time.Hour {
			t.Errorf("the first page is of %v", first)
		}
	})
}

// Global services keep their events in one Region; others in each.
func TestGlobalServicesAreLookedUpWhereTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		shop.run(shop.open(cloud, func(c *cloudtrail.Config) {
			c.Regions = []string{"eu-west-1", "ap-south-1"}
			c.EventSources = nil
		}), 5*time.Minute)
		got := map[string]map[string]bool{}
		for _, call := range cloud.Calls() {
			for _, name := range cloudtrail.EventSources() {
				if call.Op == "LookupEvents" && strings.Contains(call.Subject, `"`+name+`"`) {
					if got[name] == nil {
						got[name] = map[string]bool{}
					}
					got[name][call.Region] = true
				}
			}
		}
		for _, name := range cloudtrail.EventSources() {
			want := []string{"ap-south-1", "eu-west-1"}
			if name == "iam.amazonaws.com" || name == "organizations.amazonaws.com" || strings.HasSuffix(name, "marketplace.amazonaws.com") {
				want = []string{"us-east-1"}
			}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got[name]))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		paced(t, cloud)
	})
}

// One Region's trouble does not stop another.
func TestRegionsAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 300)
		put(cloud, "x", "eu-west-1", bedrock, time.Now(), 300)
		cloud.Fault(standin.Fault{Service: "cloudtrail", Region: "eu-west-1", Status: 400, Code: "AccessDeniedException", Message: "no"})
		shop.run(shop.open(cloud, func(c *cloudtrail.Config) { c.Regions = []string{"eu-west-1", "us-east-1"} }), 30*time.Minute)
		shop.want(ids...)
	})
}

// A token that CloudTrail no longer takes costs the window, not an event.
func TestExpiredPageToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 1000)
		cloud.Fault(standin.Fault{Service: "cloudtrail", Key: "NextToken", Every: 5, Status: 400, Code: "InvalidNextTokenException", Message: "expired"})
		shop.run(shop.open(cloud, nil), 3*time.Hour)
		shop.want(ids...)
	})
}

// A busy service does not keep the others waiting.
func TestBusyServiceLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		put(cloud, "busy", "us-east-1", "kms.amazonaws.com", time.Now(), 20_000)
		ids := put(cloud, "e", "us-east-1", bedrock, time.Now(), 20)
		shop.run(shop.open(cloud, func(c *cloudtrail.Config) { c.EventSources = []string{"kms.amazonaws.com", bedrock} }), 2*time.Minute)
		for _, id := range ids {
			if shop.stored[id] != 1 {
				t.Fatalf("%s came %d times within two minutes", id, shop.stored[id])
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*cloudtrail.Config)
		want   string // "" is none
	}{
		"defaults": {func(*cloudtrail.Config) {}, ""},
		"pattern":  {func(c *cloudtrail.Config) { c.EventSources = []string{"*.amazonaws.com"} }, `"event_sources" holds "*.amazonaws.com"`},
		"no name":  {func(c *cloudtrail.Config) { c.EventSources = []string{"bedrock"} }, `"event_sources" holds "bedrock"`},
		"lookback": {func(c *cloudtrail.Config) { c.Lookback = config.Duration(91 * 24 * time.Hour) }, `"lookback"`},
		"interval": {func(c *cloudtrail.Config) { c.Interval = 1 }, `"interval"`},
		"sweep":    {func(c *cloudtrail.Config) { c.Sweep = config.Duration(time.Minute) }, `"sweep" is 1m0s, less than "overlap"`},
		"regions":  {func(c *cloudtrail.Config) { c.Regions = []string{""} }, `"regions"`},
	} {
		var cfg cloudtrail.Config
		tt.change(&cfg)
		err := cfg.Check()
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
