package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const longRoot = `seismo-aws prepares AWS accounts for seismo: it turns Bedrock's logging on, proves
that it works, and puts everything back. It has the commands of seismo that change
AWS accounts and none of the others, and needs no C library.`

// Main runs one command of the program that has only these, and returns its exit
// code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, newRoot(Deps{In: in, Out: out, Err: errs}), args, errs)
}

// run gives one command to the program and tells of its error.
func run(ctx context.Context, root *cobra.Command, args []string, errs io.Writer) int {
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var coded *exit
	isCoded := errors.As(err, &coded)
	if !isCoded || err.Error() != "" {
		fmt.Fprintln(errs, "seismo-aws: "+plain(ours(err.Error())))
		if hint := hintOf(err); hint != "" {
			fmt.Fprintln(errs, "  "+plain(ours(hint)))
		}
	}
	switch {
	case isCoded:
		return coded.code
	case ctx.Err() != nil:
		return exitInterrupted
	}
	return exitError
}

func newRoot(d Deps) *cobra.Command {
	var asJSON, verbose bool
	root := group(&cobra.Command{Use: "seismo-aws", Short: "Prepare AWS accounts for seismo", Long: longRoot,
		SilenceErrors: true, SilenceUsage: true})
	root.SetIn(d.In)
	root.SetOut(d.Out)
	root.SetErr(d.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err.Error(), "run `"+cmd.CommandPath()+" --help`")
	})
	root.PersistentFlags().BoolVar(&asJSON, "json", false, "print JSON in place of text")
	root.PersistentFlags().BoolVarP(&verbose, "verbose", "v", false, "say more of what is done")
	d.JSON = func() bool { return asJSON }
	d.Log = func() *slog.Logger {
		level := slog.LevelWarn
		if verbose {
			level = slog.LevelDebug
		}
		return slog.New(slog.NewTextHandler(d.Err, &slog.HandlerOptions{Level: level}))
	}
	root.AddCommand(Commands(d)...)
	root.AddCommand(version(d))
	owned(root)
	Fit(root, d.Out)
	return root
}

// owned makes the commands that texts name those of this program; seismo has the
// same commands, and shows them with its own name.
func owned(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		c.Example, c.Long, c.Short = ours(c.Example), ours(c.Long), ours(c.Short)
		change := func(f *pflag.Flag) { f.Usage = ours(f.Usage) }
		c.Flags().VisitAll(change)
		c.PersistentFlags().VisitAll(change)
		owned(c)
	}
}

// ours is a text that names commands of this program by its own name.
func ours(text string) string {
	return strings.NewReplacer("seismo logging ", "seismo-aws logging ", "seismo deploy ", "seismo-aws deploy ").Replace(text)
}
