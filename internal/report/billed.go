package report

import (
	"context"
	"fmt"
	"math"
	"time"

	"seismo/internal/bill"
	"seismo/internal/query"
)

// Billed is what AWS billed one account for model calls, held against what the
// price book makes of the calls of the same account and the same days. Bills are
// cut by days in UTC: those of the period's own dates are taken, whatever its zone.
type Billed struct {
	Account  string    `json:"account"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"` // exclusive
	USD      float64   `json:"usd"`
	Other    float64   `json:"other_usd"`      // of Bedrock, and no call of a model
	Book     *float64  `json:"price_book_usd"` // nil: no call of this account has a price
	Unpriced int64     `json:"unpriced"`       // calls that are in the bill and not in Book
	Open     int       `json:"open_days"`      // days that AWS still calls estimates, or has not billed at all
	Old      int       `json:"old_estimates"`  // of them estimates of days that are long past
}

// Drift is by how much the price book is off, in parts of the bill: +0.02 is two
// percent too much. Nil where nothing was billed or nothing has a price.
func (b Billed) Drift() *float64 {
	if b.USD == 0 || b.Book == nil {
		return nil
	}
	d := *b.Book/b.USD - 1
	return &d
}

// Off is the drift in words.
func (b Billed) Off() string {
	d := b.Drift()
	switch {
	case d == nil:
		return unknown
	case math.Abs(*d) < 0.0005:
		return "±0.0 %"
	case *d < -0.999 && *d > -1:
		return nearlyGone
	case *d < 0:
		return fmt.Sprintf("−%.1f %%", -100**d)
	}
	return fmt.Sprintf("+%.1f %%", 100**d)
}

// Sum is what was billed for calls, as a sum that may be absent is written.
func (b Billed) Sum() *float64 { return &b.USD }

// Days are the days that both sums are of.
func (b Billed) Days() string {
	last := b.To.Add(-time.Hour)
	if last.YearDay() == b.From.YearDay() {
		return b.From.Format("2 Jan")
	}
	return b.From.Format("2 Jan") + " – " + last.Format("2 Jan")
}

// Notes say what else is to be known.
func (b Billed) Notes() []string {
	var list []string
	days := int(b.To.Sub(b.From) / (24 * time.Hour))
	switch {
	case b.Old == days:
		list = append(list, "AWS calls these days estimates, days after they were over.")
	case b.Old > 0:
		list = append(list, fmt.Sprintf("AWS calls %d of these %d days estimates, days after they were over.", b.Old, days))
	}
	switch recent := b.Open - b.Old; {
	case recent == days:
		list = append(list, "AWS has not closed any of these days yet; it takes about a day.")
	case recent > 0:
		list = append(list, fmt.Sprintf("AWS has not closed %d of these %d days yet.", recent, days))
	}
	if b.Unpriced > 0 {
		list = append(list, calls(b.Unpriced, "is", "are")+" billed and not priced here.")
	}
	if b.Other > 0 {
		list = append(list, dollars(&b.Other)+" more for what is no call: guardrails, throughput, storage.")
	}
	return list
}

// longPast is how long after its beginning a day is no newer one that AWS is about to close.
const longPast = 5 * 24 * time.Hour

// bills holds the bill of each account against its rows. Of several accounts those
// that could be had are there beside the error of the others.
func (r *Report) bills(ctx context.Context, a asker, ask bill.Ask) error {
	p := Period{Kind: r.Period.Kind, From: dateOf(r.Period.From), To: dateOf(r.Period.To)}
	list, asked := ask(ctx, p.From, p.To)
	for _, b := range list {
		one := Billed{Account: b.Account, From: p.From, To: p.To, Open: int(p.To.Sub(p.From) / (24 * time.Hour))}
		for _, d := range b.Days {
			one.USD += d.Calls
			one.Other += d.Other
			if d.Final {
				one.Open--
			} else if r.Made.Sub(d.Date) > longPast {
				one.Old++
			}
		}
		t, err := a.ask(ctx, p, query.Aggregate{Where: query.Compare{Field: "account", Op: query.Equal, Value: b.Account}, Measures: query.Figures("unpriced", "cost.usd")})
		if err != nil {
			return err
		}
		one.Book, one.Unpriced = t.Cells(0).Decimal("cost.usd"), t.Cells(0).Count("unpriced")
		r.Bills = append(r.Bills, one)
	}
	return asked
}

func (w *writer) bills(list []Billed) {
	if list == nil {
		return
	}
	w.heading("Held against the bill")
	w.line("%-38s %13s %13s %8s", "", "billed", "price book", "drift")
	for _, b := range list {
		w.line("%s %13s %13s %8s", padded(clean(b.Account)+", "+b.Days(), 38), dollars(&b.USD), dollars(b.Book), b.Off())
		for _, note := range b.Notes() {
			w.hung("  ", note)
		}
	}
}

// dateOf is the beginning in UTC of the date that a moment has in its own zone.
func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
