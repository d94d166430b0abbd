package publish

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// book is the ledger's part for one place to publish in. Every fact of it is
// about one hour of calls, so that a request, which stays within an hour too, is
// entered by one write.
type book struct {
	ledger Ledger
	prefix string
}

func (b book) get(ctx context.Context, name string) (string, error) {
	text, err := b.ledger.Fact(ctx, b.prefix+name)
	if err != nil {
		return "", fmt.Errorf("read what was published: %w", err)
	}
	return text, nil
}

func (b book) set(ctx context.Context, name, value string) error {
	if err := b.ledger.Remember(ctx, b.prefix+name, value); err != nil {
		return fmt.Errorf("write down what was published: %w", err)
	}
	return nil
}

// load reads a fact; without one v stays as it is.
func (b book) load(ctx context.Context, name string, v any) (found bool, err error) {
	text, err := b.get(ctx, name)
	if err != nil || text == "" {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return false, fmt.Errorf("read what was published: %s: %w", name, err)
	}
	return true, nil
}

func (b book) save(ctx context.Context, name string, v any) error {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("write down what was published: %w", err)
	}
	return b.set(ctx, name, string(text))
}

func hourName(kind string, hour time.Time) string {
	return kind + "/" + hour.UTC().Format("2006-01-02T15")
}

// sweep forgets hours that CloudWatch takes nothing for any more.
func (p *Publisher) sweep(ctx context.Context, now time.Time) error {
	text, err := p.book.get(ctx, "swept")
	if err != nil {
		return err
	}
	// Two days more than the oldest that is sent, for a clock that was wrong.
	until := now.Add(-oldest - 48*time.Hour).Truncate(time.Hour)
	since, err := time.Parse(time.RFC3339, text)
	if err != nil { // the first run: nothing is older
		return p.book.set(ctx, "swept", until.Format(time.RFC3339))
	}
	if !since.Before(until) {
		return nil
	}
	for h := since; h.Before(until); h = h.Add(time.Hour) {
		for _, kind := range [...]string{Metrics, Findings, Errors} {
			text, err := p.book.get(ctx, hourName(kind, h))
			if err == nil && text != "" {
				err = p.book.set(ctx, hourName(kind, h), "")
			}
			if err != nil {
				return err
			}
		}
	}
	return p.book.set(ctx, "swept", until.Format(time.RFC3339))
}

// newID names a request.
func newID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
