package ctl

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"seismo/internal/deploy"
)

// hidden stands for what could be a secret.
const hidden = "…"

// commandOf is a command as it was given, to be shown where it is to be given
// again: as a shell takes it, and without what could be a secret.
func commandOf(c *cobra.Command) string {
	return c.CommandPath() + flagsOf(c, func(*pflag.Flag) bool { return true })
}

// flagsOf are those of the flags that a command was given, each with a space before
// it.
func flagsOf(c *cobra.Command, which func(*pflag.Flag) bool) (text string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if which(f) {
			text += " " + strings.Join(flagOf(f), " ")
		}
	})
	return text
}

// flagOf is one flag as it was given. Of one that can be repeated, what has commas
// of its own is given by itself each time.
func flagOf(f *pflag.Flag) []string {
	name := "--" + f.Name
	switch value := f.Value.(type) {
	case pflag.SliceValue:
		if f.Value.Type() != "stringArray" {
			return []string{name, quoted(strings.Join(value.GetSlice(), ","))}
		}
		var words []string
		for _, v := range value.GetSlice() {
			words = append(words, name, quoted(masked(v)))
		}
		return words
	}
	switch {
	case f.Value.Type() == "bool" && f.Value.String() == "true":
		return []string{name}
	case f.Value.Type() == "bool":
		return []string{name + "=" + f.Value.String()}
	case secretFlag(f.Name):
		return []string{name, hidden}
	}
	return []string{name, quoted(f.Value.String())}
}

// secretFlag says that a flag's value may be a secret.
func secretFlag(name string) bool {
	if name == "external-id" {
		return true
	}
	for _, p := range parameterFlags {
		if p[0] == name {
			return deploy.Secret(p[1])
		}
	}
	return false
}

// masked is NAME=VALUE without the value when that is a secret.
func masked(parameter string) string {
	if name, _, ok := strings.Cut(parameter, "="); ok && deploy.Secret(strings.TrimSpace(name)) {
		return name + "=" + hidden
	}
	return parameter
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	plain := word != "" && strings.IndexFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,._+:@%/=-…", r)
	}) < 0
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
