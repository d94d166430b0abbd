package doctor

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// exam is one run over all targets.
type exam struct {
	opt    Options
	quotas *account.Quotas
	seats  chan struct{} // one for each check that runs

	mu       sync.Mutex
	accounts map[account.Config]*patient
	regions  map[regionKey]bool // whose logging is being looked at
	wants    map[account.Config]wants
	report   Report
}

// wants is what some target of an account needs of its Regions. What none needs
// is asked all the same, for the report, and is then not missed.
type wants struct{ metrics, inventory bool }

type regionKey struct{ account, region string }

// patient is one way to reach AWS, and who it turned out to be.
type patient struct {
	once    sync.Once
	account *account.Account
	number  string // "" when nobody said
	arn     string // of the caller
	err     error  // why nothing works here
}

// subject is what the checks of one target share.
type subject struct {
	*exam
	*patient
	target Target
}

// target runs the checks of one target.
func (x *exam) target(ctx context.Context, t Target) {
	if t.Server != nil {
		subject{x, &patient{}, t}.server(ctx)
		return
	}
	s := subject{x, x.reach(ctx, t.Account), t}
	if s.err != nil {
		s.add(Check{Region: t.Account.Region, Action: "sts:GetCallerIdentity"}, s.err)
		s.skip("", "the others", "", "the credentials do not work")
		return
	}
	s.add(Check{Region: s.account.Region(), Action: "sts:GetCallerIdentity", Resource: s.arn}, nil)
	var work sync.WaitGroup
	for _, part := range s.parts() {
		work.Go(func() { part(ctx) })
	}
	work.Wait()
}

// parts are the groups of checks that the target calls for.
func (s subject) parts() []func(context.Context) {
	var list []func(context.Context)
	t := s.target
	if t.Queue != "" {
		list = append(list, s.queue)
	}
	if t.Bucket != "" {
		list = append(list, func(ctx context.Context) { s.bucket(ctx, t.Bucket, t.Prefix, true) })
	}
	for _, place := range t.Bodies {
		list = append(list, func(ctx context.Context) { s.bodies(ctx, place) })
	}
	if t.Group != "" || t.GroupPrefix != "" {
		list = append(list, s.group)
	}
	for _, region := range s.where() {
		if t.Lookup {
			list = append(list, func(ctx context.Context) { s.lookup(ctx, region) })
		}
		if t.Inventory {
			list = append(list, func(ctx context.Context) { s.inventory(ctx, region) })
		}
		if t.Publish != nil {
			list = append(list, func(ctx context.Context) { s.publish(ctx, region) })
		}
		if t.Mail != nil {
			list = append(list, func(ctx context.Context) { s.mail(ctx, region) })
		}
	}
	if t.Bill {
		list = append(list, func(ctx context.Context) { s.simulate(ctx, "", "*", []string{askBill}, wouldCost) })
	}
	if t.sends() {
		return list // where it writes to is not where models are called
	}
	for _, region := range s.watched() {
		list = append(list, func(ctx context.Context) { s.logging(ctx, region) })
	}
	return list
}

// where are the Regions that the target itself looks at.
func (s subject) where() []string {
	if len(s.target.Regions) > 0 {
		return s.target.Regions
	}
	return []string{s.account.Region()}
}

// reach opens the account of a configuration, once for all targets that share it.
func (x *exam) reach(ctx context.Context, cfg account.Config) *patient {
	x.mu.Lock()
	p := x.accounts[cfg]
	if p == nil {
		p = &patient{}
		x.accounts[cfg] = p
	}
	x.mu.Unlock()
	p.once.Do(func() { p.open(ctx, cfg, x) })
	return p
}

func (p *patient) open(ctx context.Context, cfg account.Config, x *exam) {
	p.account, p.err = account.Open(ctx, cfg, account.Options{Log: x.opt.Log, Client: x.opt.Client, Quotas: x.quotas})
	if p.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, x.opt.Patience)
	defer cancel()
	out, err := p.account.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil {
		p.number, p.arn = aws.ToString(out.Account), aws.ToString(out.Arn)
		return
	}
	err = account.Explain(err, "ask whose credentials these are")
	var f *source.Fault
	errors.As(err, &f)
	// A service that only speaks S3 has no STS, and an unreachable one may be of
	// no account of ours: the others are tried then.
	if cfg.Endpoint == "" || f != nil && (f.Kind == source.Expired || f.Action == "sts:AssumeRole") {
		p.err = err
	}
}

// try runs one check under its time limit and reports it.
func (s subject) try(ctx context.Context, c Check, call func(context.Context) error) error {
	err := s.look(ctx, c, call)
	s.add(c, err)
	return err
}

// ask is try for what may be missing: a reason says why nobody minds.
func (s subject) ask(ctx context.Context, reason string, c Check, call func(context.Context) error) error {
	if reason == "" {
		return s.try(ctx, c, call)
	}
	err := s.look(ctx, c, call)
	if err != nil {
		s.skip(c.Region, c.Action, c.Resource, "does not work, and is not missed: "+reason)
		return err
	}
	s.add(c, nil)
	return nil
}

// look is try without the report.
func (s subject) look(ctx context.Context, c Check, call func(context.Context) error) error {
	select {
	case s.seats <- struct{}{}:
		defer func() { <-s.seats }()
	case <-ctx.Done():
		return ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, s.opt.Patience)
	defer cancel()
	err := call(limited)
	if err != nil {
		err = s.optIn(c.Region, account.Explain(err, "try "+c.Action))
	}
	return err
}

// optIn says what refused credentials mean in a Region when they work in
// another: an account must switch some Regions on before it may use them.
func (s subject) optIn(region string, err error) error {
	var f *source.Fault
	if errors.As(err, &f) && f.Kind == source.Expired && s.number != "" && region != "" && region != s.account.Region() {
		f.Kind = source.Misconfigured
		f.Remedy = "Enable " + region + " for the account, or leave it out: these credentials work elsewhere."
	}
	return err
}

// add reports a check that was tried.
func (s subject) add(c Check, err error) {
	c.Source, c.Account, c.State = s.target.Source, s.number, OK
	if err != nil {
		c.State = Failed
		c.Why = account.Redact(err.Error())
		var f *source.Fault
		if errors.As(err, &f) {
			c.Remedy = f.Remedy
			c.Why = string(f.Kind) + ": " + said(f)
			if f.Kind == source.Forbidden {
				c.State = Missing
				if f.Action != "" && f.Action != c.Action {
					c.Action, c.Resource = f.Action, "" // another permission than the one that was tried
				}
				c.Resource = orElse(f.Resource, c.Resource)
			}
		}
	}
	s.put(c)
}

// said is what AWS said in its own words, or what kept it from saying anything.
func said(f *source.Fault) string {
	var api smithy.APIError
	switch {
	case errors.Is(f, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(f, &api):
		return account.Redact(api.ErrorCode() + ": " + api.ErrorMessage())
	case f.Err != nil:
		return account.Redact(f.Err.Error())
	}
	return f.What
}

// skip reports a check that was not tried.
func (s subject) skip(region, action, resource, why string) {
	s.put(Check{Source: s.target.Source, Account: s.number, Region: region, Action: action, Resource: resource, State: Skipped, Why: why})
}

func (s subject) put(c Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.report.Checks {
		if known == c {
			return
		}
	}
	s.report.Checks = append(s.report.Checks, c)
}

// found remembers what the source needs beside what its configuration names.
func (s subject) found(arn string) {
	if arn == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Found = append(s.report.Found, Found{s.target.Source, arn})
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
