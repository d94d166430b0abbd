package app

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gofrs/flock"

	"seismo/internal/store/duckdb"
	"seismo/internal/web"
)

// Reader answers reading commands: from the database itself when nobody holds
// it, else from the process that does.
type Reader struct {
	web.Backend
	close func() error
}

// Close gives back what the Reader holds.
func (r *Reader) Close() error { return r.close() }

// OpenReader opens the database for reading. Several readers may be open beside
// one another, and beside one writer, who then answers over its socket.
func OpenReader(ctx context.Context, cfg Config) (*Reader, error) {
	cfg, err := cfg.resolved()
	if err != nil {
		return nil, err
	}
	if !there(cfg.DB) {
		return nil, noDatabase(cfg)
	}
	deadline := time.Now().Add(patience)
	for {
		if r, err := openShared(ctx, cfg); r != nil || err != nil {
			return r, err
		}
		client := web.NewClient(socketPath(cfg.DB))
		if _, err := client.Backend().Status(ctx); err == nil {
			return &Reader{client.Backend(), func() error { return nil }}, nil
		}
		if time.Now().After(deadline) {
			return nil, &HeldError{DB: cfg.DB, By: readHolder(cfg.lockFile())}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// openShared opens the file itself; nil and no error when another process writes.
func openShared(ctx context.Context, cfg Config) (*Reader, error) {
	lock := flock.New(cfg.lockFile(), flock.SetPermissions(0o600))
	if err := settle(ctx, cfg, lock); err != nil {
		return nil, err
	}
	got, err := lock.TryRLock()
	if err != nil {
		return nil, unlockable(err)
	}
	if !got {
		return nil, nil
	}
	forget(lock) // of a killed writer
	a := &App{cfg: cfg, lock: lock}
	switch err := a.open(ctx, true); {
	case errors.Is(err, duckdb.ErrLocked): // another reader settles the file just now
		return nil, a.Close()
	case err != nil:
		return nil, errors.Join(err, a.Close())
	}
	return &Reader{a.Backend(), a.Close}, nil
}

// settle writes what a killed process left in the write-ahead log into the
// file, which a read-only opening could not do.
func settle(ctx context.Context, cfg Config, lock *flock.Flock) error {
	if _, err := os.Stat(cfg.DB + ".wal"); err != nil {
		return nil
	}
	got, err := lock.TryLock()
	if err != nil || !got {
		return err
	}
	a := &App{cfg: cfg, lock: lock}
	return errors.Join(a.open(ctx, false), a.Close())
}
