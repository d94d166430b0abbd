package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/store"
)

// notice tells which findings of a batch are new, and which of them to write.
func (s *Store) notice(ctx context.Context, findings []event.Finding) ([]bool, []event.Finding, error) {
	if len(findings) == 0 {
		return nil, nil, nil
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT id, "time" FROM finding WHERE id IN (SELECT unnest(?))`,
		findingIDs(findings))
	if err != nil {
		return nil, nil, fmt.Errorf("look for findings: %w", err)
	}
	defer rows.Close()
	known := make(map[string]time.Time)
	for rows.Next() {
		var id string
		var at sql.NullTime
		if err := rows.Scan(&id, &at); err != nil {
			return nil, nil, fmt.Errorf("look for findings: %w", err)
		}
		known[id] = utc(at)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("look for findings: %w", err)
	}
	kept := make([]event.Finding, len(findings))
	for i, f := range findings {
		f.Time = f.Time.Truncate(time.Microsecond) // as the column keeps it
		kept[i] = s.cfg.Mode.KeepFinding(f, s.cfg.Mask)
	}
	isNew, write := store.Notice(kept, known, s.since)
	return isNew, write, nil
}

func findingIDs(findings []event.Finding) []string {
	ids := make([]string, len(findings))
	for i := range findings {
		ids[i] = findings[i].ID
	}
	return ids
}

func (s *Store) writeFindings(ctx context.Context, findings []event.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	if err := s.exec(ctx, `DELETE FROM finding WHERE id IN (SELECT unnest(?))`, findingIDs(findings)); err != nil {
		return err
	}
	return fill(s, "finding", nil, findings, func(f *event.Finding) []any {
		return []any{f.ID, moment(f.Time), valid(f.Rule), f.Severity, valid(f.Title), f.EventIDs, f.Detector,
			f.Account, f.Region, valid(f.Principal), valid(f.Resource), text(f.Origin), s.sealFinding(f)}
	})
}

// sealFinding seals what a detector wrote under the store's key: it may name
// several people, or none.
func (s *Store) sealFinding(f *event.Finding) any {
	if f.Raw == nil {
		return nil
	}
	return s.cfg.Keyring.Store().Seal(nil, f.Raw, findingPlace(f.ID))
}

func findingPlace(id string) []byte { return []byte("finding " + id) }

// Findings lists findings, newest first, without what the detector wrote.
func (s *Store) Findings(ctx context.Context, limit int) ([]event.Finding, error) {
	return s.findings(ctx, "NULL::BLOB", `ORDER BY "time" DESC NULLS LAST, id LIMIT ?`, limit)
}

// Finding returns one finding with what the detector wrote, or store.ErrNotFound.
func (s *Store) Finding(ctx context.Context, id string) (event.Finding, error) {
	list, err := s.findings(ctx, "sealed", "WHERE id = ?", id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("finding %s: %w", id, store.ErrNotFound)
	}
	if err != nil {
		return event.Finding{}, err
	}
	return list[0], nil
}

func (s *Store) findings(ctx context.Context, raw, which string, arg any) ([]event.Finding, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	rows, err := s.db.QueryContext(ctx, `SELECT id, "time", detector, rule, severity, title, account, region,
		principal, resource, event_ids, origin, `+raw+` FROM finding `+which, arg)
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	defer rows.Close()
	var list []event.Finding
	for rows.Next() {
		f, err := s.finding(rows)
		if err != nil {
			return nil, fmt.Errorf("read findings: %w", err)
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

func (s *Store) finding(rows *sql.Rows) (f event.Finding, err error) {
	var at sql.NullTime
	var origin sql.NullString
	var events any
	var sealed []byte
	var texts [8]sql.NullString
	err = rows.Scan(&f.ID, &at, &texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5], &texts[6], &texts[7],
		&events, &origin, &sealed)
	if err != nil {
		return f, err
	}
	for i, field := range []*string{&f.Detector, &f.Rule, &f.Severity, &f.Title, &f.Account, &f.Region, &f.Principal, &f.Resource} {
		*field = texts[i].String
	}
	f.Time = utc(at)
	if ids, _ := value(event.List, events).([]string); len(ids) > 0 {
		f.EventIDs = ids
	}
	if origin.Valid {
		if err := json.Unmarshal([]byte(origin.String), &f.Origin); err != nil {
			return f, err
		}
	}
	if len(sealed) > 0 {
		raw, err := s.cfg.Keyring.Store().Open(nil, sealed, findingPlace(f.ID))
		if err != nil {
			return f, fmt.Errorf("open finding %s: %w", f.ID, err)
		}
		f.Raw = jsontext.Value(raw)
	}
	return f, nil
}
