package state

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/binary"
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
// back a whole older file is the one thing that it cannot notice.
type Audit struct {
	state *State
	key   *seal.Key
}

// Audit opens the audit log under the store's key. Open it before the first
// data key is made: a file with data keys and without the mark that this leaves
// counts as tampered with, so that a log cannot be emptied unseen.
func (s *State) Audit(ctx context.Context, key *seal.Key) (*Audit, error) {
	a := &Audit{s, key}
	err := s.change(ctx, func(tx *sql.Tx) error {
		var virgin bool
		err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM audit_head) AND NOT EXISTS (SELECT 1 FROM audit)
			AND NOT EXISTS (SELECT 1 FROM data_keys) AND NOT EXISTS (SELECT 1 FROM erased)`).Scan(&virgin)
		if err != nil {
			return err
		}
		if virgin {
			return a.mark(ctx, tx, 0, nil)
		}
		_, err = a.head(ctx, tx)
		return err
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
		chain := a.chain(e, last.chain)
		_, err = tx.ExecContext(ctx, `INSERT INTO audit (seq, time, actor, action, target, reason, chain)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, e.Seq, stamp(e.Time), e.Actor, e.Action, e.Target, e.Reason, chain)
		if err != nil {
			return err
		}
		return a.mark(ctx, tx, e.Seq, chain)
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
	rows, err := a.state.db.QueryContext(ctx, `SELECT seq, time, actor, action, target, reason, chain
		FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", explain(err))
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		e, _, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read the audit log: %w", explain(err))
		}
		list = append(list, e)
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

func (a *Audit) verify(ctx context.Context, tx *sql.Tx) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, time, actor, action, target, reason, chain FROM audit ORDER BY seq`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var seq int64
	var chain []byte
	for rows.Next() {
		e, written, err := scan(rows)
		if err != nil {
			return seq, fmt.Errorf("%w after entry %d: %w", ErrTampered, seq, err)
		}
		chain = a.chain(e, chain)
		if e.Seq != seq+1 || subtle.ConstantTimeCompare(chain, written) != 1 {
			return seq, fmt.Errorf("%w at entry %d", ErrTampered, seq+1)
		}
		seq = e.Seq
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return seq, err
	}
	last, err := a.head(ctx, tx)
	if err == nil && last.seq != seq {
		err = fmt.Errorf("%w: it has %d entries and must have %d", ErrTampered, seq, last.seq)
	}
	return seq, err
}

type head struct {
	seq   int64
	chain []byte
}

// head reads the end of the log and checks its proof.
func (a *Audit) head(ctx context.Context, tx *sql.Tx) (head, error) {
	var h head
	var proof []byte
	err := tx.QueryRowContext(ctx, `SELECT h.seq, h.proof, e.chain
		FROM audit_head h LEFT JOIN audit e ON e.seq = h.seq`).Scan(&h.seq, &proof, &h.chain)
	if errors.Is(err, sql.ErrNoRows) {
		return h, fmt.Errorf("%w: its end is not marked", ErrTampered)
	}
	if err != nil {
		return h, err
	}
	if subtle.ConstantTimeCompare(proof, a.proof(h.seq, h.chain)) != 1 {
		return h, fmt.Errorf("%w: its end is not where it was", ErrTampered)
	}
	return h, nil
}

// mark writes the end of the log with its proof.
func (a *Audit) mark(ctx context.Context, tx *sql.Tx, seq int64, chain []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_head (one, seq, proof) VALUES (1, ?, ?)
		ON CONFLICT DO UPDATE SET seq = excluded.seq, proof = excluded.proof`, seq, a.proof(seq, chain))
	return err
}

func scan(rows *sql.Rows) (e Entry, chain []byte, err error) {
	var written string
	if err := rows.Scan(&e.Seq, &written, &e.Actor, &e.Action, &e.Target, &e.Reason, &chain); err != nil {
		return e, nil, err
	}
	e.Time, err = time.Parse(time.RFC3339Nano, written)
	if err == nil && stamp(e.Time) != written {
		err = fmt.Errorf("time of entry %d is not as it is written", e.Seq)
	}
	return e, chain, err
}

// chain covers an entry and all before it.
func (a *Audit) chain(e Entry, before []byte) []byte {
	return a.sum("entry", binary.BigEndian.AppendUint64(nil, uint64(e.Seq)), []byte(stamp(e.Time)),
		[]byte(e.Actor), []byte(e.Action), []byte(e.Target), []byte(e.Reason), before)
}

// proof covers the length of the log. It differs from the chain so that the
// chain value of an earlier entry does not prove a shorter log.
func (a *Audit) proof(seq int64, chain []byte) []byte {
	return a.sum("head", binary.BigEndian.AppendUint64(nil, uint64(seq)), chain)
}

// sum hashes fields, each with its length, so that none runs into the next.
func (a *Audit) sum(purpose string, fields ...[]byte) []byte {
	text := []byte("seismo audit " + purpose)
	for _, f := range fields {
		text = binary.BigEndian.AppendUint64(text, uint64(len(f)))
		text = append(text, f...)
	}
	sum := a.key.Hash(text)
	return sum[:]
}
