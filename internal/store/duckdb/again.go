package duckdb

import (
	"context"
	"errors"
	"fmt"

	"seismo/internal/seal"
	"seismo/internal/store"
)

// EraseAgain erases those whose key is gone and whose name is in the rows all the
// same, as when the part of the log was damaged that took it off.
func (s *Store) EraseAgain(ctx context.Context) error {
	people, err := s.people(ctx)
	if err != nil {
		return fmt.Errorf("look for erased people: %w", err)
	}
	for _, person := range people {
		_, err := s.cfg.Keyring.Owner(ctx, store.PersonOwner(person))
		if errors.Is(err, seal.ErrErased) {
			_, err = s.Erase(ctx, person)
		}
		if err != nil {
			return fmt.Errorf("erase again: %w", err)
		}
	}
	return nil
}

func (s *Store) people(ctx context.Context) ([]string, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return nil, err
	}
	return s.strings(ctx, `SELECT DISTINCT person FROM event_done WHERE person IS NOT NULL
		UNION SELECT DISTINCT person FROM event_open WHERE person IS NOT NULL`)
}
