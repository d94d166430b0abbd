package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/query"
	"seismo/internal/store"
)

func (s *shell) prices() *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "prices [MODEL]",
		Short: "Show the price book, or explain one call's sum",
		Long: `Show the prices in force, with source, date and doubts: the book that comes with
seismo, overridden by your own files. No price is ever computed from another, and
a call without a price is shown as unpriced with its reason, never as $0.`,
		Example: `  seismo prices claude-sonnet
  seismo prices --prices ours.yaml nova
  seismo prices explain ID`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			s.cfg.Prices = files
			path, err := app.NewPath(s.cfg)
			if err != nil {
				return err
			}
			defer path.Close()
			t := query.Table{Columns: []string{"model", "price", "usd", "per", "from", "source", "date", "doubt"}}
			for _, e := range path.Book().Entries(strings.Join(args, "")) {
				for _, p := range e.Prices() {
					t.Rows = append(t.Rows, []any{e.Name(), p.Item, p.USD, p.Unit, day(e.From), e.Source, e.Date, blank(e.Doubt)})
				}
				if e.Unpriced != "" {
					t.Rows = append(t.Rows, []any{e.Name(), "unpriced", nil, nil, day(e.From), e.Source, e.Date, e.Unpriced})
				}
			}
			if err := s.table(t); err != nil {
				return err
			}
			for _, warning := range path.Book().Warnings() {
				fmt.Fprintln(s.err, "warning: "+warning)
			}
			return nil
		},
	}
	cmd.PersistentFlags().StringArrayVar(&files, "prices", nil, "a price `FILE` of your own; its entries win (repeatable)")
	cmd.AddCommand(s.explain())
	return cmd
}

func (s *shell) explain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID",
		Short: "Show how one call's price was summed up",
		Args:  one("seismo prices explain needs an id", "ids are the last column of: seismo search"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			page, err := r.Search(cmd.Context(), query.Query{Limit: 1, Where: query.Compare{
				Field: "id", Op: query.Like, Value: strings.ToLower(args[0]) + "*"}})
			if err != nil {
				return err
			}
			if len(page.Events) == 0 {
				return store.ErrNotFound
			}
			cost := page.Events[0].Cost
			if s.json {
				return s.object(cost)
			}
			path, err := app.NewPath(s.cfg)
			if err != nil {
				return err
			}
			defer path.Close()
			_, err = fmt.Fprintln(s.out, strings.TrimRight(path.Book().Explain(cost), "\n"))
			return err
		},
	}
}

func day(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.DateOnly)
}

func blank(text string) any {
	if text == "" {
		return nil
	}
	return text
}
