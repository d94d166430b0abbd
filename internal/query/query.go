// Package query is the one language in which calls are asked for: the search
// box, the command line, the API, dashboards and windows all speak it. A text is
// parsed once to a tree; a store matches or compiles the tree.
//
// It never knows a store's tables and never runs anything itself, but for
// Match, which tells whether one event fits a tree.
package query

import (
	"context"
	"time"

	"seismo/internal/event"
)

// Searcher answers queries. Implementations: store/duckdb, store/memory and
// web.Client.
type Searcher interface {
	// Search returns events newest first (or oldest first), typed columns only:
	// fields of event.Content sensitivity and Record are absent.
	Search(ctx context.Context, q Query) (Page, error)
	Aggregate(ctx context.Context, a Aggregate) (Table, error)
}

// Query asks for events.
type Query struct {
	Where    Node      // nil for all
	From, To time.Time // From inclusive, To exclusive; zero is open
	Limit    int       // 0 is 50; at most 10,000
	After    string    // Page.Next of the page before
	Oldest   bool      // oldest first
}

// Page is a part of an answer.
type Page struct {
	Events []event.Event `json:"events"`
	Next   string        `json:"next,omitzero"` // "" on the last page
}

// Aggregate asks for numbers over events.
type Aggregate struct {
	Where    Node
	From, To time.Time
	Bucket   Bucket    // adds a first column "time"
	By       []string  // at most 3 fields
	Measures []Measure // at least one
	Sort     string    // a column's name, "-" before it for descending; default: bucket, then first measure descending
	Limit    int       // 0 is 1,000
}

// Bucket is a width of time.
type Bucket string

// The buckets; all are UTC.
const (
	NoBucket Bucket = ""
	Minute   Bucket = "minute"
	Hour     Bucket = "hour"
	Day      Bucket = "day"
	Month    Bucket = "month"
)

// Func is what a Measure computes.
type Func string

// The functions. Percentiles and avg ignore absent values and are nil over none;
// sum over none is nil; topk gives the most frequent values as a list of text.
const (
	Count    Func = "count" // of events when Field is "", else of events that have it
	Sum      Func = "sum"
	Avg      Func = "avg"
	Min      Func = "min"
	Max      Func = "max"
	P50      Func = "p50"
	P95      Func = "p95"
	P99      Func = "p99"
	Distinct Func = "distinct"
	TopK     Func = "topk" // five
)

// Measure is one column of numbers.
type Measure struct {
	Func  Func   `json:"func"`
	Field string `json:"field,omitzero"`
	Where Node   `json:"-"`           // counts only events that fit; nil for all
	As    string `json:"as,omitzero"` // column name; default func_field
}

// Table is an answer in rows. Cells are nil, string, int64, float64, bool,
// time.Time or []string.
type Table struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}
