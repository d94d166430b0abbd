package sqs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// delivery is one object of a message, or bytes that the message carries.
type delivery struct {
	source   *Source
	letter   *letter
	object   source.Object
	ref      s3.Ref
	other    string // another reading of the key
	body     []byte // not nil: these are the object
	failed   error  // why it cannot be opened
	withheld bool   // settled already: not to be delivered
	settled  atomic.Bool
}

// Object tells the object by its place and etag, carried bytes by their digest.
func (d *delivery) Object() source.Object { return d.object }

// Open opens the object.
func (d *delivery) Open(ctx context.Context) (io.ReadCloser, error) {
	switch {
	case d.failed != nil:
		return nil, d.failed
	case d.body != nil:
		return io.NopCloser(bytes.NewReader(d.body)), nil
	}
	return d.source.deps.Reader.Open(ctx, d.ref)
}

// Settle books the outcome, once: a second one would count for another object of
// the message. The message is deleted when all its objects are committed, and comes
// again when one of them failed.
func (d *delivery) Settle(_ context.Context, err error) error {
	if d.settled.Swap(true) {
		return nil
	}
	if d.body == nil {
		d.source.deps.Reader.Forget(d.ref)
	}
	d.source.settle(d.letter, err)
	return nil
}

func (s *Source) settle(l *letter, err error) {
	how := committed
	switch {
	case err == nil:
	case isHopeless(err):
		how = hopeless
	default:
		how = failing
	}
	if how != committed && l.odd == "" && !errors.Is(err, context.Canceled) && s.tired(l.attempt) {
		s.counts.poison.Add(1)
		s.log.poison(l, "it was received too often, and failed each time")
	}
	if s.keeper.settle(l.ticket, how, again(l.attempt, err)) {
		s.counts.quarantined.Add(1)
		s.shelf.press(s.whole(l))
	}
}

// isHopeless tells failures that lie in the object from those of the world around
// it, which pass: however often a message comes back because a permission is
// missing or a disk is full, that makes no poison of it.
func isHopeless(err error) bool {
	kind := kindOf(err)
	return kind == source.Gone || kind == source.Unknown
}

// Pauses until a message that failed comes again, by how often it came.
const (
	firstPause = 10 * time.Second
	mostPause  = 15 * time.Minute
)

func again(attempt int, err error) time.Duration {
	if errors.Is(err, context.Canceled) {
		return 0 // the process ends: somebody else may have it at once
	}
	return min(firstPause<<min(attempt-1, 10), mostPause)
}
