package cli

import (
	"fmt"
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

func (s *shell) publishMetrics() *cobra.Command {
	var file string
	var window spanFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Publish the metrics of a span once",
		Long: `Publish the metrics of the calls since --from that were not published before: what
a former run or "seismo serve" has sent is not counted again. CloudWatch takes
nothing that is older than two weeks.`,
		Example: `  seismo publish metrics -c seismo.yaml --from 24h --dry-run
  seismo publish metrics -c seismo.yaml --from 2026-03-01 --to 2026-03-02`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, to, err := window.span()
			if err != nil {
				return err
			}
			now := time.Now().UTC()
			if from.IsZero() {
				from = now.Add(-24 * time.Hour)
			}
			if to.IsZero() {
				to = now
			}
			if !from.Before(to) {
				return usage("--from is not before --to", "for example: --from 24h")
			}
			f, err := s.file(cmd, file)
			if err != nil {
				return err
			}
			got, list, err := app.PublishMetrics(cmd.Context(), s.cfg, f, from, to, dry)
			if err != nil {
				return err
			}
			if dry {
				return s.points(list)
			}
			if s.json {
				return s.object(got)
			}
			_, err = fmt.Fprintf(s.out, "published %s in %s\n", plural(got.Points, "point"), plural(got.Calls, "request"))
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "where to publish: a YAML `FILE` with a section publish")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the points and send nothing")
	window.add(cmd)
	return cmd
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
