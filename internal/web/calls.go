package web

import (
	"fmt"
	"net/http"
	"net/url"

	"seismo/internal/query"
)

// callsView is a list of calls.
type callsView struct {
	Filter string
	From   string // as given, for the form
	To     string
	Rows   []row
	Next   string // address of the older ones
	First  string // address of the newest, when this is not the first page
	Export string
}

const pageRows = 100

// calls lists the events that fit a query, newest first.
func (s *site) calls(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	q, err := readQuery(values)
	if err != nil {
		return err
	}
	if !names(q.Where, "kind") {
		q.Where = both(callsOnly, q.Where)
	}
	if q.Limit == 0 || q.Limit > 1000 {
		q.Limit = pageRows
	}
	found, err := s.Search(r.Context(), q)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	filter := values.Get("q")
	view := callsView{Filter: filter, From: values.Get("from"), To: values.Get("to"), Rows: rows(found.Events)}
	base := func() url.Values {
		return url.Values{"q": {filter}, "from": {values.Get("from")}, "to": {values.Get("to")}, "limit": {values.Get("limit")}}
	}
	if found.Next != "" {
		v := base()
		v.Set("after", found.Next)
		view.Next = address("/calls", v)
	}
	if q.After != "" {
		view.First = address("/calls", base())
	}
	export := base()
	export.Set("q", query.Format(q.Where))
	export.Set("format", "csv")
	export.Set("limit", "10000")
	view.Export = address("/api/search", export)
	return s.render(w, r, http.StatusOK, "calls", page{Title: "Calls", Nav: "calls", Query: filter, Body: view})
}

// names reports whether a tree says anything of a field.
func names(node query.Node, field string) bool {
	switch n := node.(type) {
	case query.And:
		for _, part := range n {
			if names(part, field) {
				return true
			}
		}
	case query.Or:
		for _, part := range n {
			if names(part, field) {
				return true
			}
		}
	case query.Not:
		return names(n.Node, field)
	case query.Compare:
		return n.Field == field
	case query.Has:
		return n.Field == field
	}
	return false
}
