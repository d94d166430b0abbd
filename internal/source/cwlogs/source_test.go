package cwlogs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/decode"
	"seismo/internal/source"
	"seismo/internal/source/cwlogs"
	"seismo/test/standin"
)

func TestEventsComeOnceWithTheirOrigin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		ids := put(cloud, arn, time.Now(), 3)
		cloud.PutLog(arn, standin.LogEvent{Message: "Permissions are correctly set for Amazon Bedrock logs."})
		began := time.Now()
		shop.run(shop.open(cloud, named("bedrock")), 10*time.Minute)

		if len(shop.items) != 4 || shop.items[0].Kind != decode.Invocation {
			t.Fatalf("items: %+v", shop.items)
		}
		kinds := map[decode.Verdict]int{}
		for _, item := range shop.items {
			kinds[item.Verdict]++
			o := item.Origin
			if o.Group != "bedrock" || o.Stream != "aws/bedrock/modelinvocations" || o.EventID == "" {
				t.Errorf("origin: %+v", o)
			}
		}
		if kinds[decode.Good] != 3 || kinds[decode.Skipped] != 1 {
			t.Errorf("verdicts: %v", kinds)
		}
		object := shop.objects[0]
		if !strings.HasPrefix(object.ID, "cwl:"+arn+"#") || object.Modified.Before(began) || object.Size == 0 {
			t.Errorf("object: %+v", object)
		}
		for _, id := range ids {
			if shop.stored[id] != 1 {
				t.Errorf("%s came %d times", id, shop.stored[id])
			}
		}
		if diff := cmp.Diff([]string{"cwl:" + arn}, shop.names()); diff != "" {
			t.Error(diff)
		}
	})
}

// Failure case 12: a window that ends at now misses late events.
func TestCase12LateEventsAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		start := time.Now()
		var live, swept []string
		for m := range 3 * 60 {
			at := start.Add(time.Duration(m) * time.Minute)
			for i, lateness := range []time.Duration{0, time.Minute, 17 * time.Minute, 2 * time.Hour} {
				live = append(live, cloud.PutLog(arn, standin.LogEvent{Time: at, Visible: at.Add(lateness), Message: record(m*10 + i)})...)
			}
			swept = append(swept, cloud.PutLog(arn, standin.LogEvent{Time: at, Visible: at.Add(24 * time.Hour), Message: record(m*10 + 9)})...)
		}
		shop.run(shop.open(cloud, named("bedrock")), 5*time.Hour+30*time.Minute)
		shop.want(live...)
		shop.run(shop.open(cloud, named("bedrock")), 24*time.Hour)
		lost := 0
		for _, id := range slices.Concat(live, swept) {
			if shop.stored[id] == 0 {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("%d events lost after the sweep", lost)
		}
	})
}

// Failure case 13: reading on from the last timestamp plus one skips events of
// the same millisecond.
func TestCase13BurstsOfOneMillisecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		at := time.Now()
		var events []standin.LogEvent
		for i := range 10_000 { // half of them come a while later
			events = append(events, standin.LogEvent{Time: at, Visible: at.Add(time.Duration(i%2) * 90 * time.Second), Message: record(i)})
		}
		ids := cloud.PutLog(arn, events...)
		cloud.LogPages(999)
		shop.run(shop.open(cloud, named("bedrock")), 10*time.Minute)
		shop.want(ids...)
	})
}

// Failure case 14: an empty page with a token is not the end, and without an end
// time paging may never finish.
func TestCase14EmptyPageWithTokenIsNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		ids := put(cloud, arn, time.Now(), 100)
		cloud.LogPages(7)
		cloud.Fault(standin.Fault{Service: "logs", Op: "FilterLogEvents", Share: 0.6, Seed: 3, Empty: true})
		elapse(3 * time.Minute)
		shop.run(shop.open(cloud, named("bedrock")), 10*time.Minute)
		shop.want(ids...)
	})
}

// Failure case 15: one cursor over several groups loses all but one, and without
// a cursor everything is read again at each start.
func TestCase15EachGroupHasItsCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		var ids, names []string
		for _, name := range []string{"bedrock-a", "bedrock-b", "bedrock-c"} {
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: name})
			names = append(names, "cwl:"+arn)
			ids = append(ids, put(cloud, arn, time.Now(), 20)...)
		}
		cloud.CreateLogGroup(standin.LogGroup{Name: "other"})
		byPrefix := func(cfg *cwlogs.Config) { cfg.GroupPrefix = "bedrock-" }
		shop.run(shop.open(cloud, byPrefix), 30*time.Hour)
		shop.want(ids...)
		if diff := cmp.Diff(names, shop.names()); diff != "" {
			t.Error(diff)
		}
		before := len(shop.objects)
		shop.run(shop.open(cloud, byPrefix), time.Hour)
		if len(shop.objects) != before {
			t.Errorf("%d objects were read again", len(shop.objects)-before)
		}
	})
}

