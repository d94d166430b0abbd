package cwlogs

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// Times in this room are milliseconds since 1970, as CloudWatch Logs counts.

func millis(t time.Time) int64 { return t.UnixMilli() }

// hand names one of the passes over a group's log. Each reads every part of the
// log once: live as soon as it is written, late when events of up to two hours'
// delay are there, sweep when those of a day's delay are.
type hand int

const (
	live hand = iota
	late
	sweep
	hands
)

func (h hand) String() string { return [...]string{"live", "late", "sweep"}[h] }

// stand is how far the hands have come. Before at[h] everything was delivered
// that became visible within terms.delay[h] of its own time, except what lies
// before start, which nobody asked for. It is what a cursor keeps.
type stand struct {
	start int64
	at    [hands]int64
}

// standAt is the stand of a tail that has read nothing yet.
func standAt(start int64) stand {
	return stand{start, [hands]int64{start, start, start}}
}

// cursorForm is the JSON of a cursor.
type cursorForm struct {
	Version int   `json:"v"`
	Start   int64 `json:"start"`
	Live    int64 `json:"live"`
	Late    int64 `json:"late"`
	Sweep   int64 `json:"sweep"`
}

const cursorVersion = 1

// cursor writes the stand for the store.
func (s stand) cursor() string {
	b, err := json.Marshal(cursorForm{cursorVersion, s.start, s.at[live], s.at[late], s.at[sweep]})
	if err != nil {
		return "" // five numbers have a JSON form
	}
	return string(b)
}

var errCursor = errors.New("the cursor is of no known form")

// parseCursor reads what cursor wrote.
func parseCursor(text string) (stand, error) {
	var form cursorForm
	if err := json.Unmarshal([]byte(text), &form); err != nil {
		return stand{}, fmt.Errorf("%w: %w", errCursor, err)
	}
	ordered := 0 <= form.Start && form.Start <= form.Sweep && form.Sweep <= form.Late && form.Late <= form.Live
	if form.Version != cursorVersion || !ordered {
		return stand{}, errCursor
	}
	return stand{form.Start, [hands]int64{form.Live, form.Late, form.Sweep}}, nil
}

// after is the stand once the part [from, to) was read at an instant: every hand
// that stood in it moves on, but only as far as its promise reaches.
func (s stand) after(from, to, now int64, delay [hands]int64) stand {
	for h := range s.at {
		if from <= s.at[h] {
			s.at[h] = max(s.at[h], min(to, now-delay[h]))
		}
	}
	return s
}

// within puts hands back that stand further than their promise reaches now,
// because it was made longer or the clock was ahead.
func (s stand) within(now int64, delay [hands]int64) stand {
	for h := range s.at {
		s.at[h] = min(s.at[h], max(s.start, now-delay[h]))
		if h > 0 {
			s.at[h] = min(s.at[h], s.at[h-1])
		}
	}
	return s
}
