package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"seismo/internal/ctl"
	"seismo/internal/query"
)

func (s *shell) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: none,
		RunE: func(*cobra.Command, []string) error {
			return s.table(query.Table{Columns: []string{"version", "go", "os", "arch"},
				Rows: [][]any{{ctl.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}}})
		},
	}
}
