package app

import (
	"context"

	"seismo/internal/account"
	"seismo/internal/source/s3"
)

// Bucket is a source that reads a bucket once, for Ingest. Bodies are read from
// it too, and from the further places that the configuration names.
func (a *App) Bucket(ctx context.Context, cfg s3.Config, span s3.Span) (*s3.Source, error) {
	acc, err := account.Open(ctx, cfg.Config, account.Options{Log: a.cfg.log()})
	if err != nil {
		return nil, err
	}
	reader := s3.NewReader(acc, s3.ReaderOptions{Log: a.cfg.log()})
	a.cfg.opener = reader.Bodies(parsed(cfg.Bodies), 0)
	return s3.New(ctx, cfg, s3.Deps{
		Name: ingestName, Account: acc, Reader: reader, Journal: a.store, Log: a.cfg.log(), Once: true, Span: span,
	})
}

// ingestName is the source that one-offs are booked under.
const ingestName = "ingest"
