package ctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/deploy"
	"seismo/internal/doctor"
	"seismo/internal/logging"
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

// deploySession is a tool with all that it was opened with.
type deploySession struct {
	*deploy.Tool
	wish    deploy.Wish
	account *account.Account
	logging *logging.Tool
	close   func() error
}

// begin opens the account and finds out the Regions. Of all Regions, those count
// that the account can use, or, for what is there already, those with a stack.
func (f *deployFlags) begin(ctx context.Context, making bool) (*deploySession, error) {
	w, err := f.wanted()
	if err != nil {
		return nil, err
	}
	w.Regions = trimmed(w.Regions)
	if err := f.checkRegions("--region", w.Regions...); err != nil {
		return nil, err
	}
	all := slices.Contains(w.Regions, every)
	w.Regions = slices.DeleteFunc(w.Regions, func(r string) bool { return r == every })
	first := ""
	if len(w.Regions) > 0 {
		first = w.Regions[0]
	}
	a, err := f.open(ctx, f.Deps, first)
	if err != nil {
		return nil, err
	}
	if len(w.Regions) == 0 {
		own, err := f.ownRegion(a)
		if err != nil {
			return nil, err
		}
		w.Regions = []string{own}
	}
	if all { // those that are named, or the profile's, come first: the trail lives there
		for _, r := range doctor.Regions(a.Partition()) {
			if !slices.Contains(w.Regions, r) {
				w.Regions = append(w.Regions, r)
			}
		}
	}
	if err := w.Check(); err != nil {
		return nil, usage(err.Error(), "see `seismo deploy up --help`")
	}
	memory, err := f.remember(ctx)
	if err != nil {
		return nil, err
	}
	s := &deploySession{wish: w, account: a, close: memory.Close}
	s.logging = logging.New(a, logging.Options{Journal: memory, Memory: memory, Hold: memory.Hold, Log: f.Log(), Command: f.command, Tell: f.steps(&s.wish)})
	s.Tool = deploy.New(a, deploy.Options{Enabler: deploy.Logging(s.logging, f.force), Tell: f.tell, Command: f.command})
	if all {
		err = f.survey(ctx, s, making)
	}
	if err != nil {
		_ = memory.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

// survey leaves those of all Regions that count.
func (f *deployFlags) survey(ctx context.Context, s *deploySession, making bool) error {
	found, err := s.Survey(ctx, s.wish)
	if err != nil {
		return err
	}
	if len(found.Shut) > 0 {
		f.tell("left out, since the account has not enabled them: " + strings.Join(found.Shut, ", "))
	}
	s.wish.Regions = found.Open
	if !making {
		s.wish.Regions = found.Used
	}
	if len(s.wish.Regions) == 0 {
		return &exit{exitMissing, fmt.Sprintf("there is no stack of the environment %s in any Region", s.wish.Environment), "make them with: seismo deploy up --region all"}
	}
	return nil
}

// tell says one line of what goes on, beside JSON.
func (f *deployFlags) tell(line string) {
	if f.JSON() {
		f.warn("%s", line)
		return
	}
	f.say("%s", line)
}

// steps tells what logging does, like the lines of stacks; Regions do it at once.
func (f *deployFlags) steps(w *deploy.Wish) func(region, verb, setting string, err error) {
	var mu sync.Mutex
	return func(region, verb, setting string, err error) {
		if err == nil && verb == string(logging.Keep) {
			return
		}
		line := fmt.Sprintf("  %-8s %s", verb, setting)
		if len(w.Regions) > 1 {
			line = fmt.Sprintf("%-15s %s", region, line)
		}
		mu.Lock()
		defer mu.Unlock()
		f.tell(line)
	}
}

func (f *deployFlags) wanted() (deploy.Wish, error) {
	w := f.wish
	w.Parameters = map[string]string{}
	for _, p := range f.parameters {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return w, usage("--set takes NAME=VALUE", "`seismo deploy up --template-only` shows the names")
		}
		w.Parameters[strings.TrimSpace(name)] = value
	}
	return w, nil
}

func (f *deployFlags) plan(ctx context.Context) error {
	s, err := f.begin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	plans, err := s.Plan(ctx, s.wish)
	if err != nil {
		return err
	}
	if f.JSON() {
		err := f.object(plans)
		if err == nil && slices.ContainsFunc(plans, func(p deploy.StackPlan) bool { return p.Conflict != "" }) {
			return told(exitMissing)
		}
		return err
	}
	n, refused := 0, false
	for _, p := range plans {
		if p.Conflict != "" {
			refused = true
			f.say("%s  %s: %s", p.Region, p.Name, p.Conflict)
			continue
		}
		f.say("%s  %s  %s", p.Region, p.Name, standing(p))
		if p.Before != "" {
			f.say("  first: %s", p.Before)
		}
		for _, c := range p.Changes {
			n++
			line := fmt.Sprintf("  %-15s %-20s %-34s %s", c.Action, c.ID, c.Type, strings.TrimSpace(c.Physical+" "+strings.Join(c.Of, ", ")))
			f.say("%s", strings.TrimRight(line, " "))
		}
	}
	if refused {
		f.say("Nothing was changed, and `seismo deploy up` with the same flags would not begin.")
		return told(exitMissing)
	}
	if !s.wish.NoLogging {
		f.say("then Bedrock's logging is turned on and verified, as `seismo logging enable` does it; --no-logging leaves it as it is")
	}
	if n == 0 {
		f.say("No stack would be changed.")
	} else {
		f.say("%s. Nothing was changed. `seismo deploy up` with the same flags makes them.", several(n, "change"))
	}
	return nil
}

// standing says in a word or two how a stack stands.
func standing(p deploy.StackPlan) string {
	switch {
	case p.Status == "":
		return "(new)"
	case len(p.Changes) == 0 && p.Before == "":
		return "as it should be"
	}
	return strings.ToLower(strings.ReplaceAll(p.Status, "_", " "))
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (f *deployFlags) up(ctx context.Context) error {
	if f.templateOnly {
		text, err := deploy.Documents()
		if err == nil {
			_, err = fmt.Fprint(f.Out, text)
		}
		return err
	}
	if err := f.room(); err != nil {
		return err
	}
	s, err := f.begin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	made, err := s.Up(ctx, s.wish)
	if err != nil {
		return f.partly(made, err)
	}
	yaml, path := deploy.Configuration(s.wish, made), ""
	if f.configOut != "" {
		if path, err = f.writeConfiguration(yaml); err != nil {
			return err
		}
	}
	if f.JSON() {
		return f.object(map[string]any{"made": made, "configuration": yaml})
	}
	for _, m := range made {
		for _, d := range m.Dashboards {
			f.say("  %s", d.URL)
		}
	}
	f.say("")
	if path != "" {
		f.say("%s is the collector's configuration. Try it with: seismo doctor -c %s   Then collect: seismo serve -c %s", path, path, path)
		return nil
	}
	f.say("seismo.yaml of the collector (--config-out FILE writes it):")
	f.say("")
	_, err = fmt.Fprint(f.Out, yaml)
	return err
}

// partly shows what is there in the Regions that came out, when others did not. The
// collector's configuration waits until all are there.
func (f *deployFlags) partly(made []deploy.Made, err error) error {
	if len(made) == 0 {
		return err
	}
	if f.JSON() {
		if e := f.object(map[string]any{"made": made}); e != nil {
			return errors.Join(err, e)
		}
		return err
	}
	for _, m := range made {
		for _, d := range m.Dashboards {
			f.say("  %s", d.URL)
		}
	}
	return err
}

func (f *deployFlags) verify(ctx context.Context) error {
	s, err := f.begin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	states, err := s.Verify(ctx, s.wish, f.span)
	if err != nil {
		return err
	}
	bad, full := 0, 0
	var rows [][]string
	for _, w := range states {
		switch w.State {
		case deploy.HasData:
			full++
		case deploy.NotThere, deploy.Unread:
			bad++
		}
		rows = append(rows, []string{w.State, w.Dashboard, w.Widget, w.Why})
	}
	if f.JSON() {
		err = f.object(states)
	} else {
		f.rows([]string{"state", "dashboard", "widget", ""}, rows)
		f.say("%d of %d widgets have data, %d are missing or could not be read", full, len(states), bad)
	}
	if err == nil && bad > 0 {
		return told(exitMissing)
	}
	return err
}

func (f *deployFlags) status(ctx context.Context) error {
	s, err := f.begin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }()
	states, err := s.Status(ctx, s.wish, f.drift)
	if err != nil {
		return err
	}
	bad, gone := 0, 0
	for _, st := range states {
		if st.Status == deploy.Missing {
			gone++
		}
		if !st.Well || len(st.Drift) > 0 {
			bad++
		}
		if f.JSON() {
			continue
		}
		f.say("%s", strings.TrimRight(fmt.Sprintf("%-14s %-34s %s %s", st.Region, st.Name, st.Status, st.Why), " "))
		for _, d := range st.Drift {
			f.say("  %-9s %s (%s) %s", d.Status, d.ID, d.Name, strings.Join(d.Of, ", "))
		}
	}
	switch {
	case f.JSON():
		err = f.object(states)
	case gone > 0:
		f.say("%d of %d stacks are not there; `seismo deploy up` makes them", gone, len(states))
	case f.drift && bad == 0:
		f.say("all stacks are well, and nothing was changed beside them")
	}
	if err == nil && bad > 0 {
		return told(exitMissing)
	}
	return err
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
