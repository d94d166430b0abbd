package store

import (
	"maps"
	"time"

	"seismo/internal/event"
	"seismo/internal/source"
)

// Count adds what became of a batch's events and findings to the ledger entries
// of the objects that they came from.
func Count(entries []Entry, r Receipt) []Entry {
	out := make([]Entry, len(entries))
	for i, e := range entries {
		e.count(r.New, r.Old, e.First, e.Last)
		e.count(r.Findings, nil, e.FirstFinding, e.LastFinding)
		out[i] = e
	}
	return out
}

func (e *Entry) count(isNew, old []bool, first, last int) {
	expired := int64(0)
	for at := max(first, 0); at < min(last, len(isNew)); at++ {
		switch {
		case isNew[at]:
			e.Stored++
		case at < len(old) && old[at]:
			expired++
		default:
			e.Duplicate++
		}
	}
	if expired > 0 {
		if e.Skips = maps.Clone(e.Skips); e.Skips == nil {
			e.Skips = make(map[string]int64)
		}
		e.Skipped += expired
		e.Skips[Expired] += expired
	}
}

// Kept are the entries that go into the ledger, as they are kept there: those
// without an ID are there for their cursor only.
func Kept(entries []Entry) []Entry {
	var kept []Entry
	at := make(map[string]int)
	for _, e := range entries {
		if e.ID == "" {
			continue
		}
		e.First, e.Last, e.FirstFinding, e.LastFinding = 0, 0, 0, 0
		e.Attempt, e.Cursor = 0, nil
		if i, twice := at[e.ID]; twice {
			kept[i] = e
			continue
		}
		at[e.ID] = len(kept)
		kept = append(kept, e)
	}
	return kept
}

// Cursors are where places stand once the entries are committed: of several
// cursors of one place the last one counts.
func Cursors(entries []Entry) map[string]string {
	cursors := make(map[string]string)
	for _, e := range entries {
		if e.Cursor != nil {
			cursors[e.Cursor.Name] = e.Cursor.Value
		}
	}
	return cursors
}

// TroubleKey names a trouble: what could not be read, and for which source.
type TroubleKey struct{ Object, Source string }

// Worry brings what is known of objects that cannot be read up to date with a
// batch: those that end in it are forgotten, and each new trouble counts as one
// more attempt since the first. It changes known and returns it.
func Worry(known map[TroubleKey]source.Trouble, b Batch) map[TroubleKey]source.Trouble {
	for _, t := range b.Troubles {
		key := TroubleKey{t.ID, t.Source}
		before := known[key]
		t.Attempts = before.Attempts + 1
		switch {
		case !before.First.IsZero():
			t.First = before.First
		case t.First.IsZero():
			t.First = t.Last
		}
		t.Attempt, t.Cursor = 0, nil
		known[key] = t
	}
	done := make(map[string]bool, len(b.Objects))
	for _, e := range b.Objects {
		done[e.ID] = e.ID != ""
	}
	maps.DeleteFunc(known, func(key TroubleKey, _ source.Trouble) bool { return done[key.Object] })
	return known
}

// Notice tells which of a batch's findings are new, and which are to be written:
// the new ones, and those that tell something later than what is stored under
// their id, whose place they take. Those older than since are not. Known holds the times of the ids that are
// stored, and is brought up to date.
func Notice(findings []event.Finding, known map[string]time.Time, since Since) (isNew []bool, write []event.Finding) {
	at := make(map[string]int)
	for _, f := range findings {
		before, stored := known[f.ID]
		isNew = append(isNew, !stored && since.Row(f.Time))
		if stored && !f.Time.After(before) || !since.Row(f.Time) {
			continue
		}
		known[f.ID] = f.Time
		if i, twice := at[f.ID]; twice {
			write[i] = f
			continue
		}
		at[f.ID] = len(write)
		write = append(write, f)
	}
	return isNew, write
}
