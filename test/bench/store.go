package main

import (
	"context"
	"errors"

	"seismo/internal/seal"
	"seismo/internal/state"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
)

// database is a store with its key, as the program opens it, without the
// program's lock and socket.
type database struct {
	*duckdb.Store
	state *state.State
}

func openDatabase(ctx context.Context, file string) (*database, error) {
	master, err := seal.LoadOrCreate(file+".key", "")
	if err != nil {
		return nil, err
	}
	keys, err := state.Open(ctx, file+".state")
	if err != nil {
		return nil, err
	}
	ring, err := seal.New(master, keys)
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	s, err := duckdb.Open(ctx, duckdb.Config{Path: file, Keyring: ring, Memory: "200MB"})
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	return &database{s, keys}, nil
}

func (d *database) Close() error { return errors.Join(d.Store.Close(), d.state.Close()) }

func statsOf(ctx context.Context, file string) (s store.Stats, err error) {
	d, err := openDatabase(ctx, file)
	if err != nil {
		return s, err
	}
	s, err = d.Stats(ctx)
	return s, errors.Join(err, d.Close())
}
