package app

import (
	"context"
	"time"

	"seismo/internal/bill"
	"seismo/internal/coverage"
	"seismo/internal/report"
	"seismo/internal/web"
)

// ReportSources are what a report is made from: a database or the process that
// holds it.
func ReportSources(b web.Backend) report.Sources {
	return report.Sources{Rows: b.Searcher, Invented: invented, Findings: b.Findings, Quarantine: b.Quarantine,
		Coverage: func(ctx context.Context, from, to time.Time) (coverage.Report, error) {
			c, err := b.Coverage(ctx, from, to)
			return c.Report, err
		}}
}

// MakeReport makes the report of a period from the database. bills asks for bills
// to hold it against, such as Bills; nil asks nobody.
func MakeReport(ctx context.Context, cfg Config, p report.Period, bills bill.Ask) (report.Report, error) {
	r, err := OpenReader(ctx, cfg)
	if err != nil {
		return report.Report{}, err
	}
	defer r.Close()
	from := ReportSources(r.Backend)
	from.Bills = bills
	made, err := report.Make(ctx, from, p, time.Now().In(p.From.Location()))
	made.Version = cfg.Version
	return made, err
}
