package sqs

import (
	"slices"
	"strings"
	"sync"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// Whoever may send to the queue may name any bucket, and seismo's credentials may
// read more than the logs. So what the configuration does not trust is never asked
// for. It is delivered as refused: the pipeline keeps a note of it in quarantine,
// and its message is deleted once that is committed.

// refusedID begins the identities of what was refused: should its bucket be
// trusted later, the object itself is not known as read.
const refusedID = "refused:"

func (s *Source) refuseObject(l *letter, c created) *delivery {
	ref := s3.Ref{Bucket: c.Bucket, Key: c.Key, ETag: c.ETag}
	s.refusals.add(c.Bucket)
	return &delivery{source: s, letter: l, object: source.Object{
		ID:       refusedID + ref.URI() + "#" + c.ETag,
		Origin:   event.Origin{Bucket: c.Bucket, Key: c.Key, ETag: c.ETag},
		Size:     c.Size,
		Modified: c.Time,
		Attempt:  l.attempt,
	}, ref: ref, failed: &source.Fault{
		Kind: source.Refused, What: "read " + ref.URI(),
		// The key is a stranger's: it does not belong into a command that people copy.
		Remedy: "its bucket is not among buckets of the source: if it is yours, add it there and read what was refused with `seismo ingest s3://" + c.Bucket +
			"/`; if it is not, look at who may send to " + s.queue.URL,
	}}
}

func (s *Source) refuseRecord(l *letter, text []byte) *delivery {
	s.refusals.add("")
	d := s.carried(l, text)
	d.object.ID = refusedID + d.object.ID
	d.failed = &source.Fault{
		Kind: source.Refused, What: "store a record that message " + l.id + " of " + s.queue.URL + " carries itself", Carried: text,
		Remedy: "whoever may send to the queue could make one up: if such records are meant to come by it, set message_records: true in the source",
	}
	return d
}

// refusals counts what was refused and remembers a few of the buckets.
type refusals struct {
	mu      sync.Mutex
	objects int64
	records int64
	buckets []string
}

// mostNamed is how many buckets are remembered: their names are others' words.
const mostNamed = 5

// add counts an object of a bucket; "" is a record in a message.
func (r *refusals) add(bucket string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if bucket == "" {
		r.records++
		return
	}
	r.objects++
	if len(r.buckets) < mostNamed && !slices.Contains(r.buckets, bucket) {
		r.buckets = append(r.buckets, strings.Clone(bucket))
	}
}

func (r *refusals) read() (objects, records int64, buckets []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.objects, r.records, slices.Clone(r.buckets)
}
