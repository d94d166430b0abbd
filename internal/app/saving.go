package app

import (
	"bytes"
	"crypto/sha256"
	"sync"

	"seismo/internal/event"
	"seismo/internal/store"
)

// saving measures what storing each message once saves on the calls of one
// app. It keeps their records until it is asked: measuring takes longer than
// watching, and the page should not wait for it.
type saving struct {
	app string

	mu    sync.Mutex
	calls []event.Event
}

// watch takes note of an event of the path. Of calls whose request is lost
// nobody knows what was sent.
func (s *saving) watch(ev *event.Event) {
	if ev.Kind != event.KindCall || ev.App != s.app || ev.Body.Input.State == event.BodyMissing {
		return
	}
	kept := event.Event{Kind: ev.Kind, Person: ev.Person, Principal: ev.Principal, Account: ev.Account,
		Completion: ev.Completion, Reasoning: ev.Reasoning, ToolCalls: ev.ToolCalls, Body: ev.Body, Record: ev.Record}
	kept.Record.Raw = bytes.Clone(ev.Record.Raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, kept)
}

// measure cuts the records as the store does, and returns the bytes of the
// records and of what is kept of them, both before compression.
func (s *saving) measure() (sent, kept int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[[sha256.Size]byte]bool{}
	for i := range s.calls {
		owner := store.Owner(&s.calls[i])
		doc := store.Split(&s.calls[i])
		sent += doc.Bytes
		kept += int64(len(doc.Skeleton))
		for _, part := range doc.Parts {
			id := sha256.Sum256(append([]byte(owner+"\x00"), part.Bytes...))
			if !seen[id] {
				seen[id] = true
				kept += int64(len(part.Bytes))
			}
		}
	}
	s.calls = nil
	return sent, kept
}
