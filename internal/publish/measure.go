package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
)

// counted are the sums of one place and period, in the order of the metrics.
type counted []float64

// metric is one column of numbers. All of them can be added up, so that a late
// call is published as what it adds.
type metric struct {
	name, unit string
	column     string // of query's reports
	always     bool   // published when it is 0 too, so that a graph has no hole
}

// metrics of each model, and of each account and Region as a whole. The places
// in the list are what the ledger keeps: new ones go to the end.
var metrics = [...]metric{
	{"Calls", "Count", "calls", true},
	{"Errors", "Count", "failed", true},
	{"Throttles", "Count", "throttled", true},
	{"CostUSD", "None", "cost.usd", false},
	{"UnpricedCalls", "Count", "unpriced", false},
	{"InputTokens", "Count", "tokens.input", false},
	{"CacheReadTokens", "Count", "tokens.cache_read", false},
	{"CacheWriteTokens", "Count", "tokens.cache_write", false},
	{"OutputTokens", "Count", "tokens.output", false},
}

// Sets of series. A key belongs to one.
const (
	byModel = "model"   // name is a model
	whole   = "region"  // name is ""
	unusual = "unusual" // name is a kind of unusual activity
)

// key is one place and period of an hour.
type key struct {
	Minute                     int // of the hour, at which the period begins
	Set, Account, Region, Name string
}

const others = "others" // what stands for models above max_series

// String is the key as the ledger keeps it. What it is made of has no bar.
func (k key) String() string {
	return fmt.Sprintf("%02d|%s|%s|%s|%s", k.Minute, k.Set, k.Account, k.Region, k.Name)
}

// measures are the columns that are asked for, defined where the reports are.
func measures() []query.Measure {
	var names []string
	for _, m := range metrics {
		names = append(names, m.column)
	}
	return query.Figures(names...)
}

var callsOnly = query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}

// calls are the calls that are published here.
func (p *Publisher) calls(more ...query.Node) query.And {
	where := append(query.And{callsOnly}, more...)
	if p.cfg.only != "" {
		where = append(where, query.Compare{Field: "region", Op: query.Equal, Value: p.cfg.only})
	}
	for _, name := range p.deps.Leave {
		where = append(where, query.Not{Node: query.Compare{Field: "account", Op: query.Equal, Value: name}})
	}
	return where
}

// measure counts the calls of one hour by place and period, up to the end.
func (p *Publisher) measure(ctx context.Context, hour, end time.Time, names *register) (map[key]counted, error) {
	t, err := p.deps.Rows.Aggregate(ctx, query.Aggregate{
		Where: p.calls(), From: hour, To: end, Bucket: query.Minute,
		By: []string{"account", "region", "model"}, Measures: measures(), Limit: query.ReportRows,
	})
	if err != nil {
		return nil, fmt.Errorf("count the calls of %s: %w", hour.Format("2006-01-02 15:04"), err)
	}
	if len(t.Rows) == query.ReportRows {
		return nil, fmt.Errorf("count the calls of %s: more than %d series", hour.Format("2006-01-02 15:04"), query.ReportRows)
	}
	sums := map[key]counted{}
	for _, row := range t.Rows {
		at, ok := row[0].(time.Time)
		if !ok {
			continue
		}
		k := key{int(at.Sub(hour)/p.cfg.Period.Std()) * int(p.cfg.Period.Std()/time.Minute), byModel,
			dimension(row[1]), dimension(row[2]), dimension(row[3])}
		if k.Name, err = names.name(ctx, k); err != nil {
			return nil, err
		}
		all := key{k.Minute, whole, k.Account, k.Region, ""}
		sums[k], sums[all] = grown(sums[k], row[4:]), grown(sums[all], row[4:])
	}
	return sums, nil
}

func grown(sum counted, cells []any) counted {
	if sum == nil {
		sum = make(counted, len(metrics))
	}
	for i := range metrics {
		switch v := cells[i].(type) {
		case int64:
			sum[i] += float64(v)
		case float64:
			sum[i] += v
		}
	}
	return sum
}

// dimension is a text as CloudWatch takes it for the value of a dimension:
// printable ASCII, 255 characters at most, no colon at the beginning. A bar, which
// the ledger's keys are made with, is replaced too.
func dimension(cell any) string {
	text, _ := cell.(string)
	text = strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '|' {
			return '?'
		}
		return r
	}, text)
	text = strings.TrimSpace(strings.TrimLeft(text, ":"))
	if text == "" {
		return "unknown"
	}
	return text[:min(len(text), 255)]
}

// register knows which models have metrics of their own. One that has, keeps
// them, and one that shares others stays there: a model that changed sides would
// be counted on both.
type register struct {
	book  book
	most  int
	known map[string]bool // by account|region|model: whether it has metrics of its own
}

func (p *Publisher) register(ctx context.Context) (*register, error) {
	r := &register{p.book, p.cfg.MaxSeries, map[string]bool{}}
	_, err := p.book.load(ctx, "series", &r.known)
	return r, err
}

func (r *register) name(ctx context.Context, k key) (string, error) {
	id := k.Account + "|" + k.Region + "|" + k.Name
	own, ok := r.known[id]
	if !ok {
		n := 0
		for _, has := range r.known {
			if has {
				n++
			}
		}
		own = n < r.most
		r.known[id] = own
		if len(r.known) > mostNames {
			return others, nil // an endless list of names is nobody's models
		}
		if err := r.book.save(ctx, "series", r.known); err != nil {
			return "", err
		}
	}
	if !own {
		return others, nil
	}
	return k.Name, nil
}

// mostNames is how many models are remembered as others.
const mostNames = 10_000
