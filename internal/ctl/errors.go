package ctl

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"seismo/internal/account"
)

// Exit codes; they are those of seismo's other commands.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitMissing     = 3 // something is missing, failed its verification, or drifted
	exitInterrupted = 130
)

// exit is an error with its exit code and remedy. Without a message its story
// has been told already.
type exit struct {
	code    int
	message string
	hint    string
}

func (e *exit) Error() string { return e.message }

// Hint is what to do about it, "" when the message says it all.
func (e *exit) Hint() string { return e.hint }

// ExitCode is the exit code of the process.
func (e *exit) ExitCode() int { return e.code }

func usage(message, hint string) error { return &exit{exitUsage, message, hint} }

// told ends a command whose output says already what is wrong.
func told(code int) error { return &exit{code: code} }

// group makes a command that only has others below it.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.SuggestionsMinimumDistance = 2
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := "run `" + cmd.CommandPath() + " --help`"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + cmd.CommandPath() + " " + near[0] + "?"
		}
		return usage(fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath()), hint)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// none is for commands that take no arguments.
func none(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Sprintf("%s takes no arguments, and %q was given", cmd.CommandPath(), args[0]), "run `"+cmd.CommandPath()+" --help`")
}

// hintOf is the remedy that an error carries, in the words of flags; "" when it has
// none.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return account.ForCommand(h.Hint())
	}
	return ""
}

// worded is an error whose remedy is in the words of flags, for who prints it.
type worded struct{ error }

func (w worded) Hint() string  { return hintOf(w.error) }
func (w worded) Unwrap() error { return w.error }

// inFlags words the remedy of a command's error; nil is nil.
func inFlags(err error) error {
	if err == nil {
		return nil
	}
	return worded{err}
}
