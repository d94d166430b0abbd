package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/coverage"
	"seismo/internal/query"
	"seismo/internal/web"
)

func (s *shell) coverage() *cobra.Command {
	var window spanFlags
	var hours bool
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Tell what seismo is blind to, and why",
		Long: `Hold four counts against one another, hour by hour and place by place: calls that
CloudWatch counted, calls that CloudTrail saw, records that AWS delivered, and
rows that are stored. What does not add up is a gap, with its cause as far as it
can be told and a remedy. Without --from it is about the last two days that there
is data of. "seismo docs coverage" explains the states.`,
		Example: `  seismo coverage
  seismo coverage --from 7d --hours`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, to, err := window.span()
			if err != nil {
				return err
			}
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			if to.IsZero() {
				status, err := r.Status(cmd.Context())
				if err != nil {
					return err
				}
				if to = time.Now().UTC(); !status.Newest.IsZero() && to.Sub(status.Newest) > 24*time.Hour {
					to = status.Newest
				}
				to = to.Truncate(time.Hour).Add(time.Hour)
			}
			if from.IsZero() {
				from = to.Add(-48 * time.Hour)
			}
			if !from.Before(to) || to.Sub(from) > (coverage.MostHours-2)*time.Hour {
				return usage("a span of at most 30 days can be measured", "give --from and --to: --from 7d")
			}
			meter, err := r.Coverage(cmd.Context(), from, to)
			if err != nil {
				return err
			}
			return s.covered(meter, hours)
		},
	}
	window.add(cmd)
	cmd.Flags().BoolVar(&hours, "hours", false, "print every hour with its four counts in place of the gaps")
	return cmd
}

// covered prints the meter.
func (s *shell) covered(m web.Coverage, hours bool) error {
	switch {
	case s.json:
		return s.object(m)
	case hours:
		return s.table(hourTable(m.Rows))
	}
	fmt.Fprintf(s.out, "%s to %s UTC: %d of %s have a row", m.From.Format("2006-01-02 15:04"), m.To.Format("2006-01-02 15:04"),
		m.Visible, plural(int(m.Calls), "call"))
	if m.NoBody > 0 {
		fmt.Fprintf(s.out, ", %d of them lost what was said", m.NoBody)
	}
	fmt.Fprintln(s.out)
	if len(m.Gaps) == 0 {
		_, err := fmt.Fprintln(s.out, "No gap is known.")
		return err
	}
	for _, g := range m.Gaps {
		where := g.Account + " " + g.Region
		if g.Endpoint != coverage.Runtime {
			where += " " + g.Endpoint
		}
		s.remark(g.State.Label(), fmt.Sprintf("%s, %s to %s: %s", where, g.From.Format("2 Jan 15:04"), g.To.Format("2 Jan 15:04"), plural(int(g.Calls), "call")),
			g.Why, g.Remedy)
	}
	return nil
}

// remark prints one thing to be said: what and where, why, and what to do.
func (s *shell) remark(what, where, why, remedy string) {
	fmt.Fprintf(s.out, "\n%-17s %s\n", plain(what), plain(where))
	for _, line := range []string{why, remedy} {
		if line != "" {
			fmt.Fprintf(s.out, "%-17s %s\n", "", plain(line))
		}
	}
}

func hourTable(rows []coverage.Row) query.Table {
	t := query.Table{Columns: []string{"hour", "account", "region", "endpoint", "state", "cloudwatch", "cloudtrail", "delivered", "stored", "missing"}}
	cell := func(n *int64) any {
		if n == nil {
			return nil
		}
		return *n
	}
	for _, r := range rows {
		if r.State != coverage.Quiet {
			t.Rows = append(t.Rows, []any{r.Hour.Format("01-02 15:04"), r.Account, r.Region, r.Endpoint, r.State.Label(),
				cell(r.Metric), cell(r.Trail), cell(r.Logs), r.Stored, r.Missing})
		}
	}
	return t
}
