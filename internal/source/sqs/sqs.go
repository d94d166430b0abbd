// Package sqs reads the objects of S3 that the messages of a queue tell of:
// notifications from S3, through SNS or EventBridge, and CloudTrail's own, told
// apart by their content. Messages that are records themselves are delivered as
// they are. However long an object takes, its message stays hidden from others.
//
// It never deletes a message before everything that it tells of is committed,
// never deletes one that it does not understand unless that one is in quarantine,
// and never logs what a message says.
package sqs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// Deps are what a source needs beside its configuration.
type Deps struct {
	Name    string // of the source in the configuration
	Account *account.Account
	Reader  *s3.Reader     // nil: one of the account's
	Journal source.Journal // not asked: the ledger of the pipeline knows what was read
	Log     *slog.Logger   // nil is silent
}

// Source is the messages of one queue. Its receive loops begin with the first
// Receive and end with Close.
type Source struct {
	cfg    s3.Config
	deps   Deps
	queue  Address
	client *sqs.Client

	begin    sync.Once
	ctx      context.Context // of everything that Close ends
	cancel   context.CancelFunc
	loops    sync.WaitGroup
	keeper   *keeper
	shelf    *shelf
	told     chan news
	impaired impairments
	refusals refusals
	counts   counts
	log      complaints
}

// news is what goes wrong, for Receive; nil says that the queue answered and has
// nothing now.
type news struct{ err error }

// New makes a source of a checked configuration that has a queue_url. It asks AWS
// nothing: the first Receive does.
func New(_ context.Context, cfg s3.Config, deps Deps) (*Source, error) {
	queue, err := ParseURL(cfg.QueueURL)
	if err != nil {
		return nil, fmt.Errorf(`"queue_url" is %w`, err)
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Reader == nil {
		deps.Reader = s3.NewReader(deps.Account, s3.ReaderOptions{Log: deps.Log})
	}
	s := &Source{cfg: cfg, deps: deps, queue: queue, shelf: newShelf(batchSize * cfg.Workers), told: make(chan news, 1)}
	s.client, _ = queue.Client(cfg.Config, deps.Account)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.keeper = newKeeper(cfg.VisibilityTimeout.Std(), s.call)
	s.log.log = deps.Log.With("source", deps.Name, "queue", queue.URL)
	return s, nil
}

// Receive waits for the next object of a message. Its error is a *source.Fault
// that says why messages cannot be received or not be deleted.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	s.begin.Do(s.start)
	for {
		if d := s.shelf.take(); d != nil {
			return d, nil
		}
		select {
		case <-s.shelf.more:
		case n := <-s.told:
			return nil, n.err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ctx.Done():
			return nil, io.EOF
		}
	}
}

func (s *Source) start() {
	s.keeper.start()
	for range s.cfg.Workers {
		s.loops.Go(s.loop)
	}
}

// closing is how long Close waits for its last calls.
const closing = 5 * time.Second

// Close ends the receive loops, deletes what is committed, and gives back what is
// not, so that others can have it at once.
func (s *Source) Close() error {
	s.begin.Do(func() {}) // nothing starts any more
	s.cancel()
	s.shelf.close()
	s.loops.Wait()
	s.keeper.close(closing)
	return nil
}

// tell hands an error to Receive, or nil when the queue answered and has nothing
// now. What nobody has asked for yet is replaced: only the newest is still true.
func (s *Source) tell(err error) {
	select {
	case <-s.told:
	default:
	}
	select {
	case s.told <- news{err}:
	default: // another loop was quicker
	}
}

var _ source.Source = (*Source)(nil)
