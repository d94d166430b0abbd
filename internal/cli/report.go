package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/query"
)

func (s *shell) report() *cobra.Command {
	var by []string
	var filter, format string
	var window spanFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "report usage|performance|cost|security",
		Short: "Sum up calls by model, person, account and time",
		Long: `Print one table of numbers: usage, performance, cost or security. The reports of
a day, a week or a month are the commands below.`,
		Example: `  seismo report cost --by person
  seismo report usage --by model,day --from 2026-03-01
  seismo report performance --by model --where 'region:eu-west-1' --format csv`,
		ValidArgs: query.Reports(),
		Args: one("seismo report needs one of: "+strings.Join(query.Reports(), ", "),
			"for example: seismo report cost --by person"),
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := parseQuery(filter)
			if err != nil {
				return err
			}
			from, to, err := window.span()
			if err != nil {
				return err
			}
			a, err := query.Report(args[0], by, query.NoBucket, where, from, to)
			if err != nil {
				return &usageError{err, "seismo report --help"}
			}
			if limit > 0 {
				a.Limit = limit
			}
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			t, err := r.Aggregate(cmd.Context(), a)
			if err != nil {
				return err
			}
			return s.formatted(query.Finish(args[0], t), format)
		},
	}
	cmd.Flags().StringSliceVar(&by, "by", nil, "rows for each of these `FIELDS`: model, person, principal, account, region, operation, hour, day (up to three)")
	cmd.Flags().StringVar(&filter, "where", "", "only calls that fit this `QUERY`")
	cmd.Flags().StringVar(&format, "format", "table", "the `FORMAT`: table, json or csv")
	cmd.Flags().IntVar(&limit, "limit", 0, "most rows (default: all)")
	window.add(cmd)
	cmd.AddCommand(s.periodReports()...)
	return cmd
}

func (s *shell) formatted(t query.Table, format string) error {
	switch format {
	case "csv":
		return writeCSV(s.out, t)
	case "json":
		return writeJSON(s.out, t)
	case "table", "":
		return s.table(t)
	}
	return usage("no such format: "+format, "use table, json or csv")
}

func (s *shell) sql() *cobra.Command {
	var format, reason string
	var limit int
	cmd := &cobra.Command{
		Use:   "sql QUERY",
		Short: "Ask the database in read-only SQL",
		Long: `Run one SELECT. Views: calls (a row for each call of the invocation log), trail,
findings, quarantine, ledger, cursors, troubles, points. Names with dots are
columns in double quotes. What was said is not in these views; with --reveal WHY,
rows that have an id get the columns prompt and completion, and every reading is
written to the audit log with the reason. The query can read no file and no
network, and ends after 30 seconds.`,
		Example: `  seismo sql 'select model, sum("tokens.output") from calls group by all order by 2 desc'`,
		Args:    one("seismo sql needs one query", `for example: seismo sql 'select count(*) from calls'`),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return usage(fmt.Sprintf("a limit of %d", limit), "say how many rows at most: --limit 100")
			}
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			t, err := r.SQL(cmd.Context(), args[0], limit)
			if err != nil {
				return err
			}
			if len(t.Rows) == limit {
				fmt.Fprintf(s.err, "these are the first %d rows; there may be more: --limit %d\n", limit, limit*10)
			}
			if reason != "" {
				if t, err = s.reveal(cmd.Context(), r, t, reason); err != nil {
					return err
				}
			}
			return s.formatted(t, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "the `FORMAT`: table, json or csv")
	cmd.Flags().IntVar(&limit, "limit", 10_000, "most rows")
	cmd.Flags().StringVar(&reason, "reveal", "", "show what was said in the rows' calls, for the reason `WHY`")
	return cmd
}
