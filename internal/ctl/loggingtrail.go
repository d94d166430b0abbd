package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/logging"
)

// trailFlags are what the commands of a trail are told.
type trailFlags struct {
	loggingFlags
	region string
	trail  logging.TrailWish
}

// trailGroup is the commands of CloudTrail's side of logging.
func (d Deps) trailGroup() *cobra.Command {
	f := &trailFlags{loggingFlags: loggingFlags{Deps: d}}
	cmd := group(&cobra.Command{
		Use:   "trail",
		Short: "CloudTrail: a trail of all Regions with Bedrock's data events",
		Long: `Agents, knowledge bases, flows, guardrails, async calls, AgentCore and the mantle
endpoint are seen by CloudTrail alone, and only where a trail selects their data
events, type by type. enable makes a trail of all Regions with log file validation
and its bucket, or takes one that exists with --trail, and adds the selectors of
Bedrock; what others select stays.`,
		Example: `  seismo logging trail plan --region us-east-1
  seismo logging trail enable --trail main --region us-east-1
  seismo logging trail undo --trail main --region us-east-1`,
	})
	verb := func(name, short string, flags func(*cobra.Command), run func(context.Context, *session) error) *cobra.Command {
		c := &cobra.Command{Use: name, Short: short, Args: none, RunE: func(c *cobra.Command, _ []string) error {
			if f.region != "" {
				f.regions = []string{f.region}
			}
			f.given(c)
			s, err := f.begin(c.Context())
			if err != nil {
				return f.said(err)
			}
			defer s.close()
			if err := f.trail.Check(); err != nil {
				return usage(err.Error(), "see `seismo logging trail enable --help`")
			}
			f.trail.Existing = f.trail.Trail != ""
			return f.said(run(c.Context(), s))
		}}
		f.nameFlags(c)
		flags(c)
		return c
	}
	nothing := func(*cobra.Command) {}
	cmd.AddCommand(
		verb("plan", "Show what enable would change", f.trailWishFlags, f.planTrail),
		verb("enable", "Make or complete the trail", f.trailWishFlags, f.enableTrail),
		verb("verify", "Check each property of the trail", nothing, f.verifyTrail),
		verb("disable", "Put back what was there before", f.deleteFlags, f.undoTrail),
		verb("undo", "Put back what was there before", f.deleteFlags, f.undoTrail),
	)
	return cmd
}

func (f *trailFlags) nameFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.region, "region", "", "home `REGION` of the trail (default: the profile's)")
	flags.StringVar(&f.trail.Environment, "environment", "prod", "`NAME` of the environment; it is part of the names of what is made")
	flags.StringVar(&f.trail.Trail, "trail", "", "`NAME` or ARN of a trail that is there (default: "+logging.DefaultTrail+", which enable makes)")
	f.reach.add(cmd)
}

func (f *trailFlags) trailWishFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.trail.Bucket, "bucket", "", "`NAME` of the bucket of a trail that is made (default: "+logging.DefaultTrailBucket+")")
	flags.BoolVar(&f.trail.CloudWatch, "cloudwatch", false, "deliver to a log group too, of a trail that is made")
	flags.StringVar(&f.trail.Group, "log-group", "", "`NAME` of that log group (default: "+logging.DefaultTrailGroup+")")
	flags.StringVar(&f.trail.Role, "role-name", "", "`NAME` of the role that writes there (default: "+logging.DefaultTrailRole+")")
	flags.BoolVar(&f.trail.Insights, "insights", false, "turn Insights on; CloudTrail charges for them")
	flags.StringVar(&f.trail.Key, "kms-key", "", "`ARN` of a KMS key that seals the trail's files, and the log group of a trail that is made (default: S3's own encryption)")
	flags.IntVar(&f.trail.Retention, "retention", 0, "`DAYS` that the log group keeps events (default: as it is set, else 30)")
	flags.IntVar(&f.trail.BucketDays, "bucket-retention", 0, "`DAYS` that the bucket keeps events (default: as it is set, else 365)")
}

func (f *trailFlags) deleteFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.how.DeleteData, "delete-data", false, "delete a bucket or group that was made here even where it holds logs")
	cmd.Flags().BoolVar(&f.how.Force, "force", false, "put back also what somebody changed since")
}

func (f *trailFlags) planTrail(ctx context.Context, s *session) error {
	stop := f.looking(s.regions[:1])
	plan, err := s.PlanTrail(ctx, f.trail, s.regions[0])
	stop()
	if err != nil {
		return err
	}
	plans := []logging.Plan{plan}
	s.Permit(ctx, plans)
	if err := f.show(plans); err != nil {
		return err
	}
	if plan.Conflict != "" {
		return told(exitMissing)
	}
	if !f.JSON() && plan.Changes() > 0 {
		f.say("cost: CloudTrail charges $%.2f for 100,000 data events, and $%.2f for 100,000 management events that", logging.DataEventPrice, logging.ManagementCopyPrice)
		f.say("  another trail records too; what the bucket keeps is charged beside. Prices are those of us-east-1, %s", logging.PricesOf)
	}
	f.closing(plans, strings.Replace(f.command, "trail plan", "trail enable", 1))
	return nil
}

func (f *trailFlags) enableTrail(ctx context.Context, s *session) error {
	stop := f.looking(s.regions[:1])
	plan, err := s.PlanTrail(ctx, f.trail, s.regions[0])
	stop()
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	f.brief([]logging.Plan{plan})
	err = s.ApplyTrail(ctx, &plan)
	which := ""
	if f.trail.Trail != "" {
		which = " --trail " + f.trail.Trail
	}
	f.takesOut = "trail undo" + which
	return f.outcome([]logging.Plan{plan}, []error{err}, "the trail records; prove it with: seismo logging trail verify --region %s"+which)
}

func (f *trailFlags) verifyTrail(ctx context.Context, s *session) error {
	stop := f.looking(s.regions[:1])
	list, err := s.VerifyTrail(ctx, f.trail, s.regions[0])
	stop()
	return f.checked(list, err)
}

func (f *trailFlags) undoTrail(ctx context.Context, s *session) error {
	stop := f.looking(s.regions[:1])
	plan, err := s.PlanTrailUndo(ctx, f.trail, s.regions[0], f.how)
	stop()
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	f.brief([]logging.Plan{plan})
	err = s.UndoTrail(ctx, &plan, f.how)
	well := "put back in %s"
	if len(plan.Steps) == 0 {
		name := f.trail.Trail
		if name == "" {
			name = strings.ReplaceAll(logging.DefaultTrail, "ENV", f.trail.Environment)
		}
		well = "seismo changed nothing of the trail " + name + " in %s, as far as this state file knows: there is nothing to undo"
	}
	return f.outcome([]logging.Plan{plan}, []error{err}, well)
}
