package s3

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// days is a set of days: spans in order that neither overlap nor touch.
type days []span

// span is a row of days, counted from 1970-01-01 in UTC.
type span struct{ first, last int }

const dayLength = 24 * time.Hour

func dayNumber(t time.Time) int { return int(t.Unix() / int64(dayLength/time.Second)) }

func dayTime(n int) time.Time { return time.Unix(int64(n)*int64(dayLength/time.Second), 0).UTC() }

func (d days) has(day int) bool {
	i := sort.Search(len(d), func(i int) bool { return d[i].last >= day })
	return i < len(d) && d[i].first <= day
}

// add puts a day in.
func (d *days) add(day int) {
	if d.has(day) {
		return
	}
	s := *d
	i := sort.Search(len(s), func(i int) bool { return s[i].last >= day })
	before := i > 0 && s[i-1].last == day-1
	after := i < len(s) && s[i].first == day+1
	switch {
	case before && after:
		s[i-1].last = s[i].last
		s = slices.Delete(s, i, i+1)
	case before:
		s[i-1].last = day
	case after:
		s[i].first = day
	default:
		s = slices.Insert(s, i, span{day, day})
	}
	*d = s
}

// cursor is how far the folder of one account, service and Region was read. It
// is kept as JSON: {"closed":["2026-01-01..2026-03-04","2026-03-06"]}.
type cursor struct {
	Closed []string `json:"closed"`
}

// text writes the days as a cursor.
func (d days) text() string {
	c := cursor{Closed: []string{}}
	for _, s := range d {
		text := dayTime(s.first).Format(time.DateOnly)
		if s.last != s.first {
			text += ".." + dayTime(s.last).Format(time.DateOnly)
		}
		c.Closed = append(c.Closed, text)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "" // a list of strings can be written
	}
	return string(text)
}

// parseDays reads a cursor. A span that is none is left out: its days are then
// listed again, which costs requests and loses nothing.
func parseDays(text string) (days, error) {
	var d days
	if text == "" {
		return d, nil
	}
	var c cursor
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return d, fmt.Errorf("the cursor of a listing: %w", err)
	}
	for _, s := range c.Closed {
		from, to, found := strings.Cut(s, "..")
		if !found {
			to = from
		}
		first, err1 := time.Parse(time.DateOnly, from)
		last, err2 := time.Parse(time.DateOnly, to)
		if err1 != nil || err2 != nil || last.Before(first) || last.Sub(first) > 200*366*dayLength {
			continue
		}
		for n := dayNumber(first); n <= dayNumber(last); n++ {
			d.add(n)
		}
	}
	return d, nil
}
