package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	if cfg, err = cfg.resolved(); err != nil {
		return err
	}
	if _, err := os.Stat(cfg.stateFile()); errors.Is(err, fs.ErrNotExist) && !there(cfg.DB) {
		return noDatabase(cfg)
	}
	s, keys, err := openKeys(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	log, err := s.Audit(ctx, keys.Store())
	if err != nil {
		return err
	}
	return read(log)
}

// openKeys opens the master key and the state, which holds what the key
// protects. They are made at the first start only, the key first: a state
// without a key has lost it.
func openKeys(ctx context.Context, cfg Config) (_ *state.State, _ *seal.Keyring, err error) {
	if err := cfg.whole(); err != nil {
		return nil, nil, err
	}
	master, err := seal.LoadOrCreate(cfg.keyFile(), os.Getenv("SEISMO_PASSPHRASE"))
	if err != nil {
		return nil, nil, keyHint(err)
	}
	s, err := state.Open(ctx, cfg.stateFile())
	if err != nil {
		return nil, nil, err
	}
	keys, err := seal.New(master, s)
	if err == nil {
		err = fits(ctx, cfg, s, keys)
	}
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, keys, nil
}

// fits makes sure that the key is the one that the state was written with. With
// another one everything would seem to work, and find nothing of what was said.
func fits(ctx context.Context, cfg Config, s *state.State, keys *seal.Keyring) error {
	owner, wrapped, err := s.Any(ctx)
	if err != nil || wrapped == nil || keys.Opens(owner, wrapped) {
		return err
	}
	return &hinted{fmt.Errorf("the key file %s is not the one that %s was written with", cfg.keyFile(), cfg.stateFile()),
		"put the right one back from a backup"}
}

func keyHint(err error) error {
	if errors.Is(err, seal.ErrPassphrase) {
		return &hinted{err, "set SEISMO_PASSPHRASE to the passphrase that the key file was made with"}
	}
	return err
}

func noDatabase(cfg Config) error {
	return &hinted{fmt.Errorf("%w at %s", ErrNoDatabase, cfg.DB),
		"read your logs first: seismo ingest FOLDER, or look at simulated ones: seismo demo"}
}
