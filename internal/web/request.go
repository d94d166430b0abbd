package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/query"
)

// wireMeasure is a query.Measure whose condition travels as query text.
type wireMeasure struct {
	Func  query.Func `json:"func"`
	Field string     `json:"field,omitzero"`
	As    string     `json:"as,omitzero"`
	Where string     `json:"where,omitzero"`
}

// readQuery reads q, from, to, limit, after and oldest.
func readQuery(v url.Values) (query.Query, error) {
	q := query.Query{After: v.Get("after")}
	var err error
	if q.Where, err = readWhere(v.Get("q")); err != nil {
		return q, err
	}
	if q.From, q.To, err = readSpan(v); err != nil {
		return q, err
	}
	if q.Limit, err = readLimit(v, query.MaxLimit); err != nil {
		return q, err
	}
	switch v.Get("oldest") {
	case "", "false", "0":
	case "true", "1":
		q.Oldest = true
	default:
		return q, unreadable("oldest", "true or false")
	}
	return q, refused(q.Check())
}

func writeQuery(q query.Query) url.Values {
	v := writeSpan(q.From, q.To)
	setText(v, "q", formatWhere(q.Where))
	setText(v, "after", q.After)
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Oldest {
		v.Set("oldest", "true")
	}
	return v
}

// readAggregate reads q, from, to, bucket, by (several), measure (several; count
// when there is none), sort and limit.
func readAggregate(v url.Values) (query.Aggregate, error) {
	a := query.Aggregate{Bucket: query.Bucket(v.Get("bucket")), By: v["by"], Sort: v.Get("sort")}
	var err error
	if a.Where, err = readWhere(v.Get("q")); err != nil {
		return a, err
	}
	if a.From, a.To, err = readSpan(v); err != nil {
		return a, err
	}
	if a.Limit, err = readLimit(v, query.ReportRows); err != nil {
		return a, err
	}
	for _, text := range v["measure"] {
		m, err := readMeasure(text)
		if err != nil {
			return a, err
		}
		a.Measures = append(a.Measures, m)
	}
	if len(a.Measures) == 0 {
		a.Measures = []query.Measure{{Func: query.Count, As: "count"}}
	}
	return a, refused(a.Check())
}

func writeAggregate(a query.Aggregate) (url.Values, error) {
	v := writeSpan(a.From, a.To)
	setText(v, "q", formatWhere(a.Where))
	setText(v, "bucket", string(a.Bucket))
	setText(v, "sort", a.Sort)
	if len(a.By) > 0 {
		v["by"] = a.By
	}
	if a.Limit != 0 {
		v.Set("limit", strconv.Itoa(a.Limit))
	}
	for _, m := range a.Measures {
		w := wireMeasure{Func: m.Func, Field: m.Field, As: m.As, Where: formatWhere(m.Where)}
		raw, err := json.Marshal(w)
		if err != nil {
			return nil, fmt.Errorf("write measure: %w", err)
		}
		v.Add("measure", string(raw))
	}
	return v, nil
}

// readMeasure reads "count", "p95:latency.ms" or, with all there is to say, a
// JSON object {"func","field","as","where"}.
func readMeasure(text string) (query.Measure, error) {
	var w wireMeasure
	if strings.HasPrefix(text, "{") {
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			return query.Measure{}, unreadable("measure", `count, FUNC:FIELD or {"func","field","as","where"}`)
		}
	} else {
		name, field, _ := strings.Cut(text, ":")
		w.Func, w.Field = query.Func(name), field
	}
	where, err := readWhere(w.Where)
	return query.Measure{Func: w.Func, Field: w.Field, As: w.As, Where: where}, err
}

// refused makes a bad request of what a query's own check says.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return &problem{http.StatusBadRequest, codeBadQuery, err.Error(), ""}
}

func readWhere(text string) (query.Node, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	node, err := query.Parse(text)
	if err != nil {
		return nil, badQuery(err)
	}
	return node, nil
}

func formatWhere(node query.Node) string {
	if node == nil {
		return ""
	}
	return query.Format(node)
}

func readSpan(v url.Values) (from, to time.Time, err error) {
	if from, err = readTime(v, "from"); err != nil {
		return from, to, err
	}
	to, err = readTime(v, "to")
	return from, to, err
}

// readTime reads an RFC 3339 time or a date, which is its beginning in UTC.
func readTime(v url.Values, name string) (time.Time, error) {
	text := v.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, unreadable(name, "a date such as 2026-03-01 or a time such as 2026-03-01T08:30:00Z")
}

func writeSpan(from, to time.Time) url.Values {
	v := url.Values{}
	if !from.IsZero() {
		v.Set("from", instant(from))
	}
	if !to.IsZero() {
		v.Set("to", instant(to))
	}
	return v
}

func readLimit(v url.Values, most int) (int, error) {
	text := v.Get("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, unreadable("limit", "a number from 0 to "+whole(int64(most)))
	}
	return n, nil
}

func setText(v url.Values, name, text string) {
	if text != "" {
		v.Set(name, text)
	}
}
