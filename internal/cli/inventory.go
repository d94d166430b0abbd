package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/inventory"
	"seismo/internal/query"
	"seismo/internal/web"
)

func (s *shell) inventory() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "Show what the accounts hold: profiles, guardrails, quotas, logging",
		Long: `Show what is known of the accounts beside their calls: inference profiles with
their tags, foundation models, guardrails and their strength, provisioned
throughput, quotas, tags of roles, the logging configuration, users of IAM
Identity Center. It is read by "seismo serve" from time to time and kept, so
that it can be shown without a network.`,
	}
	asGroup(cmd)
	show := s.inventoryShow()
	cmd.RunE = func(alone *cobra.Command, _ []string) error {
		show.SetContext(alone.Context())
		return show.RunE(show, nil)
	}
	cmd.AddCommand(show, s.inventoryRefresh())
	return cmd
}

func (s *shell) inventoryShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show [KIND]",
		Short: "Show what was seen last, and what is to be said of it",
		Example: `  seismo inventory show
  seismo inventory show guardrail
  seismo inventory show --json`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := strings.Join(args, "")
			if kind != "" && !slices.Contains(inventory.Kinds(), kind) {
				return usage("no such kind of thing: "+kind, "there are "+strings.Join(inventory.Kinds(), ", "))
			}
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			known, err := r.Inventory(cmd.Context())
			if err != nil {
				return err
			}
			return s.holdings(known, kind)
		},
	}
}

func (s *shell) inventoryRefresh() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "Look at the accounts now",
		Long: `Look at the accounts once and keep what was seen. Without a configuration file it
is the account of the SDK's default chain, in its own Region. What is not allowed
is said, with the missing permission; the rest is read all the same.`,
		Example: `  seismo inventory refresh -c seismo.yaml`,
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var from *app.File
			if file != "" {
				f, err := app.LoadFile(file)
				if err != nil {
					return badConfig(err)
				}
				flags := s.cfg
				if !cmd.Flags().Changed("db") {
					flags.DB = ""
				}
				s.cfg, from = f.Config(flags), &f
			}
			known, err := app.RefreshInventory(cmd.Context(), s.cfg, from)
			if err != nil {
				return err
			}
			return s.holdings(known, "")
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "the accounts and Regions to look at: a YAML `FILE`")
	return cmd
}

// holdings prints an inventory: all things of one kind, or how many there are of
// each, and what is to be said of them.
func (s *shell) holdings(known web.Inventory, kind string) error {
	if kind != "" {
		known.Items = slices.DeleteFunc(known.Items, func(i inventory.Item) bool { return i.Kind != kind })
		known.Looks = slices.DeleteFunc(known.Looks, func(l inventory.Look) bool { return l.Kind != kind })
	}
	switch {
	case s.json:
		return s.object(known)
	case kind != "":
		t := query.Table{Columns: []string{"account", "region", "id", "since", "what"}}
		for _, i := range known.Items {
			t.Rows = append(t.Rows, []any{i.Account, blank(i.Region), i.ID, i.First.Format(time.DateOnly), string(i.Body)})
		}
		return writeTable(s.out, t)
	case len(known.Looks) == 0:
		_, err := fmt.Fprintln(s.out, "Nothing was looked at yet: seismo inventory refresh, or a section inventory in seismo.yaml.")
		return err
	}
	t := query.Table{Columns: []string{"account", "region", "kind", "things", "seen", "fault"}}
	for _, l := range known.Looks {
		things := int64(0)
		for _, i := range known.Items {
			if i.Account == l.Account && i.Region == l.Region && i.Kind == l.Kind {
				things++
			}
		}
		t.Rows = append(t.Rows, []any{blank(l.Account), blank(l.Region), l.Kind, things, lastSeen(l.Seen), blank(l.Fault)})
	}
	if err := writeTable(s.out, t); err != nil {
		return err
	}
	s.posture(known.Posture)
	return nil
}

// posture prints what is not good.
func (s *shell) posture(rows []inventory.Posture) {
	good := 0
	for _, p := range rows {
		if p.Grade == inventory.Good {
			good++
			continue
		}
		where := strings.TrimSpace(p.Account + " " + p.Region)
		s.remark(p.Grade, where+", "+strings.TrimSpace(strings.ReplaceAll(p.Check, "_", " ")+" "+p.Subject), p.Why, p.Remedy)
	}
	if good > 0 {
		fmt.Fprintf(s.out, "\n%s found good\n", plural(good, "check"))
	}
}

func lastSeen(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02 15:04")
}
