package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"seismo/internal/seal"
	"seismo/internal/state"
)

// AuditList returns the newest entries of the audit log, newest first. The log
// can be read while another seismo holds the database.
func AuditList(ctx context.Context, cfg Config, limit int) (list []state.Entry, err error) {
	err = withAudit(ctx, cfg, func(a *state.Audit) error {
		list, err = a.List(ctx, 0, limit)
		return err
	})
	return list, err
}

// AuditVerify returns the number of entries, or state.ErrTampered.
func AuditVerify(ctx context.Context, cfg Config) (n int64, err error) {
	err = withAudit(ctx, cfg, func(a *state.Audit) error {
		n, err = a.Verify(ctx)
		return err
	})
	return n, err
}

func withAudit(ctx context.Context, cfg Config, read func(*state.Audit) error) (err error) {
	if _, err := os.Stat(cfg.stateFile()); err != nil {
		return noDatabase(cfg)
	}
	s, err := state.Open(ctx, cfg.stateFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	keys, err := keyring(cfg, s)
	if err != nil {
		return err
	}
	log, err := s.Audit(ctx, keys.Store())
	if err != nil {
		return err
	}
	return read(log)
}

// keyring opens the master key and what it protects.
func keyring(cfg Config, s *state.State) (*seal.Keyring, error) {
	master, err := seal.LoadOrCreate(cfg.keyFile(), os.Getenv("SEISMO_PASSPHRASE"))
	if err != nil {
		return nil, err
	}
	return seal.New(master, s)
}

func noDatabase(cfg Config) error {
	return &hinted{fmt.Errorf("%w at %s", ErrNoDatabase, cfg.DB),
		"read your logs first: seismo ingest FOLDER, or look at simulated ones: seismo demo"}
}
