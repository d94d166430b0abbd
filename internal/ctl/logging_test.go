package ctl

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/account"
	"seismo/test/standin"
)

// user runs commands of one user against one stand-in.
type user struct {
	t     *testing.T
	flags []string
}

func newUser(t *testing.T, c *standin.Cloud) *user {
	t.Setenv("AWS_ACCESS_KEY_ID", standin.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", standin.SecretKey)
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	return &user{t, []string{"--endpoint", c.URL(), "--state", filepath.Join(t.TempDir(), "aws.state"), "--region", "eu-west-1"}}
}

// give gives a command to the program, which asks the emulator as fast as it answers.
func (u *user) give(out, errs io.Writer, args []string) int {
	return run(u.t.Context(), newRoot(Deps{Out: out, Err: errs, Quotas: account.NoQuotas()}), args, errs)
}

// run gives a command and checks its exit code and a part of what it printed.
func (u *user) run(want int, says string, args ...string) string {
	u.t.Helper()
	var out bytes.Buffer
	code := u.give(&out, &out, append(args, u.flags...))
	if code != want || !strings.Contains(out.String(), says) {
		u.t.Errorf("%s: exit code %d, want %d and %q in:\n%s", strings.Join(args, " "), code, want, says, out.String())
	}
	return out.String()
}

func TestLoggingAsAUserMeetsIt(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitOK, "+ bucket.policy", "logging", "plan")
	u.run(exitOK, "Nothing was changed. What is above is done by: seismo-aws logging enable", "logging", "plan")
	u.run(exitMissing, "✗ logging is on", "logging", "verify")
	if c.Logging("eu-west-1") != nil || len(c.Buckets()) != 0 {
		t.Fatal("plan or verify changed something")
	}
	u.run(exitOK, "logging is on in eu-west-1", "logging", "enable", "--destination", "s3,cloudwatch", "--audio=false")
	u.run(exitMissing, "✗ every kind of data is logged", "logging", "verify")
	u.run(exitOK, "logging is on", "logging", "enable")
	u.run(exitOK, "none failed", "logging", "verify")
	u.run(exitOK, "none failed", "logging", "enable", "--verify-only")
	u.run(exitOK, "journal", "logging", "status")
	u.run(exitOK, "no drift", "logging", "watch")
	c.SetBedrock("eu-west-1", standin.Bedrock{})
	u.run(exitMissing, "drift eu-west-1 logging configuration is gone", "logging", "watch")
	u.run(exitOK, "put back in eu-west-1", "logging", "watch", "--restore")
	u.run(exitOK, "put back in eu-west-1", "logging", "--disable")
	u.run(exitOK, "there is nothing to undo", "logging", "undo")
	if c.Logging("eu-west-1") != nil || len(c.Buckets()) != 0 || len(c.Roles()) != 0 || len(c.LogGroups()) != 0 {
		t.Error("the account is not as it was")
	}
}

// What could not be asked is not said to have failed in nothing.
func TestVerifyThatCannotAsk(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	c.Fault(standin.Fault{Service: "bedrock", Status: 403, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: bedrock:GetModelInvocationLoggingConfiguration"})
	if out := u.run(exitError, "bedrock:GetModelInvocationLoggingConfiguration is not allowed", "logging", "verify", "--canary"); strings.Contains(out, "none failed") {
		t.Error(out)
	}
}

func TestTrailAsAUserMeetsIt(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitOK, "+ trail.selectors", "logging", "trail", "plan")
	u.run(exitMissing, "there is no trail", "logging", "trail", "verify")
	u.run(exitOK, "the trail records", "logging", "trail", "enable", "--cloudwatch", "--insights")
	u.run(exitOK, "none failed", "logging", "trail", "verify")
	u.run(exitOK, "no drift in trail seismo-bedrock-prod of eu-west-1", "logging", "watch")
	c.ChangeTrail("seismo-bedrock-prod", "S3BucketName", "elsewhere")
	u.run(exitMissing, "drift eu-west-1 trail seismo-bedrock-prod is not as it was enabled", "logging", "watch")
	u.run(exitOK, "put back in eu-west-1", "logging", "watch", "--restore")
	u.run(exitOK, "no drift", "logging", "watch")
	u.run(exitOK, "put back", "logging", "trail", "undo")
	if len(c.Trails()) != 0 || len(c.Buckets()) != 0 {
		t.Error("the account is not as it was")
	}
}

func TestWrongCallsOfLogging(t *testing.T) {
	u := newUser(t, standin.New(t))
	for says, args := range map[string][]string{
		"--environment":      {"logging", "plan", "--environment", "Prod!"},
		"--destination":      {"logging", "enable", "--destination", "kinesis"},
		"--retention":        {"logging", "enable", "--retention", "31"},
		"every kind of data": {"logging", "enable", "--text=false", "--image=false", "--embedding=false", "--video=false", "--audio=false"},
		"--kms-key":          {"logging", "enable", "--kms-key", "alias/x"},
		"--bucket":           {"logging", "enable", "--bucket", "one", "--region", "us-east-1"},
		"exclude each other": {"logging", "enable", "--disable", "--verify-only"},
		"unknown command":    {"logging", "enabel"},
		"takes no arguments": {"logging", "enable", "now"},
		"--role-arn is not":  {"logging", "enable", "--role-arn", "me"},
	} {
		u.run(exitUsage, says, args...)
	}
}

func TestLoggingAsJSON(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	for _, verb := range []string{"plan", "enable", "verify", "status", "disable"} {
		if text := u.run(exitOK, "", "logging", verb, "--json"); !jsontext.Value(text).IsValid() {
			t.Errorf("%s --json prints no JSON:\n%s", verb, text)
		}
	}
}
