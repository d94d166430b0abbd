package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/bill"
	"seismo/internal/report"
)

// periodReports are the verbs of the reports of a day, a week and a month.
func (s *shell) periodReports() []*cobra.Command {
	var list []*cobra.Command
	for kind, of := range map[report.Kind]string{report.Daily: "a day", report.Weekly: "a week", report.Monthly: "a month"} {
		list = append(list, s.periodReport(kind, of))
	}
	return list
}

func (s *shell) periodReport(kind report.Kind, of string) *cobra.Command {
	var date, zone, out, file string
	var text, send, billed bool
	cmd := &cobra.Command{
		Use:   string(kind),
		Short: "The report of " + of + " as one HTML page, ready to print",
		Long: `Make the report of ` + of + `: usage, cost held against the period before, people,
teams, models, failures, findings, coverage, quarantine. The page needs nothing
beside itself and can be printed to PDF from a browser; --text is the same in
plain text. "seismo serve" sends it by e-mail when the configuration says so:
"seismo docs reports".`,
		Example: `  seismo report ` + string(kind) + ` --out report.html
  seismo report ` + string(kind) + ` --date 2026-03-05 --timezone Europe/Paris --text`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if send {
				return s.sendReport(cmd, kind, date, file)
			}
			p, err := period(kind, date, zone)
			if err != nil {
				return err
			}
			f, err := s.file(cmd, file)
			if err != nil {
				return err
			}
			var bills bill.Ask
			if billed {
				bills = app.Bills(s.cfg, f)
			}
			r, err := app.MakeReport(cmd.Context(), s.cfg, p, bills)
			if err != nil {
				return err
			}
			return s.give(&r, text, out)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "a `DAY` of the period, such as 2026-03-05 (default: the newest period that is over)")
	cmd.Flags().StringVar(&zone, "timezone", "UTC", "time `ZONE` in which days begin, such as Europe/Paris")
	cmd.Flags().BoolVar(&text, "text", false, "plain text in place of the page")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to a `FILE` in place of the standard output")
	cmd.Flags().BoolVar(&send, "send", false, "send it now, to whom --config says, whatever was sent before")
	cmd.Flags().StringVarP(&file, "config", "c", "", "a YAML `FILE` with the database, accounts and a section reports; --send needs it")
	cmd.Flags().BoolVar(&billed, "bill", false, "ask Cost Explorer what AWS billed, and hold the spend against it; AWS charges a cent for each request")
	return cmd
}

// sendReport sends a report at once, which also tries the settings.
func (s *shell) sendReport(cmd *cobra.Command, kind report.Kind, date, file string) error {
	f, err := s.file(cmd, file)
	if err != nil {
		return err
	}
	if f == nil {
		return usage("--send needs --config", "name the file with a section reports: -c seismo.yaml")
	}
	r, to, err := app.SendReport(cmd.Context(), s.cfg, f, kind, date)
	if err != nil {
		return err
	}
	if s.json {
		return s.object(map[string]any{"sent": r.Title(), "to": to})
	}
	_, err = fmt.Fprintf(s.out, "sent %q to %s\n", r.Title(), plural(len(to), "recipient"))
	return err
}

// period is the one that the flags mean.
func period(kind report.Kind, date, zone string) (report.Period, error) {
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return report.Period{}, usage("no such time zone: "+zone, "write one as Europe/Paris or UTC")
	}
	if date == "" {
		return kind.Last(time.Now().In(at)), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, date, at)
	if err != nil {
		return report.Period{}, usage("not a day: "+date, "write one as 2026-03-05")
	}
	return kind.At(day), nil
}

// give prints a report or writes it to a file, which is there whole or not at all.
func (s *shell) give(r *report.Report, text bool, out string) error {
	if s.json {
		return s.object(r)
	}
	page := []byte(r.Text())
	if !text {
		var err error
		if page, err = r.HTML(); err != nil {
			return err
		}
	}
	if out == "" {
		_, err := s.out.Write(page)
		return err
	}
	if err := replaceFile(out, page); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	fmt.Fprintf(s.err, "wrote %s: %s\n", out, r.Title())
	return nil
}

// replaceFile writes beside the file and puts that in its place. What says who
// called what is for its owner alone.
func replaceFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".seismo-report-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if end := f.Close(); err == nil {
		err = end
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
