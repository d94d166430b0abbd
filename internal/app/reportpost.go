package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"seismo/internal/bill"
	"seismo/internal/mail"
	"seismo/internal/report"
)

// posting reads the section reports; none when the file has none.
func (f *File) posting() ([]report.Plan, error) {
	if !f.Reports.Given() {
		return nil, nil
	}
	c := &report.Config{}
	if err := f.Reports.Decode(c); err != nil {
		return nil, err
	}
	plans, err := c.Plans()
	if err != nil {
		return nil, located(f.Reports, "", err)
	}
	for _, p := range plans {
		for _, name := range p.Bill {
			if _, err := f.named(name); err != nil {
				return nil, f.Reports.Fault("bill", err.Error(), "add it to accounts, or name one that is there")
			}
		}
		if p.SMTP != nil {
			continue
		}
		if _, err := f.named(p.SES.Account); err != nil {
			return nil, f.Reports.Fault("ses", err.Error(), "add it to accounts, or name one that is there")
		}
	}
	return plans, nil
}

// posts starts to send the reports that the file says.
func (a *App) posts(ctx context.Context, f *File, r *reach, start func(func() error)) {
	if len(f.posted) == 0 {
		return
	}
	post := report.NewPost(f.posted, report.Deps{Ledger: a.state, Log: a.cfg.log(),
		Make: func(ctx context.Context, p report.Period) (report.Report, error) {
			from := ReportSources(a.Backend())
			if names := f.billed(); names != nil {
				from.Bills = f.bills(a.cfg, names)
			}
			made, err := report.Make(ctx, from, p, time.Now().In(p.From.Location()))
			made.Version = a.cfg.Version
			return made, err
		},
		Sender: func(ctx context.Context, p report.Plan) (mail.Sender, error) { return a.sender(ctx, f, p, r) },
	})
	a.outgoing.post.Store(post)
	start(func() error { return post.Run(ctx) })
}

func (a *App) sender(ctx context.Context, f *File, p report.Plan, r *reach) (mail.Sender, error) {
	if p.SMTP != nil {
		return p.SMTP, nil
	}
	way, err := f.named(p.SES.Account)
	if err != nil {
		return nil, err
	}
	at, err := deps{"reports", a, r, nil}.account(ctx, way)
	if err != nil {
		return nil, err
	}
	return mail.NewMailer(at, p.SES), nil
}

// SendReport makes the newest report of a kind that is over, or that of the day,
// and sends it now to whom the file says, whatever was sent before.
func SendReport(ctx context.Context, cfg Config, file *File, kind report.Kind, day string) (report.Report, []string, error) {
	plan := planned(file.posted, kind)
	if plan == nil {
		return report.Report{}, nil, &hinted{fmt.Errorf("the configuration names nobody to send the %s report to", kind),
			"add reports." + string(kind) + ".to to it"}
	}
	of := kind.Last(time.Now().In(plan.Zone))
	if day != "" {
		at, err := time.ParseInLocation(time.DateOnly, day, plan.Zone)
		if err != nil {
			return report.Report{}, nil, errors.New("not a day: " + day)
		}
		of = kind.At(at)
	}
	var bills bill.Ask
	if names := file.billed(); names != nil {
		bills = file.bills(cfg, names)
	}
	made, err := MakeReport(ctx, cfg, of, bills)
	if err != nil {
		return made, nil, err
	}
	m, err := report.Message(&made, *plan)
	if err != nil {
		return made, nil, err
	}
	sender, err := (&App{cfg: cfg}).sender(ctx, file, *plan, newReach(0))
	if err != nil {
		return made, nil, err
	}
	return made, plan.To, sender.Send(ctx, m)
}

func planned(plans []report.Plan, kind report.Kind) *report.Plan {
	at := slices.IndexFunc(plans, func(p report.Plan) bool { return p.Kind == kind })
	if at < 0 {
		return nil
	}
	return &plans[at]
}
