// Package cli is the command line: one file a verb, which reads its flags, asks
// app, and prints. Every verb takes --db and --json.
//
// It never holds logic that another door would need too, and never prints
// control characters that came from a log.
package cli

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

	"seismo/internal/app"
	"seismo/internal/ctl"
	"seismo/internal/store"
)

// shell is what the verbs share: streams and global flags.
type shell struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	verbose  bool
	cfg      app.Config
}

// Main runs one command and returns its exit code; see ExitCodes.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	private()
	s := &shell{in: in, out: out, err: errs}
	root := s.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	switch {
	case errors.As(err, new(silent)), err.Error() == "":
	case ctx.Err() != nil && errors.Is(err, context.Canceled) && hintOf(err) == "":
		fmt.Fprintln(errs, "seismo: interrupted; what was committed stays")
	default:
		fmt.Fprintln(errs, "seismo: "+plain(err.Error()))
		for _, text := range detailsOf(err) {
			fmt.Fprintln(errs, "  "+plain(text))
		}
		if hint := hintOf(err); hint != "" {
			for line := range strings.SplitSeq(hint, "\n") {
				fmt.Fprintln(errs, "  "+plain(line))
			}
		}
	}
	return exitCode(ctx, err)
}

func (s *shell) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "seismo",
		Short:         "A seismograph for Amazon Bedrock",
		Long:          longRoot,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			s.cfg.Command = cmd.CommandPath()
			s.cfg.Log = s.logger()
			s.cfg.Version = ctl.Version()
			s.cfg.Self = self()
		},
	}
	asGroup(root)
	ctl.Fit(root, s.out)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err, "run `" + cmd.CommandPath() + " --help`"}
	})
	flags := root.PersistentFlags()
	flags.StringVar(&s.cfg.DB, "db", app.DefaultDB(), "the database `FILE`; its key and state lie beside it")
	flags.BoolVar(&s.json, "json", false, "print JSON in place of tables")
	flags.BoolVarP(&s.verbose, "verbose", "v", false, "say more of what is done (never of what was said)")
	root.AddGroup(
		&cobra.Group{ID: "start", Title: "Start here:"},
		&cobra.Group{ID: "read", Title: "Read:"},
		&cobra.Group{ID: "keep", Title: "Keep:"},
		&cobra.Group{ID: "aws", Title: "Prepare AWS accounts:"},
		&cobra.Group{ID: "tools", Title: "Tools:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, cmd := range cmds {
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	add("start", s.demo(), s.ingest(), s.init(), s.serve(), s.doctor())
	add("read", s.search(), s.report(), s.raw(), s.sql(), s.prices(), s.coverage(), s.inventory())
	add("keep", s.quarantine(), s.erase(), s.audit(), s.db(), s.publish())
	add("aws", ctl.Commands(ctl.Deps{In: s.in, Out: s.out, Err: s.err, Stored: s.stored, Seen: s.seen,
		JSON: func() bool { return s.json }, Log: func() *slog.Logger { return s.cfg.Log }})...)
	add("tools", s.queue(), s.trail(), s.normalize(), s.simulate(), s.docs(), s.version())
	return root
}

func (s *shell) logger() *slog.Logger {
	level := slog.LevelWarn
	if s.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}

// contentFlags are the flags of verbs that make rows: what is known of prices,
// people and networks, and how much of the text is kept.
func (s *shell) contentFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&s.cfg.Prices, "prices", nil, "a price `FILE` of your own; its entries win (repeatable)")
	flags.StringVar(&s.cfg.People, "people", "", "a map `FILE` of roles and sessions to people, teams and apps")
	flags.StringArrayVar(&s.cfg.Geo, "geo", nil, "an MMDB `FILE` with countries or networks (repeatable); none is shipped")
	flags.StringArrayVar(&s.cfg.TrailSources, "trail-source", nil, "a further CloudTrail event `SOURCE` to keep, such as ec2.amazonaws.com (repeatable)")
	flags.Int64Var(&s.cfg.MaxLine, "max-line", 0, "longest record in `BYTES`; longer ones go to quarantine (default 64 MiB)")
}

func (s *shell) modeFlag(cmd *cobra.Command) {
	cmd.Flags().Var((*modeFlag)(&s.cfg.Mode), "mode",
		"how much of what was said is kept: full (sealed), redacted (sealed, secrets masked) or metadata (nothing); default: as last time, at first full")
}

// modeFlag takes only the modes that there are: a typing error must never keep
// more than was meant.
type modeFlag store.Mode

func (m *modeFlag) String() string { return string(*m) }
func (m *modeFlag) Type() string   { return "MODE" }

func (m *modeFlag) Set(text string) error {
	switch mode := store.Mode(text); mode {
	case store.Full, store.Redacted, store.Metadata:
		*m = modeFlag(mode)
		return nil
	}
	return errors.New("use full, redacted or metadata")
}

const longRoot = `seismo reads the logs that Amazon Bedrock writes and makes one readable, priced
row of every model call: who called which model, what was said, what it cost,
what failed. Everything stays on this machine, and what was said lies sealed.

  seismo demo                      a simulated month, in the browser
  seismo init                      a configuration to collect from AWS with
  seismo serve -c seismo.yaml      collect, and show it in the browser
  seismo ingest FOLDER             your own logs, once; s3://bucket/prefix too
  seismo report cost --by person   who spent what
  seismo search 'model:claude* person:alice "quarterly report"'`
