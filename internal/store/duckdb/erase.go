package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"seismo/internal/event"
	"seismo/internal/store"
)

// Erase removes a person's key, then the sealed bytes, then the name from the
// rows, then writes the file anew without what lies in its free pages. The key goes
// first: should the rest fail, nothing can be read any more, and erasing again
// finishes it. It takes as much free disk as the file has.
func (s *Store) Erase(ctx context.Context, person string) (store.Erased, error) {
	erased := store.Erased{Person: person}
	if person == "" {
		return erased, errors.New("erase: no person is named")
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return erased, err
	}
	if err := s.fold(ctx); err != nil {
		return erased, err
	}
	if err := s.cfg.Keyring.Erase(ctx, store.PersonOwner(person)); err != nil {
		return erased, fmt.Errorf("erase: %w", err)
	}
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return erased, err
	}
	err := s.erase(ctx, &erased)
	if err == nil {
		err = s.exec(ctx, rewriteMark)
	}
	if err == nil {
		err = s.exec(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		return erased, errors.Join(fmt.Errorf("erase: %w", err), s.abort(ctx))
	}
	s.values.reset()
	if err := s.rewrite(ctx); err != nil {
		return erased, fmt.Errorf("erase: %w", err)
	}
	return erased, nil
}

func (s *Store) erase(ctx context.Context, erased *store.Erased) error {
	alias := store.Alias(s.cfg.Keyring, erased.Person)
	const call = `SELECT count(*) FROM event_done WHERE person = ? AND kind IS DISTINCT FROM 'trail'`
	if err := s.conn.QueryRowContext(ctx, call, erased.Person).Scan(&erased.Calls); err != nil {
		return err
	}
	owner := store.PersonOwner(erased.Person)
	const blocks = `SELECT count(parts) FROM block WHERE owner = ? AND sealed IS NOT NULL`
	if err := s.conn.QueryRowContext(ctx, blocks, owner).Scan(&erased.Blocks); err != nil {
		return err
	}
	if err := s.exec(ctx, `UPDATE block SET owner = ?, hashes = NULL, filter = NULL, sealed = NULL
		WHERE owner = ? AND sealed IS NOT NULL`, alias, owner); err != nil {
		return err
	}
	if err := s.eraseFindings(ctx, erased.Person, alias); err != nil {
		return err
	}
	return s.exec(ctx, `UPDATE event_done SET `+anonymize()+` WHERE person = $1`,
		erased.Person, store.NamePattern(erased.Person).String(), alias)
}

// eraseFindings takes the name off findings, and what the detector wrote away
// where it holds the name.
func (s *Store) eraseFindings(ctx context.Context, person, alias string) error {
	name := store.NamePattern(person)
	rows, err := s.conn.QueryContext(ctx, `SELECT id, sealed FROM finding WHERE sealed IS NOT NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	ids := []string{}
	for rows.Next() {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return err
		}
		raw, err := s.cfg.Keyring.Store().Open(nil, sealed, findingPlace(id))
		if err != nil {
			return fmt.Errorf("open finding %s: %w", id, err)
		}
		if name.Match(raw) {
			ids = append(ids, id)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := s.exec(ctx, `UPDATE finding SET sealed = NULL WHERE id IN (SELECT unnest(?))`, ids); err != nil {
		return err
	}
	return s.exec(ctx, `UPDATE finding SET title = regexp_replace(title, $1, $2, 'g'),
		principal = regexp_replace(principal, $1, $2, 'g'), resource = regexp_replace(resource, $1, $2, 'g')
		WHERE regexp_matches(concat_ws(' ', title, principal, resource), $1)`, name.String(), alias)
}

// anonymize is store.Anonymize in SQL.
func anonymize() string {
	var sets []string
	for _, c := range store.Columns() {
		name := quote(c.Name)
		switch {
		case c.Name == "person":
			sets = append(sets, `person = $3`)
		case c.Name == "identity_arn", c.Name == "user_agent", c.Name == "source.ip":
			sets = append(sets, name+` = NULL`)
		case c.Sensitivity == event.Public:
		case c.Type == event.List:
			sets = append(sets, fmt.Sprintf(
				`%[1]s = list_transform(%[1]s, lambda x: regexp_replace(x, $2, $3, 'g'))`, name))
		case c.Type == event.Text, c.Type == event.JSON:
			sets = append(sets, fmt.Sprintf(`%[1]s = regexp_replace(%[1]s, $2, $3, 'g')`, name))
		}
	}
	return strings.Join(sets, ", ")
}
