package ctl

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
)

// Version is that of the build; "devel" when it was not built from a release.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	text := strings.TrimPrefix(info.Main.Version, "v")
	if text == "" || text == "(devel)" {
		return "devel"
	}
	return text
}

// version prints what seismo's own command of that name prints.
func version(d Deps) *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: none, RunE: func(*cobra.Command, []string) error {
		if !d.JSON() {
			_, err := fmt.Fprintf(d.Out, "seismo-aws %s, %s, %s/%s\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}
		text, err := json.Marshal([]any{map[string]string{"version": Version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}},
			json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("print as JSON: %w", err)
		}
		_, err = fmt.Fprintf(d.Out, "%s\n", text)
		return err
	}}
}
