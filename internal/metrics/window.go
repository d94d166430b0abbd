package metrics

import (
	"slices"
	"time"

	"seismo/internal/store"
)

// window is a span of time that is read with points of one period. Both ends lie
// on whole periods; from is included, to is not.
type window struct {
	from, to time.Time
	period   time.Duration
}

// windows are what is to be read: at first the past by the hour, and always the
// newest hours by the granularity, from the last reading on if that is longer
// ago. They meet on an hour, so that no hour is made of both.
func (c *Collector) windows(now, last time.Time) []window {
	now = now.Add(-c.cfg.Latency.Std())
	fine := c.cfg.Granularity.Std()
	from := now.Add(-c.cfg.Overlap.Std())
	if !last.IsZero() && last.Add(-c.cfg.Overlap.Std()).Before(from) {
		from = last.Add(-c.cfg.Overlap.Std())
	}
	oldest := now.Add(-mostBack)
	if from.Before(oldest) {
		from = oldest
	}
	from = from.Truncate(time.Hour)
	newest := window{from, now.Truncate(fine).Add(fine), fine}
	past := now.Add(-c.cfg.Backfill.Std()).Truncate(time.Hour)
	if last.IsZero() && past.Before(from) {
		return []window{{past, from, time.Hour}, newest}
	}
	return []window{newest}
}

// marks say how many minutes of each hour have been read.
func marks(accounts []string, region string, w window, now time.Time) []store.Point {
	var out []store.Point
	for hour := w.from.Truncate(time.Hour); hour.Before(w.to); hour = hour.Add(time.Hour) {
		minutes := min(now.Sub(hour), time.Hour).Minutes()
		for _, id := range accounts {
			out = append(out, store.Point{Account: id, Region: region, Namespace: MarkNamespace, Metric: MarkMetric,
				Stat: "Maximum", Start: hour, Period: time.Hour, Value: max(minutes, 0)})
		}
	}
	return out
}

// owners are the accounts whose metrics are read, the account itself included.
func owners(found []series, id string) []string {
	list := []string{id}
	for _, s := range found {
		if s.owner != "" && !slices.Contains(list, s.owner) {
			list = append(list, s.owner)
		}
	}
	return list
}
