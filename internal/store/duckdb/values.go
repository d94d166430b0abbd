package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// values remembers which texts a column has, where they are few: models,
// Regions, outcomes. A comparison is then made once for each text, by query.Match
// itself, and DuckDB looks for the texts that fit, which it does without reading
// most of them. Comparing twenty million rows without regard to case takes
// seconds; this takes a tenth of one.
type values struct {
	mu      sync.Mutex
	version int                        // grows with every batch
	columns map[string]map[string]bool // nil for a column with many texts
}

// fewTexts is how many texts a column may have.
const fewTexts = 500

// reset forgets everything.
func (v *values) reset() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version++
	v.columns = nil
}

// add takes note of the texts of a batch that is committed.
func (v *values) add(columns []store.Column, rows ...[]row) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version++
	for _, c := range columns {
		texts := v.columns[c.Name]
		if texts == nil {
			continue
		}
		for _, r := range slices.Concat(rows...) {
			if text, ok := c.Value(r.Event).(string); ok {
				texts[valid(text)] = true
			}
		}
		if len(texts) > fewTexts {
			v.columns[c.Name] = nil
		}
	}
}

func (v *values) get(name string) (texts []string, known bool, version int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	set, known := v.columns[name]
	if set == nil {
		return nil, known, v.version
	}
	return slices.Collect(maps.Keys(set)), true, v.version
}

// put keeps what was read when the store was at a version.
func (v *values) put(name string, texts []string, version int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if version != v.version {
		return
	}
	if v.columns == nil {
		v.columns = make(map[string]map[string]bool)
	}
	v.columns[name] = nil
	if texts != nil {
		set := make(map[string]bool, len(texts))
		for _, t := range texts {
			set[t] = true
		}
		v.columns[name] = set
	}
}

// texts are the texts of a column, nil when they are many.
func (s *Store) texts(ctx context.Context, name string) ([]string, error) {
	texts, known, version := s.values.get(name)
	if known {
		return texts, nil
	}
	texts, err := s.readTexts(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read the values of %s: %w", name, err)
	}
	s.values.put(name, texts, version)
	return texts, nil
}

// readTexts looks at a sample first, since counting the texts of a column in
// which all are different takes long.
func (s *Store) readTexts(ctx context.Context, name string) ([]string, error) {
	const sample = 50_000
	for _, from := range []string{fmt.Sprintf(`(SELECT %s FROM event_done LIMIT %d)`, quote(name), sample), "event_done"} {
		texts := make([]string, 0, 16)
		rows, err := s.db.QueryContext(ctx, fmt.Sprintf(
			`SELECT DISTINCT %[1]s FROM %[2]s WHERE %[1]s IS NOT NULL LIMIT %[3]d`, quote(name), from, fewTexts+1))
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				rows.Close()
				return nil, err
			}
			texts = append(texts, text)
		}
		rows.Close()
		switch {
		case rows.Err() != nil:
			return nil, rows.Err()
		case len(texts) > fewTexts:
			return nil, nil
		case from == "event_done":
			return texts, nil
		}
	}
	return nil, nil
}

// fitting are those of some texts that fit a comparison.
func fitting(f event.Field, c query.Compare, texts []string) []string {
	fit := make([]string, 0, len(texts))
	for _, text := range texts {
		var e event.Event
		f.Set(&e, text)
		if query.Match(c, &e, nil) {
			fit = append(fit, text)
		}
	}
	slices.Sort(fit)
	return fit
}

// learn reads the texts of all text columns that some trees compare.
func (s *Store) learn(ctx context.Context, trees ...query.Node) (map[string][]string, error) {
	known := make(map[string][]string)
	var failed error
	for _, tree := range trees {
		rewrite(tree, func(n query.Node) query.Node {
			c, ok := n.(query.Compare)
			if !ok || failed != nil {
				return n
			}
			f, ok := query.Lookup(c.Field)
			if !ok || f.Virtual || f.Type != event.Text {
				return n
			}
			if _, done := known[c.Field]; !done {
				known[c.Field], failed = s.texts(ctx, c.Field)
			}
			return n
		})
	}
	return known, failed
}
