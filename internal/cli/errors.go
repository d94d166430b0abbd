package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/store"
)

// Exit codes; the reference of commands documents them.
const (
	exitOK          = 0
	exitError       = 1   // it did not work; the message says what to do
	exitUsage       = 2   // the command was called wrongly
	exitPartial     = 3   // done, but some inputs could not be read, or a check found something wrong
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

// missing says that what was named is not there.
type missing struct{ error }

func (m missing) Unwrap() error { return m.error }

// advised is an error with what to do about it.
type advised struct {
	error
	hint string
}

func (a *advised) Unwrap() error { return a.error }
func (a *advised) Hint() string  { return a.hint }

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
	var coded interface { // of rooms with commands of their own
		ExitCode() int
		Hint() string
	}
	switch {
	case errors.As(err, &told):
		return told.code
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &held):
		return exitLocked
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, store.ErrNotFound), errors.Is(err, app.ErrNoDatabase), errors.Is(err, fs.ErrNotExist),
		errors.As(err, new(missing)):
		return exitNotFound
	}
	return exitError
}

// asGroup makes a command that only has others below it: alone it prints its
// help, and a word that is none of them is a wrong call.
func asGroup(cmd *cobra.Command) {
	cmd.SuggestionsMinimumDistance = 2
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := "run `" + cmd.CommandPath() + " --help`"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + cmd.CommandPath() + " " + near[0] + "?"
		}
		return &usageError{fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath()), hint}
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// atMostOne is for commands with one argument that may be left out.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return &usageError{fmt.Errorf("%s takes one argument, and there are %d", cmd.CommandPath(), len(args)),
		"put quotes around one that has spaces"}
}

// none is for commands that take no arguments.
func none(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{fmt.Errorf("%s takes no arguments, and %q was given", cmd.CommandPath(), args[0]),
		"run `" + cmd.CommandPath() + " --help`"}
}
