package state

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

func (a *Audit) verify(ctx context.Context, tx *sql.Tx) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, time, actor, action, detail, chain FROM audit ORDER BY seq`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var seq int64
	var chain []byte
	for rows.Next() {
		l, err := a.scan(rows)
		if err != nil {
			return seq, fmt.Errorf("after entry %d: %w", seq, err)
		}
		chain = a.chain(l, chain)
		if l.Seq != seq+1 || subtle.ConstantTimeCompare(chain, l.chain) != 1 {
			return seq, fmt.Errorf("%w at entry %d", ErrTampered, seq+1)
		}
		seq = l.Seq
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

// line is an entry as the table has it.
type line struct {
	Entry
	detail []byte // target and reason, sealed
	chain  []byte
}

func (a *Audit) scan(rows *sql.Rows) (line, error) {
	var l line
	var written string
	if err := rows.Scan(&l.Seq, &written, &l.Actor, &l.Action, &l.detail, &l.chain); err != nil {
		return l, err
	}
	t, err := time.Parse(time.RFC3339Nano, written)
	if err != nil || stamp(t) != written {
		return l, fmt.Errorf("%w: entry %d has no time", ErrTampered, l.Seq)
	}
	l.Time = t
	plain, err := a.key.Open(nil, l.detail, place(l.Seq))
	if err != nil {
		return l, fmt.Errorf("%w: entry %d: %w", ErrTampered, l.Seq, err)
	}
	var size uint64
	if len(plain) >= 8 {
		size = binary.BigEndian.Uint64(plain)
	}
	if len(plain) < 8 || size > uint64(len(plain)-8) {
		return l, fmt.Errorf("%w: entry %d has no target", ErrTampered, l.Seq)
	}
	l.Target, l.Reason = string(plain[8:8+size]), string(plain[8+size:])
	return l, nil
}

// seal writes target and reason: the length of the target, then both.
func (a *Audit) seal(e Entry) []byte {
	plain := binary.BigEndian.AppendUint64(nil, uint64(len(e.Target)))
	return a.key.Seal(nil, append(append(plain, e.Target...), e.Reason...), place(e.Seq))
}

// place ties sealed bytes to their entry.
func place(seq int64) []byte { return fmt.Appendf(nil, "seismo audit %d", seq) }

// chain covers a line and all before it.
func (a *Audit) chain(l line, before []byte) []byte {
	return a.sum("entry", binary.BigEndian.AppendUint64(nil, uint64(l.Seq)), []byte(stamp(l.Time)),
		[]byte(l.Actor), []byte(l.Action), l.detail, before)
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
