package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"seismo/internal/logging"
)

// loggingFlags are what the commands of logging are told.
type loggingFlags struct {
	reach
	Deps
	regions      []string
	destinations []string
	wish         logging.Wish
	how          logging.Undoing

	canary              canaryFlags
	restore             bool
	command             string // as it was given
	root, where         string // of it: the program, and the flags of account and state file
	takesOut            string // the command that takes back what this one does, "" when none does
	verifyOnly, disable bool   // as the enablement guide's script spells them
}

func (d Deps) logging() *cobra.Command {
	f := &loggingFlags{Deps: d}
	cmd := group(&cobra.Command{
		Use:   "logging",
		Short: "Turn Bedrock's logging on, prove it, watch it, undo it",
		Long: `Turn on that Amazon Bedrock logs its model calls, with all that this needs: a
bucket in the same Region with the policy that lets Bedrock write, encryption, a
lifecycle; a log group with retention, and a role of least privilege. Every
command that changes something prints its plan first and writes down how to undo
each step before it does it.`,
		Example: `  seismo logging plan --region eu-west-1,us-east-1
  seismo logging enable --region eu-west-1
  seismo logging verify --region eu-west-1
  seismo logging undo --region eu-west-1`,
	})
	// The enablement guide's script has one verb and these flags in its place.
	f.wishFlags(cmd)
	f.guideFlags(cmd)
	help := cmd.RunE
	cmd.RunE = func(c *cobra.Command, args []string) error {
		if f.verifyOnly || f.disable {
			f.given(c)
			return f.said(f.enable(c.Context()))
		}
		return help(c, args)
	}
	cmd.AddCommand(
		f.verb("plan", "Show what enable would change, what it costs, and which permissions are missing", func(c *cobra.Command) { f.wishFlags(c); f.plannedCanary(c) }, f.plan),
		f.verb("enable", "Turn logging on, with all that it needs", func(c *cobra.Command) { f.wishFlags(c); f.guideFlags(c); f.canaryFlags(c) }, f.enable),
		f.verb("disable", "Turn logging off: put back what was there before", f.undoFlags, f.off),
		f.verb("undo", "Put back exactly what was there before the first change", f.undoFlags, f.undo),
	)
	cmd.AddCommand(f.seeing()...)
	cmd.AddCommand(d.trailGroup())
	return cmd
}

// verb is one command of logging.
func (f *loggingFlags) verb(name, short string, flags func(*cobra.Command), run func(context.Context) error) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: none, Long: longLogging[name],
		RunE: func(c *cobra.Command, _ []string) error {
			f.given(c)
			return f.said(run(c.Context()))
		}}
	flags(cmd)
	return cmd
}

func (f *loggingFlags) regionFlags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.regions, "region", nil, "`REGION`s, or all (repeatable, or with commas; default: the profile's)")
	f.reach.add(cmd)
}

func (f *loggingFlags) wishFlags(cmd *cobra.Command) {
	f.regionFlags(cmd)
	flags, w := cmd.Flags(), &f.wish
	flags.StringVar(&w.Environment, "environment", "prod", "`NAME` of the environment; it is part of the names of what is made")
	flags.StringSliceVar(&f.destinations, "destination", []string{"s3", "cloudwatch"}, "where records go: s3, cloudwatch or both")
	flags.BoolVar(&w.Data.Text, "text", true, "log text")
	flags.BoolVar(&w.Data.Image, "image", true, "log images")
	flags.BoolVar(&w.Data.Embedding, "embedding", true, "log embeddings")
	flags.BoolVar(&w.Data.Video, "video", true, "log video")
	flags.BoolVar(&w.Data.Audio, "audio", true, "log audio")
	flags.IntVar(&w.Retention, "retention", 0, "`DAYS` that the log group keeps records (default: as it is set, else 30)")
	flags.IntVar(&w.BucketDays, "bucket-retention", 0, "`DAYS` that the bucket keeps records (default: as it is set, else 365)")
	flags.StringVar(&w.Key, "kms-key", "", "`ARN` of a KMS key that seals bucket and group (default: S3's own encryption)")
	flags.StringVar(&w.Bucket, "bucket", "", "`NAME` of the bucket (default: "+logging.DefaultBucket+")")
	flags.StringVar(&w.Prefix, "prefix", "", "`PREFIX` of the keys in the bucket")
	flags.StringVar(&w.Group, "log-group", "", "`NAME` of the log group (default: "+logging.DefaultGroup+")")
	flags.StringVar(&w.Role, "role-name", "", "`NAME` of the role (default: "+logging.DefaultRole+")")
	flags.BoolVar(&w.Force, "force", false, "replace where somebody else's logs go; undo puts it back")
}

