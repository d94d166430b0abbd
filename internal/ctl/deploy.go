package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/deploy"
)

// deployFlags are what the commands of stacks are told.
type deployFlags struct {
	reach
	Deps
	wish       deploy.Wish
	parameters []string
	named      map[string]*string // flags that are parameters of their own

	command                                string // as it was given
	templateOnly, force, drift, deleteData bool
	configOut                              string
	span                                   time.Duration
}

// parameterFlags are the parameters that have a flag of their own: the flag, the
// parameter, and what it is.
var parameterFlags = [...][3]string{
	{"alert-email", "AlertEmail", "`ADDRESS` that alarms go to"},
	{"alert-webhook", "AlertWebhook", "https `URL` that alarms are posted to"},
	{"kms-key", "KmsKeyArn", "`ARN` of the key that seals buckets and groups (default: one is made)"},
	{"collect-by", "CollectBy", "how the queue hears of objects: `WAY` is sqs, sns or eventbridge (default sqs)"},
	{"reader", "ReaderPrincipal", "`ARN` of who may take the collector's role (default: this account)"},
	{"monthly-budget", "MonthlyBudget", "`DOLLARS` a month; 0 makes no budget"},
}

func (d Deps) deploy() *cobra.Command {
	f := &deployFlags{Deps: d, named: map[string]*string{}}
	cmd := group(&cobra.Command{
		Use:   "deploy",
		Short: "Make, check and remove the stacks that the logs need",
		Long: `Make the stacks that Bedrock's logs need in an account: buckets, a key, a queue,
log groups, roles, a trail, alarms, four dashboards and saved queries. Stacks are
changed by change sets of CloudFormation; what is broken off is taken up by the
next run.`,
		Example: `  seismo deploy plan --region eu-west-1
  seismo deploy up --region eu-west-1 --alert-email ops@example.com
  seismo deploy verify --region eu-west-1
  seismo deploy up --template-only > templates.yaml
  seismo deploy snippet systemd`,
	})
	cmd.AddCommand(
		f.verb("plan", "Show what up would add, change, replace and remove", f.upFlags, f.plan),
		f.verb("up", "Make or change the stacks, turn logging on and prove it", func(c *cobra.Command) {
			f.upFlags(c)
			c.Flags().BoolVar(&f.templateOnly, "template-only", false, "print every template and do nothing; needs no credentials")
			c.Flags().StringVar(&f.configOut, "config-out", "", "write the collector's configuration to `FILE` instead of printing it")
		}, f.up),
		f.verb("verify", "Say which dashboards are there and which widgets have data", func(c *cobra.Command) {
			f.common(c)
			c.Flags().DurationVar(&f.span, "since", 24*time.Hour, "how far back to look, such as 3h")
		}, f.verify),
		f.verb("status", "Show the stacks, and with --drift what somebody changed", func(c *cobra.Command) {
			f.common(c)
			c.Flags().BoolVar(&f.drift, "drift", false, "have CloudFormation compare the stacks with what is there")
		}, f.status),
		f.verb("down", "Remove the stacks; what holds logs stays", func(c *cobra.Command) {
			f.common(c)
			c.Flags().BoolVar(&f.deleteData, "delete-data", false, "delete buckets and log groups with their logs, and schedule the key's deletion; only what these stacks made")
			c.Flags().BoolVar(&f.force, "force", false, "turn logging off that goes to these stacks, where this state file does not know what was there before")
		}, f.down),
		f.snippet(),
	)
	return cmd
}

func (f *deployFlags) verb(name, short string, flags func(*cobra.Command), run func(context.Context) error) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: none}
	flags(cmd)
	cmd.RunE = func(c *cobra.Command, _ []string) error {
		f.command = commandOf(c) // before the flags below become parameters
		for _, p := range parameterFlags {
			if flag := c.Flags().Lookup(p[0]); flag != nil && flag.Changed {
				f.parameters = append(f.parameters, p[1]+"="+*f.named[name+p[0]])
			}
		}
		err := run(c.Context())
		// What changes something says itself how far it came, and how to go on.
		if err != nil && c.Context().Err() != nil && hintOf(err) == "" && errors.Is(err, context.Canceled) {
			return &exit{exitInterrupted, "interrupted; nothing was changed", "Go on with: " + f.command}
		}
		return inFlags(err)
	}
	return cmd
}

func (f *deployFlags) common(cmd *cobra.Command) {
	flags, w := cmd.Flags(), &f.wish
	flags.StringSliceVar(&w.Regions, "region", nil, "`REGION`s, or all; the trail lives in the first (repeatable, or with commas; default: the profile's)")
	flags.StringVar(&w.Environment, "environment", "prod", "`NAME` of the environment; it is part of all names")
	flags.StringVar(&w.NamePrefix, "name-prefix", "seismo", "`WORD` that names begin with")
	flags.BoolVar(&w.NoTrail, "no-trail", false, "leave CloudTrail out, with what counts its events")
	f.reach.add(cmd)
}

func (f *deployFlags) upFlags(cmd *cobra.Command) {
	f.common(cmd)
	flags := cmd.Flags()
	for _, p := range parameterFlags {
		value := new(string)
		f.named[cmd.Name()+p[0]] = value
		flags.StringVar(value, p[0], "", p[2])
	}
	flags.StringArrayVar(&f.parameters, "set", nil, "any parameter of the templates as `NAME=VALUE` (repeatable); what is not given stays as it was")
	flags.BoolVar(&f.wish.NoLogging, "no-logging", false, "leave Bedrock's logging as it is")
	flags.BoolVar(&f.force, "force", false, "replace where somebody else's logs go; seismo logging undo puts it back")
}

func (f *deployFlags) snippet() *cobra.Command {
	kinds := strings.Join(deploy.Snippets(), "|")
	return &cobra.Command{Use: "snippet " + kinds, Short: "Print a file that keeps the collector running",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usage("name one kind: "+kinds, "`seismo deploy snippet systemd` prints one")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := deploy.Snippet(args[0])
			if err != nil {
				return usage(err.Error(), "")
			}
			_, err = fmt.Fprint(f.Out, text)
			return err
		}}
}
