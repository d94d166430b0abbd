package cli

import (
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"seismo/internal/app"
)

func (s *shell) demo() *cobra.Command {
	opt := app.DemoConfig{}
	var noBrowser bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a simulated month of Bedrock in the browser",
		Long: `Generate a month of an invented company on Bedrock (about 20,000 calls, with an
LLMjacking, a leaked key, a runaway agent and a cost spike inside), read it as if
it came from AWS, and show it in the browser. It needs no AWS account and touches
no other database; everything is removed at the end.`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opt.Ready = func(ready app.Ready) {
				if !noBrowser {
					defer browse(ready.URL)
				}
				if s.json {
					_ = s.object(ready)
					return
				}
				fmt.Fprintf(s.out, "seismo demo: %s simulated calls, read in %.1f s\n", show("", ready.Calls), ready.Took)
				if ready.Saving > 0 {
					fmt.Fprintf(s.out, "  storing each message once keeps %s of the agents' %s (%.1f times less)\n",
						bytesOf(ready.Kept), bytesOf(ready.Sent), ready.Saving)
				}
				fmt.Fprintf(s.out, "  open %s   (Ctrl-C ends it)\n", ready.URL)
				fmt.Fprintf(s.out, "  ask it: seismo --db %s report cost --by person\n", ready.DB)
			}
			return app.Demo(cmd.Context(), s.cfg, opt)
		},
	}
	cmd.Flags().StringVar(&opt.Listen, "listen", "127.0.0.1:8321", "loopback `ADDR` of the page; port 0 takes a free one")
	cmd.Flags().IntVar(&opt.Calls, "calls", 20_000, "about how many calls to simulate")
	cmd.Flags().Uint64Var(&opt.Seed, "seed", 1, "another seed makes another month")
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "open no browser")
	return cmd
}

// browse opens the page; where there is no browser, the address was printed.
func browse(url string) {
	open := "xdg-open"
	switch runtime.GOOS {
	case "darwin":
		open = "open"
	case "windows":
		open = "explorer"
	}
	if cmd := exec.Command(open, url); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
