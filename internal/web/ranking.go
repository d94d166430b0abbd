package web

import (
	"cmp"
	"context"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"seismo/internal/event"
	"seismo/internal/query"
)

// ranking is a short table of who or what a time's calls are made of.
type ranking struct {
	By   string
	Rows []rank
	More int // how many are left out
}

// rank is one line of it.
type rank struct {
	Name     string // "" when the calls do not tell
	Href     string
	Calls    int64
	Tokens   *int64
	USD      *float64
	Unpriced int64
	Failed   int64
	Share    int // of the largest, in hundredths, for the bar behind the row
}

// ranked is how many lines a ranking shows.
const ranked = 8

// ranking lists the values of a field by what their calls cost, then by calls.
func (a asker) ranking(ctx context.Context, field string) (ranking, error) {
	table, err := a.ask(ctx, query.Aggregate{By: []string{field}, Sort: "-cost.usd", Limit: 1000,
		Measures: append(query.Figures("cost.usd", "calls", "unpriced", "failed"),
			query.Measure{Func: query.Sum, Field: "tokens.total", As: "tokens"})})
	if err != nil {
		return ranking{}, err
	}
	out := ranking{By: field}
	for i := range table.Rows {
		c := table.Cells(i)
		out.Rows = append(out.Rows, rank{Name: c.Text(field), Href: a.drill(field, c.Text(field)), Calls: c.Count("calls"),
			Tokens: c.Integer("tokens"), USD: c.Decimal("cost.usd"), Unpriced: c.Count("unpriced"), Failed: c.Count("failed")})
	}
	out.arrange()
	return out, nil
}

// arrange sorts the lines, keeps the first ones, and keeps the line of calls
// that do not tell wherever it lies.
func (r *ranking) arrange() {
	slices.SortStableFunc(r.Rows, func(a, b rank) int {
		return cmp.Or(-cmp.Compare(dollarsOf(a), dollarsOf(b)), -cmp.Compare(a.Calls, b.Calls), cmp.Compare(a.Name, b.Name))
	})
	if len(r.Rows) > 0 && dollarsOf(r.Rows[0]) > 0 {
		most := dollarsOf(r.Rows[0])
		for i := range r.Rows {
			r.Rows[i].Share = int(math.Round(100 * dollarsOf(r.Rows[i]) / most))
		}
	}
	if len(r.Rows) <= ranked {
		return
	}
	r.More = len(r.Rows) - ranked
	nameless := slices.IndexFunc(r.Rows, func(row rank) bool { return row.Name == "" })
	if nameless >= ranked {
		r.Rows[ranked-1] = r.Rows[nameless]
	}
	r.Rows = r.Rows[:ranked]
}

func dollarsOf(r rank) float64 {
	if r.USD == nil {
		return 0
	}
	return *r.USD
}

// Heading names the first column.
func (r ranking) Heading() string { return spoken(r.By) }

// Nameless is what the line of calls that do not tell is called.
func (r ranking) Nameless() string {
	switch r.By {
	case "person":
		return "nobody known"
	case "model":
		return "model unknown"
	}
	return "unknown"
}

// Told reports whether any line has a name: a panel of nothing but nameless
// calls says what would name them.
func (r ranking) Told() bool {
	return slices.ContainsFunc(r.Rows, func(row rank) bool { return row.Name != "" })
}

// drill is the address of one line's calls.
func (a asker) drill(field, name string) string {
	var node query.Node = query.Not{Node: query.Has{Field: field}}
	if name != "" {
		node = query.Compare{Field: field, Op: query.Equal, Value: name}
	}
	return a.narrow(node)
}

// narrow is the address of the page's calls that also fit a tree.
func (a asker) narrow(node query.Node) string {
	v := writeSpan(a.period.From, a.period.To)
	v.Set("q", strings.TrimSpace(a.filterText()+" "+query.Format(node)))
	return address("/calls", v)
}

// filterText is the filter so that a term can follow it.
func (a asker) filterText() string {
	if strings.TrimSpace(a.filter) == "" {
		return ""
	}
	if strings.Contains(a.filter, " OR ") {
		return "(" + a.filter + ")"
	}
	return a.filter
}

// largest keeps the layers with the largest sums, in a fixed order of colours,
// and adds up the others.
func largest(found map[string]*series, keep int) []series {
	names := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(-cmp.Compare(found[a].sum(), found[b].sum()), cmp.Compare(a, b))
	})
	var out []series
	for i, name := range names {
		s := *found[name]
		if i >= keep {
			out[keep].Values = added(out, keep, s.Values)
			continue
		}
		s.Class = "s" + strconv.Itoa(i)
		out = append(out, s)
		if i == keep-1 && len(names) > keep {
			out = append(out, series{Name: "others", Class: "s" + strconv.Itoa(keep), Values: make([]float64, len(s.Values))})
		}
	}
	return out
}

func added(all []series, at int, values []float64) []float64 {
	sum := all[at].Values
	for i, v := range values {
		sum[i] += v
	}
	return sum
}

// row is one call in a list.
type row struct {
	event.Event
	Href string
}

func (a asker) newest(ctx context.Context) ([]row, error) {
	found, err := a.Search(ctx, query.Query{Where: a.where, From: a.period.From, To: a.period.To, Limit: 12})
	if err != nil {
		return nil, err
	}
	return rows(found.Events), nil
}

func rows(events []event.Event) []row {
	out := make([]row, len(events))
	for i, e := range events {
		out[i] = row{e, "/calls/" + url.PathEscape(e.ID)}
	}
	return out
}

// Who is the best name there is for the caller, and Sure whether it is a person.
func (r row) Who() string {
	principal := r.Principal
	if at := strings.LastIndexByte(principal, '/'); at >= 0 {
		principal = principal[at+1:]
	}
	return firstOf(r.Person, principal, r.IdentityARN)
}

// What is what was called.
func (r row) What() string {
	if r.Kind == event.KindTrail {
		return firstOf(r.Trail.Name, r.Operation)
	}
	return firstOf(r.Model, r.ModelRef)
}

// outcomeOf is how a call ended, as a class and a word.
func outcomeOf(e event.Event) [2]string {
	failed := firstOf(e.Error, e.Trail.Error)
	switch {
	case strings.HasPrefix(failed, "Throttl"):
		return [2]string{"warn", "throttled"}
	case e.Outcome == event.Failure:
		return [2]string{"bad", firstOf(failed, "failed")}
	case e.Guardrail.Intervened != nil && *e.Guardrail.Intervened:
		return [2]string{"note", "guardrail"}
	case e.Outcome == event.Success:
		return [2]string{"ok", firstOf(strings.ReplaceAll(e.StopReason, "_", " "), "success")}
	}
	return [2]string{"none", unknown}
}