// guideFlags are spellings of the enablement guide's script.
func (f *loggingFlags) guideFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.verifyOnly, "verify-only", false, "do what seismo logging verify does")
	cmd.Flags().BoolVar(&f.disable, "disable", false, "do what seismo logging disable does")
}

func (f *loggingFlags) undoFlags(cmd *cobra.Command) {
	f.regionFlags(cmd)
	cmd.Flags().BoolVar(&f.how.DeleteData, "delete-data", false, "delete buckets and groups that were made here even where they hold logs")
	cmd.Flags().BoolVar(&f.how.Force, "force", false, "put back also what somebody changed since; of disable: turn off what was turned on elsewhere")
}

// session is a tool with all that it was opened with.
type session struct {
	*logging.Tool
	regions []string
	close   func()
}

// begin opens the account and the state file, and finds out the Regions.
func (f *loggingFlags) begin(ctx context.Context) (*session, error) {
	f.regions = trimmed(f.regions)
	if err := f.checkRegions("--region", f.regions...); err != nil {
		return nil, err
	}
	first := ""
	if at := slices.IndexFunc(f.regions, func(r string) bool { return r != every }); at >= 0 {
		first = f.regions[at]
	}
	a, err := f.open(ctx, f.Deps, first)
	if err != nil {
		return nil, err
	}
	regions, err := f.regionsOf(f.regions, a)
	if err != nil {
		return nil, err
	}
	memory, err := f.remember(ctx)
	if err != nil {
		return nil, err
	}
	tool := logging.New(a, logging.Options{Journal: memory, Memory: memory, Hold: memory.Hold, Command: f.command, Log: f.Log(), Seen: f.Seen, Tell: f.teller()})
	return &session{tool, regions, func() {
		_ = memory.Close() // what was committed is kept whether or not
	}}, nil
}

// teller prints each step as it is done.
func (f *loggingFlags) teller() func(region, verb, setting string, err error) {
	if f.JSON() {
		return nil
	}
	var mu sync.Mutex
	return func(region, verb, setting string, err error) {
		mu.Lock()
		defer mu.Unlock()
		mark := "✓"
		if err != nil {
			mark = "✗"
		}
		if err != nil || verb != string(logging.Keep) {
			f.say("%s %-14s %-8s %s", mark, region, verb, setting)
		}
	}
}

// wanted checks the wish that the flags make.
func (f *loggingFlags) wanted(regions int) (logging.Wish, error) {
	w := f.wish
	w.S3, w.CloudWatch = false, false
	for _, d := range f.destinations {
		switch strings.ToLower(strings.TrimSpace(d)) {
		case "s3":
			w.S3 = true
		case "cloudwatch":
			w.CloudWatch = true
		case "both":
			w.S3, w.CloudWatch = true, true
		default:
			return w, usage(fmt.Sprintf("--destination %q is none", d), "use s3, cloudwatch, or s3,cloudwatch")
		}
	}
	if err := w.Check(regions); err != nil {
		return w, usage(err.Error(), "see `seismo logging enable --help`")
	}
	return w, nil
}

