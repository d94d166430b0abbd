package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"seismo/internal/app"
)

const defaultListen = "127.0.0.1:8321"

func (s *shell) serve() *cobra.Command {
	opt := app.ServeConfig{}
	var file string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Collect from AWS and show the database in the browser",
		Long: `Show the database in the browser, and with a configuration file collect from AWS
all the while: S3 by queue or by listing, CloudWatch Logs, CloudTrail. The page
Sources tells how each source does; /metrics tells Prometheus. Ctrl-C or SIGTERM
ends it within ten seconds: what was begun is finished, the rest comes again.`,
		Example: `  seismo serve
  seismo serve -c seismo.yaml`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				f, err := app.LoadFile(file)
				if err != nil {
					return badConfig(err)
				}
				flags := s.cfg
				if !cmd.Flags().Changed("db") {
					flags.DB = ""
				}
				s.cfg = f.Config(flags)
				opt.File, opt.Telemetry = &f, f.Telemetry
				if !cmd.Flags().Changed("listen") {
					opt.Listen = cmp.Or(f.Listen, opt.Listen)
				}
			}
			opt.Ready = func(url string) { s.serving(url, file, opt.File) }
			return app.Serve(cmd.Context(), s.cfg, opt)
		},
	}
	s.modeFlag(cmd)
	s.contentFlags(cmd)
	cmd.Flags().StringVarP(&file, "config", "c", "", "what to collect: a YAML `FILE`; seismo init makes one")
	cmd.Flags().StringVar(&opt.Listen, "listen", defaultListen, "loopback `ADDR` of the page; port 0 takes a free one")
	return cmd
}

// serving says where the page is, and what is collected.
func (s *shell) serving(url, file string, f *app.File) {
	if s.json {
		_ = s.object(app.Ready{URL: url, DB: s.cfg.DB})
		return
	}
	fmt.Fprintf(s.out, "seismo serve: open %s   (Ctrl-C ends it)\n", url)
	switch {
	case f == nil:
	case len(f.Sources) == 0:
		fmt.Fprintf(s.out, "  %s names no sources: nothing is collected\n", plain(file))
	default:
		fmt.Fprintf(s.out, "  collecting from %s; see %ssources\n", plural(len(f.Sources), "source"), url)
	}
}

// badConfig is a wrong configuration: a wrong call, with every fault on a line.
func badConfig(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &usageError{err, "give -c another name, or have seismo init write one"}
	}
	if errors.Is(err, fs.ErrPermission) {
		return &usageError{err, unreadable(err, os.Geteuid())}
	}
	list := apart(err)
	if len(list) == 1 {
		return &usageError{err, hintOf(err)}
	}
	f := &faults{}
	for _, e := range list {
		f.lines = append(f.lines, e.Error())
		if hint := hintOf(e); hint != "" {
			f.lines = append(f.lines, "    "+hint)
		}
	}
	return &usageError{f, "mend them and start again; nothing was begun"}
}

// unreadable is what to do about a file that the user, who is not -1 but on
// Windows, may not read.
func unreadable(err error, user int) string {
	name := "the file"
	var at *fs.PathError
	if errors.As(err, &at) {
		name = at.Path
	}
	if user < 0 {
		return "give the user that runs seismo the right to read " + name
	}
	return fmt.Sprintf("seismo runs as user %d here: sudo chown %[1]d %[2]s, or run it as the file's owner.\n"+
		"In a container that is done on the host, before the file is mounted; keep the file to its owner (chmod 400)", user, name)
}

// apart takes joined errors apart, those that were joined of joined ones too.
func apart(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, apart(e)...)
	}
	return list
}

// faults is an error that takes several lines to tell.
type faults struct{ lines []string }

func (*faults) Error() string { return "the configuration has faults" }

// detailsOf are the further lines of an error that has some.
func detailsOf(err error) []string {
	var f *faults
	if errors.As(err, &f) {
		return f.lines
	}
	return nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return show("", int64(n)) + " " + noun + "s"
}
