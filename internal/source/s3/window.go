package s3

import "time"

// Span says which part of history a one-off reads: by the date in the key where
// AWS's layout has one, else by the time of the last modification, which a copy
// of a bucket has not kept. Zero ends are open.
type Span struct {
	From, To time.Time // From <= t < To
}

func (s Span) overlaps(begin, end time.Time) bool {
	return (s.To.IsZero() || begin.Before(s.To)) && (s.From.IsZero() || end.After(s.From))
}

// window tells what is left out because of its time.
type window struct {
	span       Span
	start, end time.Time     // of modification
	older      time.Duration // ignore_older
	lookBack   time.Duration
}

// folder tells whether the folder of a day or an hour can hold objects that are
// wanted. An object is never written before the time of its folder, and not
// later than look_back after it.
func (w *window) folder(begin, end, now time.Time) bool {
	latest := end.Add(w.lookBack)
	return w.span.overlaps(begin, end) &&
		(w.end.IsZero() || begin.Before(w.end)) &&
		(w.start.IsZero() || latest.After(w.start)) &&
		(w.older == 0 || latest.After(now.Add(-w.older)))
}

// object tells whether an object is wanted.
func (w *window) object(ref Ref, now time.Time) bool {
	if (!w.start.IsZero() && !ref.Modified.After(w.start)) || (!w.end.IsZero() && !ref.Modified.Before(w.end)) ||
		(w.older > 0 && ref.Modified.Before(now.Add(-w.older))) {
		return false
	}
	if w.span == (Span{}) {
		return true
	}
	begin, end := ref.Modified, ref.Modified.Add(1)
	if at, ok := parseLayout(ref.Key); ok && !at.day.IsZero() {
		begin, end = at.times()
	}
	return w.span.overlaps(begin, end)
}

// times are the begin and end of the folder of a day, or of an hour.
func (l layout) times() (begin, end time.Time) {
	if l.hour < 0 {
		return l.day, l.day.Add(dayLength)
	}
	begin = l.day.Add(time.Duration(l.hour) * time.Hour)
	return begin, begin.Add(time.Hour)
}
