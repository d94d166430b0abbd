package ctl

import (
	"fmt"
	"strings"

	prettytext "github.com/jedib0t/go-pretty/v6/text"

	"seismo/internal/logging"
)

var longLogging = map[string]string{
	"plan": `Read what is there in all Regions at once and print what enable would change: each
setting before and after, what a month costs as far as CloudWatch counts calls,
the IAM actions, and which of them are missing as far as IAM tells. Nothing is
changed. Exit code 3 says that enable would refuse.`,
	"enable": `Make what logging needs, in order, and turn it on. What is right already is kept,
policies of others are merged with, and where somebody else's logs go is not
replaced without --force. When a step fails, those before it are put back. After a
kill or Ctrl-C run the command again to go on, or undo.`,
	"verify": `Look at what AWS has, property by property: the bucket's Region, policy, encryption,
public access and lifecycle; the group's retention; whether Bedrock may assume the
role and the role may write; the large-data target; what Bedrock counts as
delivered and failed; the newest record. What is absent never passes; what nothing
can tell yet has a dash. Exit code 3 says that something failed.

--canary makes one real call of a few tokens in each Region, which is billed, and
tells when its record reached the bucket, the log group, the collector's database
and CloudTrail. A hop that was not seen never counts as arrived: exit code 3.`,
	"status": `Ask all Regions at once. Since and by come from CloudTrail, which remembers 90
days; where it does not tell, from what seismo wrote down when it turned logging on,
else from when its inventory first saw it so (since then at the latest). Without
--region it is every Region with Bedrock. Exit code 3 says that a Region could not
be asked, or that logging is off in one that was named.`,
	"watch": `Compare each Region and each trail with what was wished when it was enabled from
this state file, and print what drifted. Exit code 3 says that something did, so that a timer can
run it. --restore shows the plan and puts everything back; what somebody changes
meanwhile is not overwritten.`,
	"disable": `Put back what was there before enable. Where seismo did not turn logging on it
says so, and turns it off only with --force.`,
	"undo": `Put back exactly what was there before the first change: the former configuration,
policies and settings. What was made is deleted, except buckets and groups that
hold logs; --delete-data deletes them too.`,
}

// mark is how a verb looks.
var marks = map[logging.Verb]string{logging.Create: "+", logging.Change: "~", logging.Keep: "=", logging.Delete: "-", logging.Leave: "!"}

// show prints plans in full.
func (f *loggingFlags) show(plans []logging.Plan) error {
	if f.JSON() {
		return f.object(plans)
	}
	for i := range plans {
		p := &plans[i]
		f.say("%s in account %s: %s", p.Region, p.Account, counted(p.Changes(), "change"))
		for _, s := range p.Steps {
			f.step(s)
		}
		f.conflict(p)
		f.cost(p.Cost)
		f.permissions(p.Permissions)
		f.say("")
	}
	return nil
}

// closing ends a plan that would not be refused.
func (f *loggingFlags) closing(plans []logging.Plan, command string) {
	changes := 0
	for i := range plans {
		changes += plans[i].Changes()
	}
	switch {
	case f.JSON():
	case changes == 0:
		f.say("Nothing was changed, and nothing is to be done: all is as it should be.")
	default:
		f.say("Nothing was changed. What is above is done by: %s", command)
	}
}

func (f *loggingFlags) step(s logging.Step) {
	f.say("  %s %-22s %s", marks[s.Verb], s.Kind, s.Name)
	if s.Note != "" {
		f.say("      %s", s.Note)
	}
	if s.Verb == logging.Keep || s.Verb == logging.Leave {
		return
	}
	for _, l := range s.Diff() {
		line := "      " + string(l.Mark) + " " + plain(l.Text)
		switch l.Mark {
		case '+':
			line = paint(f.Out, prettytext.FgGreen, line)
		case '-':
			line = paint(f.Out, prettytext.FgRed, line)
		}
		fmt.Fprintln(f.Out, strings.TrimRight(line, " "))
	}
}

func (f *loggingFlags) conflict(p *logging.Plan) {
	if p.Conflict != "" {
		f.say("  ✗ %s", p.Conflict)
		f.say("    → %s", p.Remedy)
	}
}

func (f *loggingFlags) cost(c *logging.Cost) {
	if c == nil {
		return
	}
	weight := fmt.Sprintf("%.0f bytes a call are a guess", c.Bytes)
	if s := c.Sample; s != nil {
		weight = fmt.Sprintf("%.0f bytes a call, measured over %d objects, of which %d were read, with %s", c.Bytes, s.Objects, s.Read, counted(s.Records, "record"))
	}
	of := "about $%.2f a month for %.0f calls"
	calls := 1e6
	if c.Calls == nil {
		of = "CloudWatch counted no calls in two weeks; about $%.2f for %.0f calls"
	} else {
		calls = *c.Calls
	}
	f.say("  cost: "+of+" (S3 %.2f, CloudWatch %.2f)", c.Total, calls, c.S3, c.Logs)
	f.say("    %s; prices are those of us-east-1, %s", weight, c.Prices)
}

func (f *loggingFlags) permissions(list []logging.Permission) {
	by := map[string][]string{}
	for _, n := range list {
		by[n.State] = append(by[n.State], n.Action+" on "+n.Resource)
	}
	f.say("  permissions: %d needed, %d allowed, %d missing, %d not checked", len(list), len(by[logging.Allowed]),
		len(by[logging.Missing])+len(by[logging.Denied]), len(by[logging.NotChecked]))
	for _, state := range []string{logging.Missing, logging.Denied} {
		for _, what := range by[state] {
			f.say("    ✗ %s: %s", state, what)
		}
	}
	if len(by[logging.NotChecked]) > 0 {
		f.say("    IAM did not say whether these are allowed (iam:SimulatePrincipalPolicy):")
		for _, what := range by[logging.NotChecked] {
			f.say("    – %s", what)
		}
	}
}

// brief prints what is about to be done, one line a change. Why it cannot be done is
// told by the error that follows.
func (f *loggingFlags) brief(plans []logging.Plan) {
	if f.JSON() {
		return
	}
	for i := range plans {
		p := &plans[i]
		f.say("%s in account %s: %s", p.Region, p.Account, counted(p.Changes(), "change"))
		for _, s := range p.Steps {
			if s.Silent() {
				continue
			}
			f.say("  %s %-22s %s", marks[s.Verb], s.Kind, s.Name)
			if s.Note != "" {
				f.say("      %s", s.Note)
			}
		}
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
