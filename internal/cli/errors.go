package cli

import (
	"context"
	"errors"

	"seismo/internal/app"
	"seismo/internal/store"
)

// Exit codes, as `seismo docs exit-codes` documents them.
const (
	exitOK          = 0
	exitError       = 1   // it did not work; the message says what to do
	exitUsage       = 2   // the command was called wrongly
	exitPartial     = 3   // done, but some inputs could not be read
	exitNotFound    = 4   // no such event, file or database
	exitLocked      = 5   // another seismo holds the database
	exitInterrupted = 130 // Ctrl-C; what was committed stays
)

// usageError is a wrong call: exit code 2, with what to do instead.
type usageError struct {
	error
	hint string
}

func (u *usageError) Unwrap() error { return u.error }
func (u *usageError) Hint() string  { return u.hint }

// silent is an error whose story has been told already.
type silent struct{ code int }

func (silent) Error() string { return "" }

func usage(message, hint string) error { return &usageError{errors.New(message), hint} }

// hintOf is the remedy that the error, or one that it wraps, carries.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

func exitCode(ctx context.Context, err error) int {
	var told silent
	var wrong *usageError
	var held *app.HeldError
	switch {
	case errors.As(err, &told):
		return told.code
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &held):
		return exitLocked
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, store.ErrNotFound), errors.Is(err, app.ErrNoDatabase):
		return exitNotFound
	}
	return exitError
}
