package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

const longRoot = `seismo-aws prepares AWS accounts for seismo: it turns Bedrock's logging on, proves
that it works, and puts everything back. It has the commands of seismo that change
AWS accounts and none of the others, and needs no C library.`

// Main runs one command of the program that has only these, and returns its exit
// code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(in, out, errs)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var coded *exit
	isCoded := errors.As(err, &coded)
	if !isCoded || err.Error() != "" {
		fmt.Fprintln(errs, "seismo-aws: "+plain(err.Error()))
		if hint := hintOf(err); hint != "" {
			fmt.Fprintln(errs, "  "+plain(hint))
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

func newRoot(in io.Reader, out, errs io.Writer) *cobra.Command {
	var asJSON, verbose bool
	root := group(&cobra.Command{Use: "seismo-aws", Short: "Prepare AWS accounts for seismo", Long: longRoot,
		SilenceErrors: true, SilenceUsage: true})
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err.Error(), "run `"+cmd.CommandPath()+" --help`")
	})
	root.PersistentFlags().BoolVar(&asJSON, "json", false, "print JSON in place of text")
	root.PersistentFlags().BoolVarP(&verbose, "verbose", "v", false, "say more of what is done")
	log := func() *slog.Logger {
		level := slog.LevelWarn
		if verbose {
			level = slog.LevelDebug
		}
		return slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level}))
	}
	root.AddCommand(Commands(Deps{In: in, Out: out, Err: errs, JSON: func() bool { return asJSON }, Log: log})...)
	return root
}
