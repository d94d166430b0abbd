package cwlogs

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"pgregory.net/rapid"
)

// The set knows what was added and nothing else, as long as it has room, and
// never holds more than it may.
func TestSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSeen(1000)
		model := map[ident]bool{}
		random := rapid.Custom(func(t *rapid.T) ident {
			return ident{rapid.Uint64Range(0, 5000).Draw(t, "hash"), rapid.Int64Range(0, 3).Draw(t, "slice") * slice}
		})
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				events := rapid.SliceOfN(random, 1, 400).Draw(t, "events")
				s.add(events)
				for _, e := range events {
					model[e] = true
				}
			},
			"forget": func(t *rapid.T) {
				before := rapid.Int64Range(0, 4*slice).Draw(t, "before")
				s.forget(before)
				for e := range model {
					if e.at < before/slice*slice {
						delete(model, e)
					}
				}
			},
			"": func(t *rapid.T) {
				held := 0
				for _, b := range s.buckets {
					held += b.count()
				}
				if held != s.count || held > s.most {
					t.Fatalf("holds %d, counts %d", held, s.count)
				}
				for e := range model {
					if !s.has(e) && len(model) <= s.most && s.count == len(model) {
						t.Fatalf("%v is forgotten", e)
					}
				}
				if e := random.Draw(t, "other"); s.has(e) && !model[e] {
					t.Fatalf("%v was never added", e)
				}
				if len(model) > s.most { // some were dropped: go on from what is left
					for e := range model {
						if !s.has(e) {
							delete(model, e)
						}
					}
				}
			},
		})
	})
}

func TestDeliveredIDsTakeLittleMemory(t *testing.T) {
	s := newSeen(1 << 20)
	for i := range uint64(1 << 20) {
		s.add([]ident{{i * 0x9e3779b97f4a7c15, int64(i>>12) * slice}})
	}
	latest := 0
	for _, b := range s.buckets {
		latest += len(b.latest)
	}
	if s.count != 1<<20 || latest > s.count/4 {
		t.Errorf("%d ids, %d of them in maps", s.count, latest)
	}
}

// Events without an id are known by what they say.
func TestEventsWithoutID(t *testing.T) {
	at := aws.Int64(1)
	a := types.FilteredLogEvent{Timestamp: at, LogStreamName: aws.String("s"), Message: aws.String("a")}
	b := types.FilteredLogEvent{Timestamp: at, LogStreamName: aws.String("s"), Message: aws.String("b")}
	if idOf(&a) == idOf(&b) {
		t.Error("two events have one id")
	}
	first, _ := pageOf(&group{arn: "g"}, []types.FilteredLogEvent{a})
	second, _ := pageOf(&group{arn: "g"}, []types.FilteredLogEvent{b})
	if first.ID == second.ID {
		t.Error("two pages have one id")
	}
}

// FuzzCursor reads any text as a cursor: no panic, and what is taken is written
// the same again.
func FuzzCursor(f *testing.F) {
	f.Add(standAt(1).cursor())
	f.Add(`{"v":1,"start":0,"live":5,"late":4,"sweep":3}`)
	f.Add(`{"v":2}`)
	f.Add(``)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseCursor(text)
		if err != nil {
			return
		}
		if again, err := parseCursor(at.cursor()); err != nil || again != at {
			t.Errorf("%+v became %+v, %v", at, again, err)
		}
	})
}
