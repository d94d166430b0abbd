package cli

import (
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/web"
)

func (s *shell) quarantine() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "What could not be read: list, show, retry",
		Long: `Whatever cannot be read is kept here, sealed, with the reason and the place it
came from, until a retry puts it right: after an update of seismo, say.`,
	}
	cmd.AddCommand(s.quarantineList(), s.quarantineShow(), s.quarantineRetry())
	asGroup(cmd)
	return cmd
}

func (s *shell) quarantineList() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List what could not be read, newest first", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			items, err := r.Quarantine(cmd.Context(), limit)
			if err != nil {
				return err
			}
			return s.table(quarantineTable(items))
		},
	}
	cmd.Flags().IntVarP(&limit, "limit", "n", 100, "most items to print")
	return cmd
}

func quarantineTable(items []store.Quarantined) query.Table {
	t := query.Table{Columns: []string{"id", "time", "reason", "detail", "origin", "line", "size", "sha256"}}
	for _, q := range items {
		t.Rows = append(t.Rows, []any{q.ID, q.Time, q.Reason, q.Detail,
			firstOf(q.Origin.Key, q.Origin.Group), whole(q.Origin.Line), q.Size, q.SHA256})
	}
	return t
}

func (s *shell) quarantineShow() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "show ID", Short: "Print the bytes of one item (at most the first MiB)",
		Args: one("seismo quarantine show needs an id", "ids are the first column of: seismo quarantine list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := app.Open(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer a.Close()
			item, err := a.Quarantined(cmd.Context(), args[0], s.reader("quarantine show", reason))
			if err != nil {
				return err
			}
			text := string(item.Bytes)
			if onTerminal(s.out) {
				text = plain(text)
			}
			_, err = fmt.Fprintln(s.out, text)
			return err
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why it is read, for the audit log")
	return cmd
}

func (s *shell) quarantineRetry() *cobra.Command {
	cmd := &cobra.Command{
		Use: "retry", Short: "Try to read every item again", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := app.Open(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer a.Close()
			done, err := a.Retry(cmd.Context())
			if err != nil {
				return err
			}
			if s.json {
				return writeJSON(s.out, query.Table{Columns: []string{"tried", "resolved", "stored", "remaining"},
					Rows: [][]any{{done.Tried, done.Resolved, done.Stored, done.Tried - done.Resolved}}})
			}
			_, err = fmt.Fprintf(s.out, "%d tried, %d put right (%d events stored), %d remain\n",
				done.Tried, done.Resolved, done.Stored, done.Tried-done.Resolved)
			return err
		},
	}
	s.contentFlags(cmd)
	return cmd
}

func (s *shell) erase() *cobra.Command {
	cmd := &cobra.Command{Use: "erase", Short: "Make what a person said unreadable, for good"}
	var yes bool
	person := &cobra.Command{
		Use:   "person NAME",
		Short: "Remove a person's key and take the name off their calls",
		Long: `Remove the key under which everything this person said is sealed, and take the
name, address and agent off their calls. Counts and costs stay. It cannot be
undone, and it holds when the same logs are read again.`,
		Example: "  seismo erase person alice@example.com --yes",
		Args:    one("seismo erase person needs a name", "names are shown by: seismo report usage --by person"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return usage("this cannot be undone", "say --yes if you mean it")
			}
			a, err := app.Open(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer a.Close()
			gone, err := a.Erase(cmd.Context(), args[0], s.reader("erase", ""))
			if err != nil {
				return err
			}
			if gone.Calls == 0 && gone.Blocks == 0 {
				fmt.Fprintln(s.err, "nobody of this name was found; look at the spelling: seismo report usage --by person. Logs read later will be kept without this name")
			}
			for _, name := range a.Aside() {
				fmt.Fprintln(s.err, "a damaged database that lies aside may still hold the name; delete it: "+plain(name))
			}
			return s.table(query.Table{Columns: []string{"calls", "blocks"}, Rows: [][]any{{gone.Calls, gone.Blocks}}})
		},
	}
	person.Flags().BoolVar(&yes, "yes", false, "do it")
	cmd.AddCommand(person)
	asGroup(cmd)
	return cmd
}

// reader names who reads, for the audit log.
func (s *shell) reader(action, reason string) web.Reader {
	actor := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		actor = u.Username
	}
	return web.Reader{Actor: actor, Action: "cli " + action, Reason: reason}
}
