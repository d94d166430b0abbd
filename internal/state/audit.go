package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"seismo/internal/seal"
)

// ErrTampered says that the audit log is not what was written.
var ErrTampered = errors.New("the audit log was changed")

// Entry is one line of the audit log: who did what to which event or person, and
// why. It never holds what was read.
type Entry struct {
	Seq    int64     `json:"seq"` // from 1, without gaps; given by Append
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`  // who: the user of the operating system, or of seismo
	Action string    `json:"action"` // what: read, search, export, erase
	Target string    `json:"target"` // the event's id, or the query
	Reason string    `json:"reason"` // as the actor gave it; "" when none is asked for
}

// Audit is the audit log. Every entry's chain value covers the entry and the
// chain before it, and the head covers the length, all under a key: without the
// master key nobody can change, remove, add or cut off entries unseen. To bring
// back a whole older file is the one thing that it cannot notice. Target and
// reason are sealed: a query may repeat what was said.
type Audit struct {
	state *State
	key   *seal.Key
}

// Audit opens the audit log under the store's key. Open it before the first
// data key is made: a file with data keys and without the mark that this leaves
// counts as tampered with, so that a log cannot be emptied unseen. A log that was
// changed opens too, so that it can be read; Verify and Append refuse it.
func (s *State) Audit(ctx context.Context, key *seal.Key) (*Audit, error) {
	a := &Audit{s, key}
	err := s.change(ctx, func(tx *sql.Tx) error {
		var virgin bool
		err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS (SELECT 1 FROM audit)
			AND NOT EXISTS (SELECT 1 FROM data_keys) AND NOT EXISTS (SELECT 1 FROM erased)`).Scan(&virgin)
		if err != nil || !virgin {
			return err
		}
		return a.mark(ctx, tx, 0, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	return a, nil
}

// Append writes an entry, durably: when it returns, the entry outlives a power
// loss. So append before you show. A zero Time is now.
func (a *Audit) Append(ctx context.Context, e Entry) (Entry, error) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Time = e.Time.UTC().Round(0)
	err := a.state.change(ctx, func(tx *sql.Tx) error {
		last, err := a.head(ctx, tx)
		if err != nil {
			return err
		}
		e.Seq = last.seq + 1
		l := line{Entry: e, detail: a.seal(e)}
		l.chain = a.chain(l, last.chain)
		_, err = tx.ExecContext(ctx, `INSERT INTO audit (seq, time, actor, action, detail, chain) VALUES (?, ?, ?, ?, ?, ?)`,
			e.Seq, stamp(e.Time), e.Actor, e.Action, l.detail, l.chain)
		if err != nil {
			return err
		}
		return a.mark(ctx, tx, e.Seq, l.chain)
	})
	if err != nil {
		return Entry{}, fmt.Errorf("write the audit log: %w", err)
	}
	return e, nil
}

// List gives at most limit entries, newest first, those before the given Seq; 0
// is from the newest.
func (a *Audit) List(ctx context.Context, before int64, limit int) ([]Entry, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	rows, err := a.state.db.QueryContext(ctx, `SELECT seq, time, actor, action, detail, chain
		FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", explain(err))
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		l, err := a.scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read the audit log: %w", explain(err))
		}
		list = append(list, l.Entry)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the audit log: %w", explain(err))
	}
	return list, nil
}

// Verify reads the whole log and returns the number of entries. It fails with
// ErrTampered, naming the first entry that is not as it was written.
func (a *Audit) Verify(ctx context.Context) (int64, error) {
	var count int64
	err := a.state.change(ctx, func(tx *sql.Tx) (err error) {
		count, err = a.verify(ctx, tx)
		return err
	})
	if err != nil {
		return count, fmt.Errorf("verify the audit log: %w", err)
	}
	return count, nil
}
