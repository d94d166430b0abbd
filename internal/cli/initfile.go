package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"seismo/internal/account"
	"seismo/internal/app"
	"seismo/internal/doctor"
)

// besides are the parts of the file that help and that a source can do without,
// with how often each looks.
var besides = [...]struct{ name, every string }{{"metrics", "5m"}, {"inventory", "6h"}}

// leftOut are those of besides that are not allowed yet. What AWS could not answer
// now is not left out: it may work a minute later.
func leftOut(r doctor.Report) map[string]bool {
	left := map[string]bool{}
	for _, c := range r.Checks {
		if c.State == doctor.Missing {
			left[partOf(c)] = true
		}
	}
	delete(left, "")
	return left
}

// partOf is the one of besides that a check is for, "" when it is the source.
func partOf(c doctor.Check) string {
	switch {
	case c.Source == "" && strings.HasPrefix(c.Action, "cloudwatch:"):
		return "metrics"
	case c.Source == "":
		return "inventory"
	}
	for _, b := range besides {
		if c.Source == b.name {
			return b.name
		}
	}
	return ""
}

// document writes the configuration that the answers make, with what is left out
// as a comment.
func (i *setup) document(o doctor.Offer, left map[string]bool) string {
	var b strings.Builder
	b.WriteString("# Written by seismo init. All keys: seismo docs configuration\n\naccounts:\n  default:\n")
	key := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "    %s: %s\n", name, literal(value))
		}
	}
	region := o.Region
	if arn, ok := account.ParseARN(i.group); ok {
		region = arn.Region // the ARN's own Region is the one to look at
	}
	key("region_name", region)
	key("credential_profile_name", i.cfg.Profile)
	key("role_arn", i.cfg.RoleARN)
	key("external_id", i.cfg.ExternalID.Reveal())
	key("endpoint", i.cfg.Endpoint)
	fmt.Fprintf(&b, "\nsources:\n  - name: %s\n", literal(i.name))
	switch {
	case i.queue != "":
		key("queue_url", i.queue)
		i.trusted(&b)
	case i.kind == initCloudWatch && strings.HasPrefix(i.group, "arn:"):
		key("log_group_arn", i.group)
	case i.kind == initCloudWatch:
		key("log_group_name", i.group)
	default:
		bucket, prefix := i.bucket, ""
		if rest, ok := strings.CutPrefix(i.bucket, inBucket); ok {
			bucket, prefix, _ = strings.Cut(rest, "/")
		}
		name := "bucket_arn"
		if strings.Contains(bucket, ":accesspoint/") {
			name = "access_point_arn"
		}
		key(name, bucket)
		key("bucket_list_prefix", prefix)
	}
	b.WriteString("\n# The coverage meter holds CloudWatch's counts against what was read; the\n# inventory names profiles, guardrails and teams. Both only read.\n")
	for _, part := range besides {
		mark := ""
		if left[part.name] {
			fmt.Fprintf(&b, "# %s is not allowed yet; it is tried by seismo doctor once it stands here:\n", part.name)
			mark = "# "
		}
		fmt.Fprintf(&b, "%s%s: {every: %s}\n", mark, part.name, part.every)
	}
	return b.String()
}

// literal writes an answer so that the file means it as it is: what the account
// offers is others' text, and must not have a variable of this process put in.
func literal(value string) string {
	return strconv.Quote(strings.ReplaceAll(strings.ToValidUTF8(value, "\uFFFD"), "${", "$${"))
}

// targets reads the document back, as serve will, and returns what it needs, the
// source first.
func (i *setup) targets(text string) ([]doctor.Target, error) {
	dir, err := os.MkdirTemp("", "seismo-init-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, usualConfig)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	file, err := app.LoadFile(path)
	if err != nil {
		return nil, badConfig(err)
	}
	return file.Targets(), nil
}

// write puts the file in its place, whole or not at all, for its owner alone.
func (i *setup) write(text string) error {
	if !i.force {
		file, err := os.OpenFile(i.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
		_, err = file.WriteString(text)
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(i.file), ".seismo-*.yaml") // for its owner alone
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if _, err = temp.WriteString(text); err == nil {
		err = temp.Close()
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return os.Rename(temp.Name(), i.file)
}

// end says what was written and what comes next.
func (i *setup) end(missing int, first app.Facts) error {
	if i.shell.json {
		done := struct {
			File    string     `json:"file"`
			Missing int        `json:"missing"`
			First   *app.Facts `json:"first"`
		}{File: i.file, Missing: missing}
		if !first.Time.IsZero() {
			done.First = &first
		}
		if err := i.shell.object(done); err != nil {
			return err
		}
	}
	i.part()
	i.say("%s is written; start it with", i.file)
	i.say("  seismo serve -c %s", i.file)
	if missing > 0 {
		return silent{exitPartial}
	}
	return nil
}
