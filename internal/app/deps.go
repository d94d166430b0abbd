package app

import (
	"context"
	"errors"
	"io"
	"sync"

	"seismo/internal/account"
	"seismo/internal/normalize"
	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// reach is what the sources of a process share to get at AWS: one account for
// each way to reach it, one set of quotas, one reader of S3 for each account.
type reach struct {
	quotas *account.Quotas
	cache  int64

	mu       sync.Mutex
	accounts map[account.Config]*account.Account
	readers  map[*account.Account]*s3.Reader
	openers  []normalize.Opener
}

func newReach(bodyCache int64) *reach {
	return &reach{quotas: account.NewQuotas(), cache: bodyCache,
		accounts: map[account.Config]*account.Account{}, readers: map[*account.Account]*s3.Reader{}}
}

// deps is what one source needs beside its configuration.
type deps struct {
	name    string
	app     *App
	reach   *reach
	journal source.Journal
}

// account is the account that a configuration reaches.
func (d deps) account(ctx context.Context, cfg account.Config) (*account.Account, error) {
	r := d.reach
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.accounts[cfg]; a != nil {
		return a, nil
	}
	a, err := account.Open(ctx, cfg, account.Options{Log: d.app.cfg.log(), Quotas: r.quotas})
	if err == nil {
		r.accounts[cfg] = a
	}
	return a, err
}

// reader is the account's reader of S3; places are where bodies may be read
// beside the folders of the logs themselves.
func (d deps) reader(a *account.Account, places []string) *s3.Reader {
	r := d.reach
	r.mu.Lock()
	defer r.mu.Unlock()
	reader := r.readers[a]
	if reader == nil {
		reader = s3.NewReader(a, s3.ReaderOptions{})
		r.readers[a] = reader
		r.openers = append(r.openers, reader.Bodies(nil, r.cache))
	}
	if allowed := parsed(places); len(allowed) > 0 {
		r.openers = append(r.openers, reader.Bodies(allowed, r.cache))
	}
	return reader
}

func parsed(places []string) []s3.Place {
	var list []s3.Place
	for _, text := range places {
		if p, err := s3.ParsePlace(text); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// open opens a body by the first account that may look for it.
func (r *reach) open(ctx context.Context, uri string) (io.ReadCloser, error) {
	r.mu.Lock()
	openers := r.openers
	r.mu.Unlock()
	err := normalize.ErrElsewhere
	for _, open := range openers {
		var body io.ReadCloser
		if body, err = open(ctx, uri); err == nil || !errors.Is(err, normalize.ErrElsewhere) {
			return body, err
		}
	}
	return nil, err
}
