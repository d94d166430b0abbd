package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"seismo/internal/query"
)

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}

func (s *shell) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: none,
		RunE: func(*cobra.Command, []string) error {
			return s.table(query.Table{Columns: []string{"version", "go", "os", "arch"},
				Rows: [][]any{{version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}}})
		},
	}
}
