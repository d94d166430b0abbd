package cwlogs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/cwlogs"
	"seismo/test/standin"
)

// The process dies again and again, with pages and cursors on their way, while
// events come in late and AWS throttles, fails and gives empty pages.
func TestKillsLoseNothing(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			cloud, shop := standin.New(t), newShop(t)
			cloud.LogPages(20)
			cloud.Fault(
				standin.Fault{Service: "logs", Share: 0.2, Seed: seed, Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"},
				standin.Fault{Service: "logs", Share: 0.02, Seed: seed + 1, Status: 500, Code: "InternalFailure", Message: "try again"},
				standin.Fault{Service: "logs", Op: "FilterLogEvents", Share: 0.2, Seed: seed + 2, Empty: true},
				standin.Fault{Service: "logs", Op: "FilterLogEvents", Key: "nextToken", Share: 0.02, Seed: seed + 3,
					Status: 400, Code: "InvalidParameterException", Message: "The specified nextToken is invalid."},
			)
			var ids []string
			for _, name := range []string{"bedrock-a", "bedrock-b"} {
				arn := cloud.CreateLogGroup(standin.LogGroup{Name: name})
				for i := range 600 {
					at := time.Now().Add(time.Duration(i) * 20 * time.Second)
					late := time.Duration(0)
					if i%5 == 0 {
						late = time.Duration(random.Int64N(int64(24 * time.Hour)))
					}
					ids = append(ids, cloud.PutLog(arn, standin.LogEvent{Time: at, Visible: at.Add(late), Message: record(i)})...)
				}
			}
			open := func() *cwlogs.Source {
				return shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupPrefix = "bedrock-" })
			}
			for range 40 {
				left := random.IntN(60)
				shop.lose = func() bool { left--; return left < 0 }
				shop.run(open(), 2*time.Hour)
			}
			shop.lose = nil
			shop.run(open(), 30*time.Hour)
			shop.want(ids...)
		})
	}
}

// At most so many bytes are on their way, however much there is.
func TestUnsettledBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		for i := range 100 {
			cloud.PutLog(arn, standin.LogEvent{Time: time.Now().Add(time.Duration(i)), Message: strings.Repeat("x", 1<<20)})
		}
		src := shop.open(cloud, named("bedrock"))
		defer src.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var bytes int64
		var open []source.Delivery
		for {
			d, err := src.Receive(ctx)
			if err != nil {
				break
			}
			if d.Object().ID == "" { // a cursor
				err = d.Settle(ctx, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, d)
			bytes += d.Object().Size
		}
		if bytes < 16<<20 || bytes > 32<<20 {
			t.Errorf("%d bytes in %d deliveries were handed out unsettled", bytes, len(open))
		}
		if err := open[0].Settle(ctx, errors.New("no")); err != nil {
			t.Fatal(err)
		}
	})
}

// A clock that is off by a quarter of an hour loses nothing.
func TestClockThatIsWrong(t *testing.T) {
	for _, off := range []time.Duration{15 * time.Minute, -15 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			cloud, shop := standin.New(t), newShop(t)
			shop.now = func() time.Time { return time.Now().Add(off) }
			arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock", Created: time.Now().Add(-time.Hour)})
			var ids []string
			for i := range 120 {
				at := time.Now().Add(time.Duration(i) * time.Minute)
				ids = append(ids, cloud.PutLog(arn, standin.LogEvent{Time: at, Visible: at.Add(30 * time.Second), Message: record(i)})...)
			}
			shop.run(shop.open(cloud, named("bedrock")), 5*time.Hour)
			shop.want(ids...)
		})
	}
}

// History is read oldest first, in windows that fit it, and with few calls.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		now := time.Now()
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock", Created: now.AddDate(-1, 0, 0)})
		var ids []string
		for day := range 40 {
			ids = append(ids, put(cloud, arn, now.AddDate(0, 0, day-50), 100)...)
		}
		shop.run(shop.open(cloud, named("bedrock")), 20*time.Minute)
		shop.want(ids...)
		if n := cloud.Count("logs", "FilterLogEvents"); n > 500 {
			t.Errorf("%d calls", n)
		}
		for i := 1; i < len(shop.items); i++ {
			if shop.items[i].Origin.EventID < shop.items[i-1].Origin.EventID {
				t.Fatal("not oldest first")
			}
		}
	})
}

// IgnoreOlder, retention and a group's age bound what is asked for.
func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		now := time.Now()
		arn := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock", Created: now.AddDate(-1, 0, 0), Retention: 30})
		ids := put(cloud, arn, now.AddDate(0, 0, -29), 1)
		recent := put(cloud, arn, now.AddDate(0, 0, -2), 1)
		put(cloud, arn, now.AddDate(0, 0, -31), 1)
		shop.run(shop.open(cloud, named("bedrock")), 20*time.Minute)
		shop.want(append(ids, recent...)...)

		shop = newShop(t)
		shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupName, cfg.IgnoreOlder = "bedrock", seconds(3*86400) }), 20*time.Minute)
		shop.want(recent...)
	})
}

func TestMissingGroupIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		const arn = "arn:aws:logs:us-east-1:111122223333:log-group:none"
		shop.run(shop.open(cloud, func(cfg *cwlogs.Config) { cfg.GroupARN = arn }), 5*time.Minute)
		if len(shop.faults) == 0 || !strings.Contains(shop.faults[0].What, arn) || shop.faults[0].Kind != source.Misconfigured {
			t.Errorf("faults: %+v", shop.faults)
		}
	})
}

// A journal that cannot be read stops the group from beginning anew.
func TestJournalThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, shop := standin.New(t), newShop(t)
		ids := put(cloud, cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"}), time.Now(), 5)
		shop.broken = errJournal
		go func() {
			elapse(10 * time.Minute)
			shop.mu.Lock()
			defer shop.mu.Unlock()
			if n := cloud.Count("logs", "FilterLogEvents"); n > 0 {
				t.Errorf("%d calls without a cursor", n)
			}
			shop.broken = nil
		}()
		shop.run(shop.open(cloud, named("bedrock")), 30*time.Minute)
		shop.want(ids...)
	})
}