// Failure case 16: AWS says "too fast" as 400, 429 and 503, and a quota is met
// before it is exceeded.
func TestCase16ThrottlingIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		var ids []string
		for _, name := range []string{"bedrock-a", "bedrock-b"} {
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: name})
			ids = append(ids, put(cloud, arn, time.Now(), 600)...)
		}
		cloud.LogPages(3)
		for i, status := range []int{400, 429, 503} {
			cloud.Fault(standin.Fault{Service: "logs", Share: 0.1, Seed: uint64(i), Status: status, Code: "ThrottlingException", Message: "Rate exceeded"})
		}
		shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupPrefix = "bedrock-" }), 30*time.Minute)
		shop.want(ids...)
		keepsQuota(t, cloud, "FilterLogEvents", 4)
	})
}

// keepsQuota fails when any second saw more calls than this.
func keepsQuota(t *testing.T, cloud *standin.Cloud, op string, most int) {
	t.Helper()
	var times []time.Time
	for _, call := range cloud.Calls() {
		if call.Op == op {
			times = append(times, call.Time)
		}
	}
	for i := most; i < len(times); i++ {
		if d := times[i].Sub(times[i-most]); d < time.Second {
			t.Fatalf("%d calls of %s within %v", most+1, op, d)
		}
	}
	if len(times) <= most {
		t.Fatalf("%d calls of %s: too few to tell", len(times), op)
	}
}

func TestEndsAtItsEndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		start := time.Now()
		ids := put(cloud, arn, start, 300)
		elapse(time.Hour)
		shop.run(shop.open(cloud, func(cfg *cwlogs.Config) {
			cfg.GroupName, cfg.StartTime, cfg.EndTime = "bedrock", start.Add(100*time.Second), start.Add(200*time.Second)
		}), 24*time.Hour)
		shop.want(ids[100:200]...)
		if time.Since(start) > 2*time.Hour {
			t.Error("it did not end")
		}
	})
}

func TestStartPositions(t *testing.T) {
	for position, want := range map[string]int{"beginning": 60, "lastSync": 60, "end": 30, "": 60} {
		synctest.Test(t, func(t *testing.T) {
			cloud, shop := standin.New(t), newShop(t)
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
			ids := put(cloud, arn, time.Now(), 60)
			elapse(30 * time.Second)
			at := func(cfg *cwlogs.Config) { cfg.GroupName, cfg.Start = "bedrock", position }
			shop.run(shop.open(cloud, at), 20*time.Minute)
			shop.run(shop.open(cloud, at), 30*time.Hour) // nor does a restart reach back
			shop.want(ids[60-want:]...)
		})
	}
}

func TestStreamsAreChosen(t *testing.T) {
	for name, change := range map[string]func(*cwlogs.Config){
		"names":  func(cfg *cwlogs.Config) { cfg.Streams = []string{"a/1", "b/1"} },
		"prefix": func(cfg *cwlogs.Config) { cfg.StreamPrefix = "a/" },
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud, shop := standin.New(t), newShop(t)
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
			ids := map[string]string{}
			for i, stream := range []string{"a/1", "a/2", "b/1"} {
				ids[stream] = cloud.PutLog(arn, standin.LogEvent{Stream: stream, Message: record(i)})[0]
			}
			shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupARN = arn + ":*"; change(cfg) }), 10*time.Minute)
			if name == "names" {
				shop.want(ids["a/1"], ids["b/1"])
			} else {
				shop.want(ids["a/1"], ids["a/2"])
			}
		})
	}
}

func TestLinkedAccounts(t *testing.T) {
	for _, linked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud, shop := standin.New(t), newShop(t)
			own := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
			other := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock", Account: "444455556666"})
			ids := put(cloud, own, time.Now(), 2)
			if others := put(cloud, other, time.Now(), 2); linked {
				ids = append(ids, others...)
			}
			shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupPrefix, cfg.LinkedAccounts = "bed", linked }), 10*time.Minute)
			shop.want(ids...)
		})
	}
}

func TestFaultOfOneGroupLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		var ids []string
		for _, name := range []string{"bedrock-a", "bedrock-b"} {
			ids = append(ids, put(cloud, cloud.CreateLogGroup(standin.LogGroup{Name: name}), time.Now(), 5)...)
		}
		remove := cloud.Fault(standin.Fault{Service: "logs", Op: "FilterLogEvents", Key: "bedrock-a", Status: 400,
			Code: "AccessDeniedException", Message: "User: u is not authorized to perform: logs:FilterLogEvents on resource: r"})
		byPrefix := func(cfg *cwlogs.Config) { cfg.GroupPrefix = "bedrock-" }
		began := time.Now()
		shop.run(shop.open(cloud, byPrefix), 5*time.Minute)
		shop.want(ids[5:]...)
		if n := len(shop.faults); n < 2 || n > 6 {
			t.Errorf("%d faults in five minutes", n)
		}
		f := shop.faults[0]
		if f.Kind != source.Forbidden || f.Action != "logs:FilterLogEvents" || !strings.Contains(f.What, "bedrock-a") || time.Since(began) > time.Hour {
			t.Errorf("fault: %+v", f)
		}
		remove()
		shop.run(shop.open(cloud, byPrefix), 20*time.Minute)
		shop.want(ids...)
	})
}

// TestStandingOfAGroupThatIsNotRead: where the reading is to begin is not how far
// it came: a group that nothing was read of has no such time.
func TestStandingOfAGroupThatIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		put(cloud, cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"}), time.Now(), 5)
		mend := cloud.Fault(standin.Fault{Service: "logs", Op: "FilterLogEvents", Status: 400, Code: "AccessDeniedException", Message: "no"})
		src := shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupName = "bedrock" })
		began := time.Now()
		go func() {
			elapse(5 * time.Minute)
			if groups := src.Groups(); len(groups) != 1 || !groups[0].Live.IsZero() || !groups[0].Swept.IsZero() {
				t.Errorf("nothing was read, and yet: %+v", groups)
			}
			mend()
			elapse(20 * time.Minute)
			if groups := src.Groups(); len(groups) != 1 || groups[0].Live.Before(began) {
				t.Errorf("all was read, and yet: %+v", groups)
			}
		}()
		shop.run(src, 30*time.Minute)
	})
}

func TestNewGroupsAreFoundAndGoneOnesLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		first := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock-a"})
		ids := put(cloud, first, time.Now(), 5)
		src := shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupPrefix = "bedrock-" })
		go func() {
			elapse(10 * time.Minute)
			cloud.DeleteLogGroup(first)
			ids = append(ids, put(cloud, cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock-b"}), time.Now(), 5)...)
			elapse(10 * time.Minute)
			if groups := src.Groups(); len(groups) != 1 || !strings.HasSuffix(groups[0].Group, "bedrock-b") {
				t.Errorf("groups: %+v", groups)
			}
		}()
		shop.run(src, 30*time.Minute)
		shop.want(ids...)
	})
}

func TestNoGroupIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupPrefix = "none" }), time.Minute)
		if len(shop.faults) == 0 || shop.faults[0].Kind != source.Misconfigured || shop.faults[0].Remedy == "" {
			t.Errorf("faults: %+v", shop.faults)
		}
	})
}

// A group is read by its name without the permission to describe groups, under
// the same cursor.
func TestDescribeLogGroupsIsNotNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		ids := put(cloud, arn, time.Now(), 5)
		cloud.Fault(standin.Fault{Service: "logs", Op: "DescribeLogGroups", Status: 400,
			Code: "AccessDeniedException", Message: "User: u is not authorized to perform: logs:DescribeLogGroups"})
		shop.run(shop.open(cloud, named("bedrock")), 20*time.Minute)
		shop.want(ids...)
		if diff := cmp.Diff([]string{"cwl:" + arn}, shop.names()); diff != "" || len(shop.faults) > 0 {
			t.Error(diff, shop.faults)
		}
	})
}

func TestFailedCommitsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		ids := put(cloud, arn, time.Now(), 500)
		cloud.LogPages(11)
		n := 0
		shop.refuse = func(source.Object) error {
			if n++; n%3 == 0 {
				return errors.New("the disk is full")
			}
			return nil
		}
		shop.run(shop.open(cloud, named("bedrock")), time.Hour)
		shop.want(ids...)
	})
}
