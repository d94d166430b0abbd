package ctl

import (
	"context"
	"errors"
	"slices"
	"strings"

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

// commandOf is a command as it was given.
func commandOf(c *cobra.Command) string {
	return c.CommandPath() + flagsOf(c, func(*pflag.Flag) bool { return true })
}

// flagsOf are the flags that a command was given. What could be a secret is left out.
func flagsOf(c *cobra.Command, which func(*pflag.Flag) bool) (text string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		value := strings.Trim(f.Value.String(), "[]")
		switch {
		case !which(f):
			return
		case f.Name == "external-id":
			value = "…"
		case f.Value.Type() == "bool":
			text += strings.TrimSuffix(" --"+f.Name+"="+value, "=true")
			return
		}
		text += " --" + f.Name + " " + value
	})
	return text
}

// said is the error of a command that tells of what it changed before it ends: one
// that comes to here changed nothing.
func (f *loggingFlags) said(err error) error {
	if err != nil && errors.Is(err, context.Canceled) {
		return &exit{code: exitInterrupted, message: "interrupted; nothing was changed", hint: "Go on with: " + f.command}
	}
	return err
}
