package ctl

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// reachFlags are the flags that choose an account and a state file, of every command.
var reachFlags = [...]string{"profile", "role-arn", "external-id", "endpoint", "state"}

// given keeps a command as it was given, to be shown where it is to be given again.
func (f *loggingFlags) given(c *cobra.Command) {
	f.command, f.root = commandOf(c), c.Root().Name()
	f.where = flagsOf(c, func(o *pflag.Flag) bool { return slices.Contains(reachFlags[:], o.Name) })
}

// said is the error of a command that tells of what it changed before it ends: one
// that comes to here changed nothing.
func (f *loggingFlags) said(err error) error {
	if err != nil && errors.Is(err, context.Canceled) {
		return &exit{code: exitInterrupted, message: "interrupted; nothing was changed", hint: "Go on with: " + f.command}
	}
	return inFlags(err)
}
