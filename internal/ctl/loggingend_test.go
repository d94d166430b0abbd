package ctl

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"seismo/internal/account"
	"seismo/test/standin"
)

// othersLogging is a Region whose logging somebody else turned on, to a bucket.
func othersLogging(c *standin.Cloud) {
	c.Bucket("other-logs", "eu-west-1")
	c.SetBucket("other-logs", "policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::other-logs/*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}}}]}`)
	c.SetBedrock("eu-west-1", standin.Bedrock{Logging: map[string]any{"textDataDeliveryEnabled": true,
		"s3Config": map[string]any{"bucketName": "other-logs", "keyPrefix": "x"}}})
}

// Turning off what somebody else turned on says so, and how to turn it on again.
func TestDisableOfOthersSaysWhatIsSo(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	othersLogging(c)
	u.run(exitError, "Go on with: seismo-aws logging disable", "logging", "disable")
	out := u.run(exitOK, "logging is off in eu-west-1; this turns it on again: seismo-aws logging undo --region eu-west-1 --endpoint", "logging", "disable", "--force")
	if strings.Contains(out, "put back") {
		t.Error(out)
	}
	c.DropBucket("other-logs")
	u.run(exitOK, "the bucket other-logs is not there any more\n", "logging", "undo")
	u.run(exitOK, "there is nothing to undo", "logging", "undo")
	u.run(exitOK, "nothing in any Region", "logging", "undo", "--region", "all")
	if c.Logging("eu-west-1") != nil {
		t.Error("logging is on, to a bucket that is not there")
	}
}

// breaking is an output that interrupts a command once it printed a text.
type breaking struct {
	bytes.Buffer
	at     string
	cancel context.CancelFunc
}

func (b *breaking) Write(p []byte) (int, error) {
	n, err := b.Buffer.Write(p)
	if strings.Contains(b.String(), b.at) {
		b.cancel()
	}
	return n, err
}

// interrupt gives a command and breaks it off once it printed a text.
func (u *user) interrupt(at string, args ...string) string {
	u.t.Helper()
	ctx, cancel := context.WithCancel(u.t.Context())
	defer cancel()
	out := &breaking{at: at, cancel: cancel}
	if code := run(ctx, newRoot(Deps{Out: out, Err: out, Quotas: account.NoQuotas()}), append(args, u.flags...), out); code != exitInterrupted {
		u.t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	return out.String()
}

// Ctrl-C while several Regions are enabled ends in a line for each, and says once how
// to go on and how to go back.
func TestInterruptedEnableSaysOnceHowToGoOn(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	out := u.interrupt("create   bucket.lifecycle", "logging", "enable", "--region", "us-east-1,us-west-2,eu-central-1")
	if strings.Count(out, "Go on with:") != 1 || strings.Count(out, "Or take it back with: seismo-aws logging undo --region ") != 1 || strings.Contains(out, "written down: bucket") {
		t.Error(out)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "✗") && strings.Contains(line, ": interrupted") && len(line) > 120 {
			t.Errorf("long: %s", line)
		}
	}
	if got := strings.Count(out, ": interrupted"); got < 2 {
		t.Errorf("%d Regions say that they were interrupted:\n%s", got, out)
	}
	u.flags = append(u.flags, "--region", "us-east-1,us-west-2,eu-central-1")
	u.run(exitOK, "put back in ", "logging", "undo")
	if len(c.Buckets())+len(c.Roles()) > 0 {
		t.Error("undo left something")
	}
}

// Ctrl-C before anything was done says that nothing was.
func TestInterruptedPlanSaysThatNothingWasChanged(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, verb := range []string{"plan", "enable", "undo", "watch", "trail plan"} {
		var out bytes.Buffer
		args := append(append([]string{"logging"}, strings.Fields(verb)...), u.flags...)
		if code := run(ctx, newRoot(Deps{Out: &out, Err: &out, Quotas: account.NoQuotas()}), args, &out); code != exitInterrupted ||
			!strings.Contains(out.String(), "interrupted; nothing was changed\n  Go on with: seismo-aws logging "+verb) {
			t.Errorf("%s: exit code %d:\n%s", verb, code, out.String())
		}
	}
}

// follow gives the first command that a text names between such marks.
func (u *user) follow(text, from, to string) {
	u.t.Helper()
	_, command, ok := strings.Cut(text, from)
	command, _, _ = strings.Cut(command, to)
	if !ok {
		u.t.Fatalf("no command after %q in:\n%s", from, text)
	}
	u.run(exitOK, "logging is on", strings.Fields(command)...)
}

// A remedy names a command that works, and none that would be refused.
func TestRemediesThatWork(t *testing.T) {
	for name, remedy := range map[string]func(*user) string{
		"verify": func(u *user) string { return u.run(exitMissing, "checks failed", "logging", "verify") },
		"plan":   func(u *user) string { return u.run(exitMissing, "To keep it", "logging", "plan") },
		"enable": func(u *user) string { return u.run(exitError, "To keep it", "logging", "enable") },
	} {
		t.Run(name, func(t *testing.T) {
			c := standin.New(t)
			u := newUser(t, c)
			othersLogging(c)
			out := remedy(u)
			if strings.Contains(out, "Go on with") {
				t.Errorf("the command that was refused is named again:\n%s", out)
			}
			u.follow(out, "`seismo ", "`")
			got, ok := c.Logging("eu-west-1")["s3Config"].(map[string]any)
			if !ok || got["bucketName"] != "other-logs" || got["keyPrefix"] != "x" {
				t.Errorf("logs go to %v", got)
			}
			u.run(exitOK, "none failed", "logging", "verify")
			u.run(exitOK, "put back in", "logging", "undo")
		})
	}
}
