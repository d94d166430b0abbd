package ctl

import (
	"bytes"
	"strings"
	"testing"

	"seismo/test/standin"
)

// said runs a command without a Region of the test's own, and gives what it printed
// beside its output.
func (u *user) said(code int, args ...string) string {
	u.t.Helper()
	var out, errs bytes.Buffer
	if got := u.give(&out, &errs, append(args, u.flags[:4]...)); got != code {
		u.t.Errorf("%s: exit code %d, want %d:\n%s%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	return errs.String()
}

func TestMisspeltRegions(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	for _, command := range []string{"logging plan", "logging enable", "logging verify", "logging status", "logging watch", "logging undo", "logging disable",
		"logging trail plan", "logging trail enable", "deploy plan", "deploy up", "deploy down"} {
		got := u.said(exitUsage, append(strings.Fields(command), "--region", "eu-west1")...)
		if want := "seismo-aws: --region eu-west1 is no Region; nothing was asked or changed\n  Did you mean eu-west-1?\n"; got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
	if got := u.said(exitUsage, "logging", "plan", "--region", "us-west-2,Europe"); !strings.Contains(got, "--region Europe is no Region; nothing was asked or changed\n  See that it is spelt right.") {
		t.Error(got)
	}
	t.Setenv("AWS_REGION", "eu-west1")
	if got := u.said(exitUsage, "deploy", "plan"); !strings.Contains(got, "AWS_REGION or the profile: eu-west1 is no Region") {
		t.Error(got)
	}
	if calls := c.Calls(); len(calls) > 0 {
		t.Error("something was asked:", calls[0])
	}
}

// A Region that AWS opens after this version is warned of, and works.
func TestNewRegionsWork(t *testing.T) {
	u := newUser(t, standin.New(t))
	for region, want := range map[string]string{
		"eu-west-9":          "--region eu-west-9 is no Region that this version knows. Did you mean eu-west-1? One that is new works all the same.\n",
		"moon-tranquility-1": "--region moon-tranquility-1 is no Region that this version knows. See that it is spelt right. One that is new works all the same.\n",
		"eu-west-2":          "",
	} {
		if got := u.said(exitOK, "logging", "plan", "--region", region); got != want {
			t.Errorf("%s: %q, want %q", region, got, want)
		}
	}
}

// Which Region is taken where nobody names one is said once; where it makes no
// difference it is not.
func TestTheRegionThatIsTakenIsSaid(t *testing.T) {
	const notice = "no Region is named by --region, AWS_REGION or the profile: us-east-1 is taken\n"
	for command, code := range map[string]int{"logging plan": exitOK, "logging verify": exitMissing, "logging undo": exitOK, "logging trail plan": exitOK,
		"deploy plan": exitOK, "deploy plan --region all": exitOK, "logging plan --json": exitOK} {
		u := newUser(t, standin.New(t))
		if got := u.said(code, strings.Fields(command)...); got != notice {
			t.Errorf("%s: %q", command, got)
		}
	}
	u := newUser(t, standin.New(t))
	for _, command := range []string{"logging status", "logging watch", "logging plan --region eu-west-1", "logging plan --region all", "deploy plan --region eu-west-1"} {
		if got := u.said(exitOK, strings.Fields(command)...); got != "" {
			t.Errorf("%s: %q", command, got)
		}
	}
	t.Setenv("AWS_REGION", "eu-west-3")
	if got := u.said(exitOK, "logging", "plan"); got != "" {
		t.Errorf("of the environment: %q", got)
	}
}
