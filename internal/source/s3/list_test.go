package s3_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

// order collects the keys in the order of their delivery.
func order(into *[]string) func(source.Delivery, []byte, error) {
	return func(d source.Delivery, _ []byte, _ error) { *into = append(*into, d.Object().Origin.Key) }
}

func TestHistoryIsReadNewestFirst(t *testing.T) {
	for _, tt := range []struct {
		order string
		days  []int // back from today
	}{{s3.NewestFirst, []int{0, 1, 2, 40, 400}}, {s3.OldestFirst, []int{400, 40, 2, 1, 0}}} {
		synctest.Test(t, func(t *testing.T) {
			c, j := standin.New(t), newJournal()
			var want []string
			for _, day := range tt.days {
				for i := range 3 { // within a day the order of keys
					key := logKey(time.Now().AddDate(0, 0, -day), i)
					c.PutObject(bucket, key, []byte("log"))
					want = append(want, key)
				}
			}
			var got []string
			src := listing(t, c, j, true, func(cfg *s3.Config) { cfg.Order = tt.order })
			pump(t.Context(), src, j, order(&got))
			_ = src.Close()
			if !slices.Equal(got, want) {
				t.Errorf("%s:\n%s\nwant\n%s", tt.order, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// A new object is there within an interval, however much history waits.
func TestTodayDoesNotWaitForHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for day := range 200 {
			for i := range 50 {
				c.PutObject(bucket, logKey(time.Now().AddDate(0, 0, -3-day), i), []byte("log"))
			}
		}
		var arrived time.Duration
		n := 0
		begun := time.Now()
		fresh := logKey(begun, 77)
		time.AfterFunc(10*time.Minute, func() { c.PutObject(bucket, fresh, []byte("log")) })
		stop := watch(t, c, j, func(d source.Delivery, _ []byte, _ error) {
			n++
			<-time.After(time.Second)
			if d.Object().Origin.Key == fresh {
				arrived = time.Since(begun)
			}
		}, nil)
		after(40 * time.Minute)
		stop()
		if arrived < 10*time.Minute || arrived > 13*time.Minute {
			t.Errorf("arrived after %s, %d objects were read", arrived, n)
		}
	})
}

// Days that cannot change any more are closed, in the journal too, and are not
// listed again, also by a new process.
func TestDaysClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for day := range 30 {
			c.PutObject(bucket, logKey(time.Now().AddDate(0, 0, -day), 1), []byte("log"))
			c.PutObject(bucket, trails+time.Now().AddDate(0, 0, -day).Format("2006/01/02/")+"x.json.gz", []byte("trail"))
		}
		stop := watch(t, c, j, nil, nil)
		after(time.Hour)
		first := c.Count("s3", "ListObjectsV2")
		stop()
		name := "s3:" + bucket + "/" + logs
		if got, want := j.cursors[name], `{"closed":["1999-12-03..1999-12-29"]}`; got != want {
			t.Errorf("cursor %s, want %s", got, want)
		}
		stop = watch(t, c, j, nil, nil)
		after(time.Hour)
		second := c.Count("s3", "ListObjectsV2") - first
		after(72 * time.Hour)
		stop()
		if got, want := j.cursors[name], `{"closed":["1999-12-03..2000-01-01"]}`; got != want {
			t.Errorf("after three days: cursor %s, want %s", got, want)
		}
		// In the first hour each of 60 days once, and the open ones again; in the
		// second the open ones, at each interval those that are young.
		if first < 60 || first > 350 || second > 250 {
			t.Errorf("%d and %d listings", first, second)
		}
		if len(j.done) != 60 {
			t.Errorf("%d objects", len(j.done))
		}
		for id, n := range j.done {
			if n != 1 {
				t.Errorf("%s was committed %d times", id, n)
			}
		}
	})
}

