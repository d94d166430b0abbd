package duckdb

import (
	"context"
	"errors"
	"fmt"

	"seismo/internal/store"
)

// Mode is how much of what was said the store keeps.
func (s *Store) Mode() store.Mode { return s.cfg.Mode }

// settleMode takes the mode that the file was last given when Open was given none,
// so that a forgotten flag never keeps more than was chosen, and else remembers the
// new one.
func (s *Store) settleMode(ctx context.Context) error {
	former, err := s.meta(ctx, "mode")
	if err != nil {
		return err
	}
	last := store.Mode(former)
	if s.cfg.Mode == "" {
		s.cfg.Mode = last
	}
	switch s.cfg.Mode {
	case "":
		s.cfg.Mode = store.Full
	case store.Full, store.Redacted, store.Metadata:
	default:
		return fmt.Errorf("no such mode: %q", s.cfg.Mode)
	}
	if s.cfg.Mode == store.Redacted && s.cfg.Mask == nil {
		return errors.New("redacted mode needs a mask")
	}
	if s.cfg.ReadOnly || s.stuck || s.cfg.Mode == last {
		return nil
	}
	if err := s.once(ctx, func() error { return s.setMeta(ctx, "mode", string(s.cfg.Mode)) }); err != nil {
		return fmt.Errorf("remember the mode: %w", err)
	}
	return nil
}
