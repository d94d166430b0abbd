package cloudtrail

import (
	"slices"
	"strings"
	"testing"
	"time"

	"seismo/content"
	normalize "seismo/internal/normalize/cloudtrail"
)

func TestServicesAreThoseThatAreListenedTo(t *testing.T) {
	reader, err := normalize.New(content.FS, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range EventSources() {
		if !reader.Listens(name) {
			t.Errorf("%s is looked up and then thrown away", name)
		}
	}
	for _, name := range []string{"iam", "sts", "signin", "s3", "kms", "logs", "cloudtrail", "servicequotas", "organizations", "agreement-marketplace"} {
		if !slices.Contains(EventSources(), name+".amazonaws.com") {
			t.Errorf("%s is listened to and not looked up", name)
		}
	}
}

func TestGlobalServicesOfEachPartition(t *testing.T) {
	for region, home := range map[string]string{"eu-west-1": "us-east-1", "us-gov-east-1": "us-gov-west-1", "cn-northwest-1": "cn-north-1"} {
		asked := lookups([]string{region}, []string{"iam.amazonaws.com", "kms.amazonaws.com"})
		if len(asked) != 2 || asked[home][0] != "iam.amazonaws.com" || asked[region][0] != "kms.amazonaws.com" {
			t.Errorf("%s: %v", region, asked)
		}
	}
}

func TestSeenIsBounded(t *testing.T) {
	s := newSeen(100)
	for id := range uint64(1000) {
		s.add([]uint64{id})
		if !s.has(id) {
			t.Fatalf("%d is forgotten at once", id)
		}
		if n := len(s.new) + len(s.old); n > 100 {
			t.Fatalf("%d ids are kept", n)
		}
	}
	if s.has(0) || !s.has(960) {
		t.Error("the oldest go first")
	}
}

// TestWindows holds what the hands read, and what counts as read afterwards.
func TestWindows(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	terms := &terms{interval: time.Minute, lookback: 72 * time.Hour, overlap: 20 * time.Minute, sweep: 24 * time.Hour}
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	r := reach{Live: ago(20 * time.Minute), Sweep: ago(26 * time.Hour), Back: ago(50 * time.Hour)}
	for name, tt := range map[string]struct {
		hand     hand
		from, to time.Time
		after    reach
	}{
		"newest, up to now, though only what is old enough counts": {live, r.Live, now, r},
		"old enough to be swept":                                   {sweep, r.Sweep, ago(24 * time.Hour), reach{r.Live, ago(24 * time.Hour), r.Back}},
		"back, to the beginning":                                   {back, ago(72 * time.Hour), r.Back, reach{r.Live, r.Sweep, ago(72 * time.Hour)}},
	} {
		w, ok := r.window(tt.hand, now, 24*time.Hour, terms)
		if !ok || !w.from.Equal(tt.from) || !w.to.Equal(tt.to) {
			t.Errorf("%s: %v, from %v to %v", name, ok, w.from, w.to)
		}
		if got := r.after(w, terms); got != tt.after {
			t.Errorf("%s: then %v, want %v", name, got, tt.after)
		}
	}
	done := reach{Live: now, Sweep: ago(24*time.Hour - time.Minute), Back: ago(72 * time.Hour)}
	for _, h := range []hand{sweep, back} {
		if w, ok := done.window(h, now, time.Hour, terms); ok {
			t.Errorf("hand %d has %v to read of what is done", h, w)
		}
	}
	// A window is never so short that the newest part stands still.
	if w, _ := r.window(live, now, spanLeast, terms); !w.to.Equal(now) {
		t.Errorf("the newest part ends at %v", w.to)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(begin(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), &terms{sweep: time.Hour, lookback: time.Hour}).String())
	f.Add(`{"live":"2026-03-01T00:00:00Z"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseReach(text)
		if err != nil {
			return
		}
		again, err := parseReach(r.String())
		if err != nil || !again.Live.Equal(r.Live) || !again.Sweep.Equal(r.Sweep) || !again.Back.Equal(r.Back) {
			if !strings.Contains(r.String(), "T") { // a year that cannot be written
				return
			}
			t.Errorf("%s becomes %v, %v", text, again, err)
		}
	})
}

// TestBackwardsInPieces holds that what is read backwards may end at any page,
// and goes on from the oldest event that came.
func TestBackwardsInPieces(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	terms := &terms{interval: time.Minute, lookback: 72 * time.Hour, overlap: 20 * time.Minute, sweep: 24 * time.Hour}
	l := newLane("x", terms)
	l.resume(nil, now)
	l.next = now.Add(time.Hour) // the newest part is done
	if !l.begin(now) || l.window.hand != back {
		t.Fatalf("%+v", l.window)
	}
	oldest := now.Add(-2 * time.Hour)
	for n := 1; n < pagesMost; n++ {
		l.page(oldest, "more", false)
		if l.asked {
			t.Fatalf("it ends after %d pages", n)
		}
	}
	l.page(oldest, "more", false)
	at := l.finish(now)
	if at == nil || !at.Back.Equal(oldest) {
		t.Fatalf("the cursor is %v", at)
	}
	l.markSettled(true, now)
	if !l.begin(now) || !l.window.to.Equal(oldest) || !l.window.from.Equal(now.Add(-72*time.Hour)) {
		t.Fatalf("it goes on with %+v", l.window)
	}
	l.page(time.Time{}, "", false)
	if at := l.finish(now); at == nil || !at.Back.Equal(now.Add(-72*time.Hour)) {
		t.Fatalf("at the end the cursor is %v", at)
	}
}