// Folders that are not laid out as AWS does it are listed whole, below any
// prefix, and what lies in AWSLogs among them is known.
func TestAnyLayout(t *testing.T) {
	keys := []string{
		"top.json.gz", "team/log.json", "team/deep/er/and/deeper/still/log.json", "2026/03/01/log.json",
		"dt=2026-03-01/log.json", "odd name+100%/ü ñ?.json", "data/x.json", "AWSLogs/readme.json",
		"other/" + logs + "2026/03/01/08/x.json.gz", "AWSLogs/o-abc123/111122223333/CloudTrail-Insight/us-east-1/2026/03/01/x.json.gz",
		"AWSLogs/111122223333/CloudTrail/us-east-1/not-a-date/x.json.gz", "AWSLogs/111122223333/GuardDuty/us-east-1/2026/03/01/x.jsonl.gz",
		logs + "2026/03/01/loose.json.gz", logs + "2026/03/01/08/deeper/x.json.gz", logs + "2026/02/30/x.json.gz",
	}
	for _, tt := range []struct {
		prefix, layout string
		want           func(key string) bool
	}{
		{"", "auto", func(string) bool { return true }},
		{"", "flat", func(string) bool { return true }},
		{"team/", "auto", func(k string) bool { return strings.HasPrefix(k, "team/") }},
		{"tea", "auto", func(k string) bool { return strings.HasPrefix(k, "tea") }},
		{"AWSLogs/1111", "auto", func(k string) bool { return strings.HasPrefix(k, "AWSLogs/1111") }},
		{logs + "2026/0", "auto", func(k string) bool { return strings.HasPrefix(k, logs+"2026/0") }},
		{logs + "2026/03/01/0", "auto", func(k string) bool { return strings.HasPrefix(k, logs+"2026/03/01/0") }},
		{"none/", "auto", func(string) bool { return false }},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, j := standin.New(t), newJournal()
			c.Bucket(bucket, standin.Region)
			want := map[string]bool{}
			for _, key := range keys {
				o := c.PutObject(bucket, key, []byte(key))
				if tt.want(key) {
					want[idOf(o)] = true
				}
			}
			stop := watch(t, c, j, nil, func(cfg *s3.Config) { cfg.Prefix, cfg.Layout = tt.prefix, tt.layout })
			after(time.Hour)
			stop()
			for id := range want {
				if j.done[id] != 1 {
					t.Errorf("prefix %q, %s: %s was read %d times", tt.prefix, tt.layout, id, j.done[id])
				}
			}
			if len(j.done) != len(want) {
				t.Errorf("prefix %q, %s: %d objects, want %d", tt.prefix, tt.layout, len(j.done), len(want))
			}
		})
	}
}

// Empty pages with a token are not the end of a listing.
func TestEmptyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for i := range 5 {
			c.PutObject(bucket, logKey(time.Now(), i), []byte("log"))
		}
		c.Fault(standin.Fault{Service: "s3", Op: "ListObjectsV2", Empty: true, Every: 2})
		src := listing(t, c, j, true, nil)
		errs := pump(t.Context(), src, j, nil)
		_ = src.Close()
		if len(j.done) != 5 || errs != nil {
			t.Errorf("%d objects, %v", len(j.done), errs)
		}
	})
}

// More objects than a page holds come once each, and no more wait in memory than
// a few pages.
func TestManyObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		const n = 6000
		for i := range n {
			c.PutObject(bucket, logKey(time.Now(), i), []byte("log"))
		}
		most := 0
		src := listing(t, c, j, true, func(cfg *s3.Config) { cfg.Workers = 4 })
		pump(t.Context(), src, j, func(source.Delivery, []byte, error) { most = max(most, src.Stats().Waiting) })
		_ = src.Close()
		if len(j.done) != n || most > 3000 {
			t.Errorf("%d objects, at most %d waited", len(j.done), most)
		}
	})
}

func TestTimesAndSelectors(t *testing.T) {
	day := func(d int) time.Time { return time.Date(1999, 12, d, 12, 0, 0, 0, time.UTC) }
	for name, tt := range map[string]struct {
		set  func(*s3.Config)
		want []int // days of December
	}{
		"all":      {func(*s3.Config) {}, []int{1, 10, 20, 30}},
		"start":    {func(c *s3.Config) { c.Start.Time = day(10) }, []int{20, 30}},
		"end":      {func(c *s3.Config) { c.End.Time = day(20) }, []int{1, 10}},
		"older":    {func(c *s3.Config) { c.IgnoreOlder = config.Duration(15 * 24 * time.Hour) }, []int{20, 30}},
		"selector": {func(c *s3.Config) { c.Selectors = []s3.Selector{{Regex: `/1999/12/[12]0/`}} }, []int{10, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, j := standin.New(t), newJournal()
				var want []string
				for _, d := range []int{1, 10, 20, 30} {
					o := c.Put(standin.Object{Bucket: bucket, Key: logKey(day(d), d), Modified: day(d)}, []byte("log"))
					if slices.Contains(tt.want, d) {
						want = append(want, idOf(o))
					}
				}
				stop := watch(t, c, j, nil, tt.set)
				after(time.Hour)
				stop()
				slices.Sort(want)
				if !slices.Equal(j.keys(), want) {
					t.Errorf("%q", j.keys())
				}
			})
		})
	}
}

