package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/query"
)

func (s *shell) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Who read what was said: list, verify",
		Long: `Every reading of what was said, and every erasure, is written to the audit log
before it happens. Its entries are chained under the master key: none can be
changed, added or removed unseen.`,
	}
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "List the newest entries", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := app.AuditList(cmd.Context(), s.cfg, limit)
			if err != nil {
				return err
			}
			t := query.Table{Columns: []string{"seq", "time", "actor", "action", "target", "reason"}}
			for _, e := range entries {
				t.Rows = append(t.Rows, []any{e.Seq, e.Time, e.Actor, e.Action, e.Target, e.Reason})
			}
			return s.table(t)
		},
	}
	list.Flags().IntVarP(&limit, "limit", "n", 100, "most entries to print")
	verify := &cobra.Command{
		Use: "verify", Short: "Look whether an entry was changed, added or removed", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := app.AuditVerify(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			if s.json {
				return writeJSON(s.out, query.Table{Columns: []string{"entries"}, Rows: [][]any{{n}}})
			}
			_, err = fmt.Fprintf(s.out, "%d entries, nothing was changed\n", n)
			return err
		},
	}
	cmd.AddCommand(list, verify)
	asGroup(cmd)
	return cmd
}