func (f *loggingFlags) plan(ctx context.Context) error {
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	w, err := f.wanted(len(s.regions))
	if err != nil {
		return err
	}
	stop := f.looking(s.regions)
	plans, errs := s.Plan(ctx, w, s.regions)
	var ready []logging.Plan
	for i := range plans {
		if errs[i] == nil {
			ready = append(ready, plans[i])
		}
	}
	if f.canary.fly {
		for i := range ready {
			ready[i].WithCanary(f.canary.model)
		}
	}
	s.Estimate(ctx, ready)
	s.Permit(ctx, ready)
	stop()
	if err := f.show(ready); err != nil {
		return err
	}
	if err := logging.Join(errs); err != nil {
		return err
	}
	for _, p := range ready {
		if p.Conflict != "" {
			return told(exitMissing)
		}
	}
	f.closing(ready, strings.Replace(f.command, "logging plan", "logging enable", 1))
	return nil
}

func (f *loggingFlags) enable(ctx context.Context) error {
	switch {
	case f.verifyOnly && f.disable:
		return usage("--verify-only and --disable exclude each other", "give one of them")
	case f.verifyOnly:
		return f.verify(ctx)
	case f.disable:
		return f.off(ctx)
	}
	if err := f.checkCanary(); err != nil {
		return err
	}
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	w, err := f.wanted(len(s.regions))
	if err != nil {
		return err
	}
	stop := f.looking(s.regions)
	plans, errs := s.Plan(ctx, w, s.regions)
	stop()
	if err := logging.Join(errs); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	f.brief(plans)
	f.takesOut = "undo"
	return f.flyAfter(ctx, s, f.outcome(plans, s.Apply(ctx, plans), "logging is on in %s; prove it with: seismo logging verify --region %s"))
}

func (f *loggingFlags) off(ctx context.Context) error {
	return f.takeBack(ctx, func(s *session, regions []string) ([]logging.Plan, []error) {
		return s.PlanDisable(ctx, regions, f.how)
	}, func(s *session, plans []logging.Plan) []error { return s.Disable(ctx, plans, f.how) })
}

func (f *loggingFlags) undo(ctx context.Context) error {
	return f.takeBack(ctx, func(s *session, regions []string) ([]logging.Plan, []error) {
		return s.PlanUndo(ctx, regions, f.how)
	}, func(s *session, plans []logging.Plan) []error { return s.Undo(ctx, plans, f.how) })
}

func (f *loggingFlags) takeBack(ctx context.Context, plan func(*session, []string) ([]logging.Plan, []error), do func(*session, []logging.Plan) []error) error {
	s, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if slices.Contains(f.regions, every) { // of all Regions only those where something was done
		if s.regions, err = s.Undoable(ctx); err != nil {
			return err
		}
	}
	stop := f.looking(s.regions)
	plans, errs := plan(s, s.regions)
	stop()
	if err := logging.Join(errs); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	f.brief(plans)
	if len(plans) == 0 && !f.JSON() {
		f.say("seismo changed nothing in any Region, as far as this state file knows: there is nothing to undo")
	}
	if err := f.outcomes(plans, do(s, plans), f.back); err != nil {
		return err
	}
	for _, p := range plans {
		for _, step := range p.Steps {
			if step.Verb == logging.Leave && strings.Contains(step.Note, "--force") {
				return told(exitMissing)
			}
		}
	}
	return nil
}

// back is what is so after an undo.
func (f *loggingFlags) back(plan *logging.Plan) string {
	switch {
	case len(plan.Steps) == 0:
		return "seismo changed nothing in %s, as far as this state file knows: there is nothing to undo"
	case plan.TurnsOff():
		return "logging is off in %s; this turns it on again: " + f.like("undo", "%s")
	case plan.StaysOff():
		return "put back in %s, and logging is off there: what it wrote to before is not there any more"
	}
	return "put back in %s"
}