// A day that was closed while some of its objects were left out is listed again
// when they are wanted.
func TestOtherSelectorsOpenDaysAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		old := time.Now().AddDate(0, 0, -10)
		c.PutObject(bucket, logKey(old, 1), []byte("log"))
		stop := watch(t, c, j, nil, func(cfg *s3.Config) { cfg.Selectors = []s3.Selector{{Regex: "nothing"}} })
		after(time.Hour)
		stop()
		if len(j.done) != 0 || len(j.cursors) != 1 {
			t.Fatalf("%d objects, %d cursors", len(j.done), len(j.cursors))
		}
		stop = watch(t, c, j, nil, nil)
		after(time.Hour)
		stop()
		if len(j.done) != 1 {
			t.Errorf("%d objects", len(j.done))
		}
	})
}

// A bucket that cannot be listed says why at once, and again while it cannot;
// once it can, it goes on.
func TestListingThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
		mend := c.Fault(standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied"})
		src := listing(t, c, j, false, nil)
		begun := time.Now()
		for range 3 {
			_, err := src.Receive(t.Context())
			if f := fault(t, err); f.Kind != source.Forbidden || f.Action != "s3:ListBucket" || f.Resource != "arn:aws:s3:::"+bucket {
				t.Errorf("%+v", f)
			}
		}
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("told three times in %s", took)
		}
		mend()
		d, err := src.Receive(t.Context())
		for d == nil && err == nil {
			d, err = src.Receive(t.Context())
		}
		if err != nil {
			t.Error(err)
		}
		_ = src.Close()
	})
}

// When nothing can be read any more, that is told, and objects are asked for one
// by one; when they can be read again, all come.
func TestBucketThatRefusesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for i := range 500 {
			c.PutObject(bucket, logKey(time.Now(), i), []byte("log"))
		}
		mend := c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied"})
		src := listing(t, c, j, false, nil)
		told := 0
		for range 100 {
			d, err := src.Receive(t.Context())
			switch {
			case err != nil:
				if f := fault(t, err); f.Action != "s3:GetObject" {
					t.Errorf("%+v", f)
				}
				told++
			case d != nil:
				_, err := read(t.Context(), d)
				j.commit(d.Object(), err)
				_ = d.Settle(t.Context(), err)
			}
		}
		_ = src.Close()
		if told < 20 || len(j.troubles) > 80 {
			t.Errorf("told %d times, %d objects tried", told, len(j.troubles))
		}
		mend()
		stop := watch(t, c, j, nil, nil)
		after(3 * time.Hour)
		stop()
		if len(j.done) != 500 || len(j.troubles) != 0 {
			t.Errorf("%d objects, %d troubles", len(j.done), len(j.troubles))
		}
	})
}

// What fails for the moment is tried again within a one-off.
func TestOnceTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for i := range 20 {
			c.PutObject(bucket, logKey(time.Now(), i), []byte("log"))
		}
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Key: "_00000007", Status: 404, Code: "NoSuchKey", Times: 2},
			standin.Fault{Service: "s3", Op: "GetObject", Key: "_00000008", Status: 404, Code: "NoSuchKey"},
			standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 500, Code: "InternalError", Every: 2})
		src := listing(t, c, j, true, nil)
		var last []int
		errs := pump(t.Context(), src, j, func(d source.Delivery, _ []byte, err error) {
			if err != nil {
				last = append(last, d.Object().Attempt)
			}
		})
		_ = src.Close()
		if len(j.done) != 19 || errs != nil {
			t.Errorf("%d objects, %v", len(j.done), errs)
		}
		if slices.Max(last) != 3 || len(last) != 5-1 {
			t.Errorf("attempts %v", last)
		}
		for id := range j.troubles {
			if !src.Unread(id) {
				t.Errorf("%s is told as read", id)
			}
		}
	})
}

func TestEstimate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		for i := range 10 {
			o := c.PutObject(bucket, logKey(time.Now().AddDate(0, 0, -i), i), []byte(strings.Repeat("x", 100)))
			if i < 3 {
				j.commit(source.Object{ID: idOf(o)}, nil)
			}
		}
		src := listing(t, c, j, true, nil)
		e, err := src.Estimate(t.Context())
		if err != nil || e.Objects != 7 || e.Bytes != 700 || e.Known != 3 || e.Gets != 7 || e.Partial {
			t.Errorf("%+v, %v", e, err)
		}
		if lists := int64(c.Count("s3", "ListObjectsV2")); e.Lists != 2*lists || c.Count("s3", "GetObject") != 0 {
			t.Errorf("%d of %d listings, %d GETs", e.Lists, lists, c.Count("s3", "GetObject"))
		}
		if want := 7*0.0000004 + float64(e.Lists)*0.000005; fmt.Sprintf("%.9f", e.USD) != fmt.Sprintf("%.9f", want) {
			t.Errorf("USD %v, want %v", e.USD, want)
		}
		pump(t.Context(), src, j, nil)
		_ = src.Close()
		if len(j.done) != 10 {
			t.Errorf("%d objects", len(j.done))
		}
	})
}
