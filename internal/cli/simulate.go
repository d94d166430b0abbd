package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/query"
	"seismo/internal/simulate"
)

func (s *shell) simulate() *cobra.Command {
	var out, end string
	var cfg simulate.Config
	names := storyNames()
	cmd := &cobra.Command{
		Use:   "simulate [STORY...] --out DIR",
		Short: "Write the logs of an invented company, as AWS would",
		Long: `Write a month of an invented company on Bedrock as raw files in AWS's layout:
invocation logs, large bodies and CloudTrail. The same arguments give the same
bytes. Without a story's name all of them happen:

` + storyList(),
		Example:   "  seismo simulate --out logs --calls 5000\n  seismo simulate llmjacking --out logs --seed 7 --end 2026-02-28",
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			for _, name := range args {
				if !slices.Contains(names, name) {
					return usage("no such story: "+name, "stories are: "+strings.Join(names, ", "))
				}
			}
			if out == "" {
				return usage("seismo simulate needs a folder to write to", "for example: seismo simulate --out logs")
			}
			if len(args) > 0 {
				cfg.Stories = args
			}
			if cfg.End, err = when(end); err != nil {
				return err
			}
			sum, err := simulate.Write(cmd.Context(), cfg, out, nil)
			if err != nil {
				return err
			}
			if s.json {
				return writeJSON(s.out, query.Table{Columns: []string{"objects", "calls", "trail", "bytes"},
					Rows: [][]any{{int64(sum.Objects), int64(sum.Calls), int64(sum.Trail), sum.Bytes}}})
			}
			_, err = fmt.Fprintf(s.out, "%s calls and %s CloudTrail events in %s files (%s of JSON) below %s\n",
				show("", int64(sum.Calls)), show("", int64(sum.Trail)), show("", int64(sum.Objects)), bytesOf(sum.Bytes), out)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the `DIR` to write to")
	cmd.Flags().Uint64Var(&cfg.Seed, "seed", 1, "another seed makes another month")
	cmd.Flags().IntVar(&cfg.Calls, "calls", 20_000, "about how many calls")
	cmd.Flags().StringVar(&end, "end", "", "last `DATE` of the month (default 2026-03-31)")
	return cmd
}

func storyNames() (names []string) {
	for _, story := range simulate.Stories() {
		names = append(names, story.Name)
	}
	return names
}

func storyList() string {
	var b strings.Builder
	for _, story := range simulate.Stories() {
		fmt.Fprintf(&b, "  %-14s %s\n", story.Name, story.Title)
	}
	return b.String()
}
