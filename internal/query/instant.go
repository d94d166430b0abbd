package query

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"seismo/internal/event"
)

// span is a written time: from its first moment to the first after it. Both are
// the same for a single moment, open says that it means everything since.
type span struct {
	from, to time.Time
	open     bool
}

func (p *parser) instant(f event.Field, op Op, v value) (Node, error) {
	low, high, ranged := strings.Cut(literal(v.pattern), "..")
	if op == Part && ranged {
		return p.period(f, v, low, high)
	}
	s, err := p.span(literal(v.pattern))
	switch {
	case err != nil:
		return nil, p.fail(v.pos, err.Error(), "")
	case op != Part:
		return Compare{f.Name, op, s.from}, nil
	case s.open:
		return Compare{f.Name, GreaterEqual, s.from}, nil
	case s.from.Equal(s.to):
		return Compare{f.Name, Equal, s.from}, nil
	}
	return And{Compare{f.Name, GreaterEqual, s.from}, s.end(f)}, p.count(2)
}

// period makes a range; an end that is left out is open.
func (p *parser) period(f event.Field, v value, low, high string) (Node, error) {
	var parts And
	if low != "" {
		s, err := p.span(low)
		if err != nil {
			return nil, p.fail(v.pos, err.Error(), "")
		}
		parts = append(parts, Compare{f.Name, GreaterEqual, s.from})
	}
	if high != "" {
		s, err := p.span(high)
		if err != nil {
			return nil, p.fail(v.pos, err.Error(), "")
		}
		parts = append(parts, s.end(f))
	}
	switch len(parts) {
	case 0:
		return nil, p.fail(v.pos, "this range has no end", "write "+f.Name+":2026-03-01..2026-03-07")
	case 1:
		return parts[0], nil
	}
	return parts, p.count(2)
}

// end fits everything up to the span's end; a single moment is in it.
func (s span) end(f event.Field) Compare {
	if s.from.Equal(s.to) {
		return Compare{f.Name, LessEqual, s.to}
	}
	return Compare{f.Name, Less, s.to}
}

var errTime = errors.New("this is not a time; write 2026-03-01, 2026-03-01T08:30:00Z, -7d, today or now")

// span reads a time as written.
func (p *parser) span(s string) (span, error) {
	midnight := p.now.Truncate(24 * time.Hour)
	switch strings.ToLower(s) {
	case "now":
		return span{from: p.now, to: p.now, open: true}, nil
	case "today":
		return span{from: midnight, to: midnight.AddDate(0, 0, 1)}, nil
	case "yesterday":
		return span{from: midnight.AddDate(0, 0, -1), to: midnight}, nil
	}
	if ago, ok := strings.CutPrefix(s, "-"); ok {
		t, err := before(p.now, ago)
		return span{from: t, to: t, open: true}, err
	}
	return absolute(s)
}

func before(now time.Time, ago string) (time.Time, error) {
	if ago == "" {
		return now, errTime
	}
	n, err := strconv.ParseUint(ago[:len(ago)-1], 10, 16)
	if err != nil {
		return now, errTime
	}
	switch ago[len(ago)-1] {
	case 's':
		return now.Add(-time.Duration(n) * time.Second), nil
	case 'm':
		return now.Add(-time.Duration(n) * time.Minute), nil
	case 'h':
		return now.Add(-time.Duration(n) * time.Hour), nil
	case 'd':
		return now.AddDate(0, 0, -int(n)), nil
	case 'w':
		return now.AddDate(0, 0, -7*int(n)), nil
	}
	return now, errTime
}

// absolute reads a date or time, of the length in which it is written.
func absolute(s string) (span, error) {
	zoned := strings.Replace(s, " ", "T", 1)
	if t, err := time.Parse(time.RFC3339Nano, zoned); err == nil {
		return second(t.UTC()), nil
	}
	for _, layout := range []struct {
		form string
		next func(time.Time) time.Time
	}{
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }},
		{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04:05", func(t time.Time) time.Time { return second(t).to }},
	} {
		if t, err := time.Parse(layout.form, zoned); err == nil {
			return span{from: t, to: layout.next(t)}, nil
		}
	}
	return span{}, errTime
}

// second is the whole second that t names, or the moment when t has a fraction.
func second(t time.Time) span {
	if t.Nanosecond() != 0 {
		return span{from: t, to: t}
	}
	return span{from: t, to: t.Add(time.Second)}
}
