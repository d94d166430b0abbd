package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/publish"
	"seismo/internal/query"
)

func (s *shell) publish() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Write costs, tokens and errors back to CloudWatch",
		Long: `Write what seismo computed back to CloudWatch, for dashboards and alarms there.
"seismo serve" does so all the while when its configuration has a section
publish; "seismo docs publish" names the metrics.`,
	}
	asGroup(cmd)
	cmd.AddCommand(s.publishMetrics())
	return cmd
}

// publishFlags are the flags of publish metrics.
type publishFlags struct {
	file      string
	window    spanFlags
	dry       bool
	simulated bool
}

func (s *shell) publishMetrics() *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Publish the metrics of a span once",
		Long: `Publish the metrics of the calls since --from that were not published before:
what a former run or "seismo serve" has sent is not counted again. Without --from
it is the last 24 hours. CloudWatch takes nothing that is older than two weeks;
the command begins there and says so.

Without -c the file seismo.yaml of this folder says where to publish, if there
is one; else it is the account and Region of the AWS SDK's default chain.

CloudWatch bills metrics and lets nobody delete them. So the calls of the
invented company of "seismo demo" and "seismo simulate" are not published: they
are left out where there are others, and alone they are refused. --simulated
sends them.`,
		Example: `  seismo publish metrics --dry-run
  seismo publish metrics -c seismo.yaml --from 7d
  seismo publish metrics -c seismo.yaml --from 3d --to 2d`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.publishes(cmd, &f) },
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "where to publish: a YAML `FILE` with a section publish (default: seismo.yaml, if it is there)")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "print the points and send nothing")
	cmd.Flags().BoolVar(&f.simulated, "simulated", false, "publish the calls of the invented company too; they cannot be deleted from CloudWatch")
	f.window.add(cmd)
	cmd.Flags().Lookup("from").Usage += " (default: 24h)"
	cmd.Flags().Lookup("to").Usage += " (default: now)"
	return cmd
}

// publishes publishes what the flags say, and prints what was done.
func (s *shell) publishes(cmd *cobra.Command, flags *publishFlags) error {
	ask, err := s.publishing(flags)
	if err != nil {
		return err
	}
	file, err := s.file(cmd, s.usual(flags.file))
	if err != nil {
		return err
	}
	step, end := s.steps(s.err, "publishing")
	ask.Step = step
	got, err := app.PublishMetrics(cmd.Context(), s.cfg, file, ask)
	end()
	if err != nil {
		return err
	}
	s.simulation(&got, ask)
	switch {
	case ask.Dry:
		return s.points(got.Preview)
	case s.json:
		return s.object(got)
	}
	_, err = fmt.Fprintf(s.out, "published %s in %s\n", plural(got.Points, "point"), plural(got.Calls, "request"))
	return err
}

// publishing is what the flags ask for: a span that CloudWatch takes.
func (s *shell) publishing(flags *publishFlags) (app.Publishing, error) {
	ask := app.Publishing{Dry: flags.dry, Simulated: flags.simulated}
	from, to, err := flags.window.span()
	if err != nil {
		return ask, err
	}
	now := time.Now().UTC()
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-24 * time.Hour)
	}
	if !from.Before(to) {
		return ask, usage("--from is not before --to", "for example: --from 24h")
	}
	if oldest := publish.Oldest(now); from.Before(oldest) {
		if !oldest.Before(to) {
			return ask, usage("CloudWatch takes nothing that is older than two weeks, and all of this time is; nothing was published",
				"give a later --from: the oldest is "+oldest.Format("2006-01-02T15:04"))
		}
		fmt.Fprintf(s.err, "CloudWatch takes nothing that is older than two weeks: what was called before %s UTC is left out\n", oldest.Format("2006-01-02 15:04"))
		from = oldest
	}
	ask.From, ask.To = from, to
	return ask, nil
}

// simulation says what becomes of the calls of the invented company.
func (s *shell) simulation(got *app.Published, ask app.Publishing) {
	names := strings.Join(got.Simulated, ", ")
	switch {
	case names == "":
	case got.Left:
		fmt.Fprintf(s.err, "the simulated calls of %s are left out; --simulated publishes them too\n", names)
	case ask.Dry && !ask.Simulated:
		fmt.Fprintf(s.err, "these calls are simulated (%s): without --dry-run they are refused, unless --simulated is given\n", names)
	}
}

// usual is the configuration file that was named, else the one that lies in this
// folder, which is said, else none.
func (s *shell) usual(path string) string {
	if path != "" {
		return path
	}
	if _, err := os.Stat(usualConfig); err != nil {
		return ""
	}
	fmt.Fprintf(s.err, "%s of this folder says where to publish\n", usualConfig)
	return usualConfig
}

// file reads a configuration file that was named, and takes what it says of the
// database; nil when none was.
func (s *shell) file(cmd *cobra.Command, path string) (*app.File, error) {
	if path == "" {
		return nil, nil
	}
	f, err := app.LoadFile(path)
	if err != nil {
		return nil, badConfig(err)
	}
	flags := s.cfg
	if !cmd.Flags().Changed("db") {
		flags.DB = ""
	}
	s.cfg = f.Config(flags)
	return &f, nil
}

// points prints what would be sent.
func (s *shell) points(list []publish.Point) error {
	if s.json {
		if list == nil {
			list = []publish.Point{}
		}
		return s.object(list)
	}
	t := query.Table{Columns: []string{"time", "account", "region", "of", "metric", "value"}}
	for _, p := range list {
		value := p.Value
		if p.Values != nil { // the share of ones
			all := 0.0
			for i, n := range p.Counts {
				value += p.Values[i] * n
				all += n
			}
			value /= all
		}
		of := p.Dims["Model"] + p.Dims["Kind"]
		if of == "" {
			of = "all models"
		}
		t.Rows = append(t.Rows, []any{p.Time, p.Dims["Account"], p.Dims["Region"], of, p.Metric, value})
	}
	return writeTable(s.out, t)
}
