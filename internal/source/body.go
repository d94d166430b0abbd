package source

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// ErrElsewhere is an opener's error for a body that may well exist where the
// opener does not look.
var ErrElsewhere = errors.New("the body may be where this run does not look")

// BodyError is why a body could not be opened, in words that its row can show.
type BodyError struct {
	Reason string // for users: "kms:Decrypt is not allowed on arn:…"; never any content
	Later  bool   // it may be readable later, or elsewhere: the row then says where it lies
	Err    error
}

func (b *BodyError) Error() string { return b.Reason }

// Unwrap returns the cause.
func (b *BodyError) Unwrap() error { return b.Err }

type recordTime struct{}

// WithRecordTime tells openers when the record was made that refers to a body: a
// body that is not there can still be on its way when the record is young.
func WithRecordTime(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, recordTime{}, at)
}

type late struct{}

// WithLate gives those who read records a place to note that a body was not there
// and may come.
func WithLate(ctx context.Context, note *atomic.Bool) context.Context {
	return context.WithValue(ctx, late{}, note)
}

// NoteLate notes that a body may come later, where somebody listens.
func NoteLate(ctx context.Context) {
	if note, ok := ctx.Value(late{}).(*atomic.Bool); ok {
		note.Store(true)
	}
}

// RecordTime is the time that WithRecordTime told, else zero.
func RecordTime(ctx context.Context) time.Time {
	at, _ := ctx.Value(recordTime{}).(time.Time)
	return at
}
