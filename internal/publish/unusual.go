package publish

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"seismo/internal/query"
)

// What makes activity unusual. Both measures are simple on purpose: they can be
// worked out again with a query, and one odd day does not move them.
const (
	memory     = 30 * 24 * time.Hour // a thing that was not seen for so long is new again
	youth      = 7 * 24 * time.Hour  // in an account of which less is known, all is new and nothing counts
	history    = 14 * 24 * time.Hour // hours that an hour's calls are held against
	leastHours = 72                  // of them since the series began; fewer say nothing
	leastCalls = 30                  // an hour with fewer calls is never too many
	deviations = 6                   // how far above the median, in deviations, is too many
	mostNew    = 100                 // new things that are counted in one hour
)

// kindsOf are the fields whose new values are unusual, and the kinds they count as.
var kindsOf = [...]struct{ field, kind string }{
	{"person", "person"}, {"principal", "principal"}, {"model", "model"}, {"source.country", "country"},
}

// volumeKind counts calls above what is usual of a model at an account and Region.
const volumeKind = "volume"

// unusual counts the unusual calls of one hour. Novelty counts by period; volume
// once the hour is over, at its beginning.
func (p *Publisher) unusual(ctx context.Context, hour, end time.Time, sums map[key]counted) error {
	for _, k := range kindsOf {
		if err := p.novel(ctx, k.field, k.kind, hour, end, sums); err != nil {
			return fmt.Errorf("look for a new %s: %w", k.kind, err)
		}
	}
	if end.Sub(hour) < time.Hour {
		return nil
	}
	if err := p.volume(ctx, hour, sums); err != nil {
		return fmt.Errorf("compare the hour's calls: %w", err)
	}
	return nil
}

// novel counts calls by somebody, or of something, that the account did not see
// in the 30 days before the day of the hour. All calls of the hour in which it was
// first seen count.
func (p *Publisher) novel(ctx context.Context, field, kind string, hour, end time.Time, sums map[key]counted) error {
	firsts, err := p.deps.Rows.Aggregate(ctx, query.Aggregate{
		Where: callsOnly, From: hour.Truncate(24 * time.Hour).Add(-memory), To: end, By: []string{"account", field},
		Measures: []query.Measure{{Func: query.Min, Field: "time", As: "first"}}, Sort: "-first", Limit: query.ReportRows,
	})
	if err != nil {
		return err
	}
	fresh := newcomers(firsts, hour)
	if len(fresh) == 0 {
		return nil
	}
	var any query.Or
	for id := range fresh {
		any = append(any, query.Compare{Field: field, Op: query.Equal, Value: id[1]})
	}
	t, err := p.deps.Rows.Aggregate(ctx, query.Aggregate{
		Where: p.calls(any), From: hour, To: end, Bucket: query.Minute, By: []string{"account", "region", field},
		Measures: []query.Measure{{Func: query.Count, As: "calls"}}, Limit: query.ReportRows,
	})
	if err != nil {
		return err
	}
	for _, row := range t.Rows {
		at, _ := row[0].(time.Time)
		name, _ := row[1].(string)
		value, _ := row[3].(string)
		n, _ := row[4].(int64)
		if !fresh[[2]string{name, value}] {
			continue
		}
		k := key{int(at.Sub(hour)/p.cfg.Period.Std()) * int(p.cfg.Period.Std()/time.Minute), unusual, dimension(row[1]), dimension(row[2]), kind}
		sums[k] = counted{grownBy(sums[k], float64(n))}
	}
	return nil
}

func grownBy(sum counted, n float64) float64 {
	if len(sum) == 0 {
		return n
	}
	return sum[0] + n
}

// newcomers are the values, by account, that were first seen since the hour
// began, in accounts that are known for long enough.
func newcomers(firsts query.Table, hour time.Time) map[[2]string]bool {
	began := map[string]time.Time{}
	for _, row := range firsts.Rows {
		account, _ := row[0].(string)
		first, ok := row[2].(time.Time)
		if known := began[account]; ok && (known.IsZero() || first.Before(known)) {
			began[account] = first
		}
	}
	fresh := map[[2]string]bool{}
	for _, row := range firsts.Rows {
		account, _ := row[0].(string)
		value, _ := row[1].(string)
		first, ok := row[2].(time.Time)
		if ok && value != "" && !first.Before(hour) && hour.Sub(began[account]) >= youth && len(fresh) < mostNew {
			fresh[[2]string{account, value}] = true
		}
	}
	return fresh
}

// volume counts the calls of an hour that are above the median of the series'
// hours in the two weeks before by more than six deviations.
func (p *Publisher) volume(ctx context.Context, hour time.Time, sums map[key]counted) error {
	t, err := p.deps.Rows.Aggregate(ctx, query.Aggregate{
		Where: p.calls(), From: hour.Add(-history), To: hour.Add(time.Hour), Bucket: query.Hour,
		By: []string{"account", "region", "model"}, Measures: []query.Measure{{Func: query.Count, As: "calls"}}, Limit: query.ReportRows,
	})
	if err != nil {
		return err
	}
	if len(t.Rows) == query.ReportRows {
		return fmt.Errorf("more than %d hours of models", query.ReportRows)
	}
	type series struct{ account, region, model any }
	past := map[series]map[time.Time]int64{}
	for _, row := range t.Rows {
		s := series{row[1], row[2], row[3]}
		if past[s] == nil {
			past[s] = map[time.Time]int64{}
		}
		at, _ := row[0].(time.Time)
		past[s][at.UTC()], _ = row[4].(int64)
	}
	for s, hours := range past {
		if n := excess(hours, hour); n > 0 {
			k := key{0, unusual, dimension(s.account), dimension(s.region), volumeKind}
			sums[k] = counted{grownBy(sums[k], n)}
		}
	}
	return nil
}

// excess is by how many calls an hour is above what is usual; 0 when it is not.
// Hours without a call count as 0 from the first one that has any.
func excess(hours map[time.Time]int64, hour time.Time) float64 {
	first := hour
	for at := range hours {
		if at.Before(first) {
			first = at
		}
	}
	var before []float64
	for at := first; at.Before(hour); at = at.Add(time.Hour) {
		before = append(before, float64(hours[at]))
	}
	n := float64(hours[hour])
	if len(before) < leastHours || n < leastCalls {
		return 0
	}
	middle := median(before)
	apart := make([]float64, len(before))
	for i, v := range before {
		apart[i] = math.Abs(v - middle)
	}
	// 1.4826 makes the median deviation of a bell curve its standard deviation;
	// one call at least, since a series that never changes has none.
	usual := middle + deviations*max(1.4826*median(apart), 1)
	return max(0, math.Floor(n-usual))
}

// median sorts the values, of which there is at least one.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
