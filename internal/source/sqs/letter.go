package sqs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// letter is one message as it was received.
type letter struct {
	ticket  ticket
	id      string
	queue   string // its name
	body    []byte // nil when nobody will ask for it
	odd     string // why it cannot be understood
	attempt int    // how often it was received, this time included
	sent    time.Time
}

// open makes deliveries of what a message tells of; what never holds records is
// left out.
func (s *Source) open(l *letter) (list []*delivery) {
	n := parse(l.body)
	l.odd = n.odd
	s.counts.tests.Add(int64(n.tests))
	s.counts.ignored.Add(int64(n.ignored))
	for _, c := range n.objects {
		if !s.cfg.Trusts(c.Bucket) {
			list = append(list, s.refuseObject(l, c))
			continue
		}
		if _, skip := s3.Skip(c.Key); skip || !s.cfg.Selected(c.Key) {
			s.counts.skipped.Add(1)
			continue
		}
		ref := s3.Ref{Bucket: c.Bucket, Key: c.Key, ETag: c.ETag, Version: c.Version, Size: c.Size, Modified: c.Time}
		if ref.Modified.IsZero() {
			ref.Modified = l.sent
		}
		d := &delivery{source: s, letter: l, ref: ref, other: c.Other, object: ref.Object()}
		d.object.Attempt = l.attempt
		list = append(list, d)
	}
	for _, record := range n.records {
		if !s.cfg.Carries() {
			list = append(list, s.refuseRecord(l, record))
			continue
		}
		list = append(list, s.carried(l, record))
	}
	return list
}

// carried is a delivery of bytes that a message carries itself. Their identity
// is their digest, so that the same bytes in another message are the same.
func (s *Source) carried(l *letter, text []byte) *delivery {
	sum := sha256.Sum256(text)
	return &delivery{source: s, letter: l, body: text, object: source.Object{
		ID:       "sqs:" + hex.EncodeToString(sum[:]),
		Origin:   event.Origin{Key: "sqs:" + l.queue + "/" + l.id},
		Size:     int64(len(text)),
		Modified: l.sent,
		Attempt:  l.attempt,
	}}
}

// resolve asks S3 for what notifications leave out: the etag, and which of two
// readings of a key is right. Without an etag an object has no identity.
func (s *Source) resolve(list []*delivery) {
	var group errgroup.Group
	group.SetLimit(calls)
	for _, d := range list {
		if d.body == nil && d.failed == nil && (d.ref.ETag == "" || d.other != "") {
			group.Go(func() error {
				s.look(d)
				return nil
			})
		}
	}
	_ = group.Wait() // each outcome is in its delivery
}

// patience is how often an object without an identity is looked for. Then it is
// delivered as gone, so that the pipeline keeps a note of it.
const patience = 3

func (s *Source) look(d *delivery) {
	found, err := s.deps.Reader.Head(s.ctx, d.ref)
	if err != nil && d.other != "" && kindOf(err) == source.Gone {
		second := d.ref
		second.Key = d.other
		if other, otherErr := s.deps.Reader.Head(s.ctx, second); otherErr == nil {
			found, err = other, nil
		}
	}
	switch {
	case err == nil:
		if d.ref.ETag != "" {
			found.ETag, found.Size = d.ref.ETag, d.ref.Size // what the notification is about, even when it was overwritten since
		}
		d.ref = found
		d.object = found.Object()
		d.object.Attempt = d.letter.attempt
	case kindOf(err) == source.Gone && (d.ref.ETag != "" || d.letter.attempt >= patience):
		d.failed = err
		if d.object.ID == "" {
			d.object.ID = d.ref.URI() + "#"
		}
	default:
		d.withheld = true
		if kindOf(err) != source.Gone {
			s.tell(err)
		}
		s.settle(d.letter, err)
	}
}

func kindOf(err error) source.Kind {
	var fault *source.Fault
	if errors.As(err, &fault) {
		return fault.Kind
	}
	return ""
}
