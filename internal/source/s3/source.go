package s3

import (
	"context"
	"log/slog"
	"time"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Deps are what a source needs beside its configuration.
type Deps struct {
	Name    string // of the source in the configuration
	Account *account.Account
	Reader  *Reader        // nil: one of the account's
	Journal source.Journal // nil: nothing was read before
	Log     *slog.Logger
	Now     func() time.Time // nil is time.Now
	Once    bool             // end when all that is listed is settled, instead of waiting for more
}

// Source lists a bucket, an access point or a bucket of an S3-compatible
// service, and delivers what was not read yet.
type Source struct {
	cfg  Config
	deps Deps
}

// New makes a source of a checked configuration. It asks AWS nothing: the first
// Receive does.
func New(_ context.Context, cfg Config, deps Deps) (*Source, error) {
	return &Source{cfg: cfg, deps: deps}, nil
}

// Receive waits for an object that was not read yet.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// Close ends the listing.
func (s *Source) Close() error { return nil }

var _ source.Source = (*Source)(nil)
