package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/app"
	"seismo/internal/config"
	"seismo/internal/doctor"
	"seismo/internal/query"
)

// usualConfig is the configuration file of a folder.
const usualConfig = "seismo.yaml"

// doctorFlags say what is examined where no file does.
type doctorFlags struct {
	file    string
	policy  bool
	regions []string
	target  doctor.Target
	secret  string
	bucket  string

	warnings []*config.Fault // of the file
}

func (s *shell) doctor() *cobra.Command {
	f := &doctorFlags{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Try each permission, and say what is missing",
		Long: `Try each permission that the configuration needs, by calls that change nothing,
and name what is missing: the IAM action, the resource, the KMS key. Show for each
account and Region whether Bedrock logs its calls, where to, with what, and how
many calls there were in the last 24 hours. What cannot be tried without taking a
message is worked out by IAM, or said to be untried. Exit code 3 says that
something is missing.

Without -c it takes seismo.yaml of this folder, or what the flags name.`,
		Example: `  seismo doctor -c seismo.yaml
  seismo doctor --region all
  seismo doctor --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/logs --policy > policy.json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := f.targets()
			if err != nil {
				return err
			}
			report := doctor.Examine(cmd.Context(), targets, doctor.Options{Regions: f.regions, Log: s.cfg.Log})
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if n := report.Missing(); f.policy && n > 0 {
				fmt.Fprintf(s.err, "%s did not work, so keys and buckets may be missing from this policy: run it again once they do\n", plural(n, "check"))
			}
			if f.policy {
				return s.policies(doctor.Policies(targets, report))
			}
			return s.diagnosis(report, f.warnings)
		},
	}
	f.add(cmd)
	return cmd
}

func (f *doctorFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "config", "c", "", "what is collected: a YAML `FILE`")
	flags.BoolVar(&f.policy, "policy", false, "print the smallest IAM policy that is enough, as JSON")
	flags.StringSliceVar(&f.regions, "region", nil, "further `REGION`s whose logging is looked at, or all (repeatable)")
	flags.StringVar(&f.target.Queue, "queue-url", "", "examine a queue, by its `URL`")
	flags.StringVar(&f.bucket, "bucket", "", "examine a `BUCKET`: its name, its ARN, or s3://name/prefix")
	flags.StringVar(&f.target.Group, "log-group", "", "examine a log `GROUP`, by name or ARN")
	flags.BoolVar(&f.target.Lookup, "lookup", false, "examine looking up CloudTrail's events")
	accountFlags(cmd, &f.target.Account, &f.secret)
}

// accountFlags are the flags that say how AWS is reached.
func accountFlags(cmd *cobra.Command, cfg *account.Config, externalID *string) {
	flags := cmd.Flags()
	flags.StringVar(&cfg.Profile, "profile", "", "`PROFILE` of the shared AWS files")
	flags.StringVar(&cfg.RoleARN, "role-arn", "", "role to assume, by its `ARN`")
	flags.StringVar(externalID, "external-id", "", "external `ID` for the role")
	flags.StringVar(&cfg.Endpoint, "endpoint", "", "`URL` of the services' entry point, for emulators and S3-compatible services")
}

// targets are what the file needs, or what the flags name.
func (f *doctorFlags) targets() ([]doctor.Target, error) {
	f.target.Account.ExternalID = config.Secret(f.secret)
	if f.bucket != "" {
		f.target.Bucket, f.target.Prefix = f.bucket, ""
		if rest, ok := strings.CutPrefix(f.bucket, inBucket); ok {
			f.target.Bucket, f.target.Prefix, _ = strings.Cut(rest, "/")
		}
	}
	t := f.target
	named := t.Queue != "" || t.Bucket != "" || t.Group != "" || t.Lookup
	if f.file == "" && !named && t.Account == (account.Config{}) {
		if _, err := os.Stat(usualConfig); err == nil {
			f.file = usualConfig
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if f.file == "" {
		return f.flagged(t)
	}
	if named {
		return nil, usage("a configuration file and what flags name are not examined in one go", "leave -c or the other flags out")
	}
	file, err := app.LoadFile(f.file)
	if err != nil {
		return nil, badConfig(err)
	}
	f.warnings = file.Warnings()
	targets := file.Targets()
	if len(targets) == 0 {
		return nil, fmt.Errorf("%s names nothing that AWS is asked for", f.file)
	}
	return targets, nil
}

// flagged is the one target that the flags name.
func (f *doctorFlags) flagged(t doctor.Target) ([]doctor.Target, error) {
	t.Source = "flags"
	for _, r := range f.regions {
		if r != "all" {
			t.Account.Region = r
			break
		}
	}
	if err := t.Account.Check(); err != nil {
		return nil, usage(err.Error(), "the keys are those of seismo.yaml; flags spell them with dashes")
	}
	if t.Account.Endpoint == "" {
		f.warnings = strange("--region", f.regions...)
	}
	return []doctor.Target{t}, nil
}

// strange warns of Regions that this version does not know.
func strange(flag string, regions ...string) (list []*config.Fault) {
	for _, name := range regions {
		if remedy, ok := app.StrangeRegion(name); ok && name != "all" {
			list = append(list, &config.Fault{File: flag, What: name + " is no Region that this version knows", Remedy: remedy})
		}
	}
	return list
}

// policies prints policies as IAM takes them: one alone as it is, several each
// with what it is for.
func (s *shell) policies(list []doctor.Policy) error {
	if len(list) == 1 {
		return s.object(list[0].Document)
	}
	return s.object(list)
}

// diagnosis prints what was found, and fails with exitPartial when something is
// missing.
func (s *shell) diagnosis(r doctor.Report, warnings []*config.Fault) error {
	if s.json {
		if err := s.object(examined{r, warned(warnings)}); err != nil {
			return err
		}
	} else {
		s.checksTo(s.out, r.Checks)
		if err := s.loggings(r.Logging); err != nil {
			return err
		}
		s.warnings(warnings)
		s.verdict(r)
	}
	if r.Missing() > 0 {
		return silent{exitPartial}
	}
	return nil
}

// examined is a report with what the file is warned of.
type examined struct {
	doctor.Report
	Warnings []string `json:"warnings,omitempty"`
}

func warned(list []*config.Fault) (all []string) {
	for _, f := range list {
		all = append(all, f.Error()+"; "+f.Remedy)
	}
	return all
}

// warnings prints what works and is hardly meant.
func (s *shell) warnings(list []*config.Fault) {
	if len(list) > 0 {
		fmt.Fprintln(s.out)
	}
	for _, f := range list {
		fmt.Fprintln(s.out, "warning: "+plain(f.Error()))
		fmt.Fprintln(s.out, "      → "+plain(f.Remedy))
	}
}

// marks are how the states of a check look.
var marks = map[doctor.State]string{doctor.OK: "✓", doctor.Missing: "✗", doctor.Failed: "✗", doctor.Skipped: "–"}

// checksTo prints checks by source, with the remedy of each that is not well.
func (s *shell) checksTo(w io.Writer, list []doctor.Check) {
	source := "\x00"
	action, region := 0, 0
	for _, c := range list {
		action, region = max(action, len(c.Action)), max(region, len(c.Region))
	}
	for _, c := range list {
		if c.Source != source {
			source = c.Source
			fmt.Fprintln(w, plain(cmp.Or(source, "account")))
		}
		line := fmt.Sprintf("  %s %-*s  %-*s  %s", marks[c.State], min(action, 46), c.Action, region, c.Region, c.Resource)
		fmt.Fprintln(w, strings.TrimRight(plain(line), " "))
		if c.State == doctor.OK {
			continue
		}
		if c.Why != "" {
			fmt.Fprintln(w, "      "+plain(c.Why))
		}
		if c.Remedy != "" {
			fmt.Fprintln(w, "      → "+plain(c.Remedy))
		}
	}
}

func (s *shell) loggings(list []doctor.RegionLogging) error {
	t := query.Table{Columns: []string{"account", "region", "logging", "to", "with", "calls 24 h", "large bodies"}}
	var amiss []string
	for _, l := range list {
		state := "unknown"
		switch {
		case l.On:
			state = "on"
		case l.Known:
			state = "off"
		}
		var calls any
		if l.Calls != nil {
			calls = *l.Calls
		}
		large := any(nil)
		if l.On {
			large = cmp.Or(l.Large, "lost")
		}
		t.Rows = append(t.Rows, []any{l.Account, l.Region, state, l.To, l.With, calls, large})
		if l.Remedy != "" {
			amiss = append(amiss, "  "+l.Region+": "+l.Why, "      → "+l.Remedy)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	fmt.Fprintln(s.out, "\nmodel invocation logging")
	if err := writeTable(s.out, t); err != nil {
		return err
	}
	for _, line := range amiss {
		fmt.Fprintln(s.out, plain(line))
	}
	return nil
}

func (s *shell) verdict(r doctor.Report) {
	untried := 0
	for _, c := range r.Checks {
		if c.State == doctor.Skipped {
			untried++
		}
	}
	rest := ""
	if untried > 0 {
		rest = fmt.Sprintf("; %d not tried", untried)
	}
	if n := r.Missing(); n > 0 {
		fmt.Fprintf(s.out, "\n%d of %d checks say that something is missing%s\n", n, len(r.Checks), rest)
		return
	}
	fmt.Fprintf(s.out, "\nall is well: %d checks%s\n", len(r.Checks), rest)
}
