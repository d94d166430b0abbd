package ctl

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/test/standin"
)

func TestCanaryAsAUserMeetsIt(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitMissing, "logging is off: no call was made", "logging", "verify", "--canary")
	c.Refuse("bedrock:InvokeModel", "implicitDeny")
	u.run(exitOK, "✗ missing: bedrock:InvokeModel on arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-micro-v1:0", "logging", "plan", "--canary")
	out := u.run(exitOK, "everything that was waited for arrived", "logging", "enable", "--canary")
	said, flown := strings.Index(out, "canary: one call in eu-west-1, of about 15 tokens in and at most 8 out"), strings.Index(out, "✓ call")
	if said < 0 || flown < said {
		t.Error("it was not said before the call what it costs:\n" + out)
	}
	for _, want := range []string{"✓ bucket     arrived      after ", "✓ log group  arrived      after ", "– CloudTrail not waited", "11 tokens in, 2 out"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Answer with the word") || c.Count("bedrock", "Converse") != 1 {
		t.Error("the prompt was printed, or more than one call made:\n", out)
	}
	u.run(exitOK, "none failed", "logging", "verify")
	if n := c.Count("bedrock", "Converse"); n != 1 {
		t.Errorf("verify without --canary called a model: %d calls", n)
	}
	c.SetRuntime("eu-west-1", standin.Runtime{S3: standin.Never})
	u.run(exitMissing, "✗ bucket     missed", "logging", "verify", "--canary", "--canary-wait", "300ms")
	c.SetRuntime("eu-west-1", standin.Runtime{Offered: []string{"eu.amazon.nova-micro-v1:0"}})
	u.run(exitOK, "canary eu-west-1 eu.amazon.nova-micro-v1:0", "logging", "verify", "--canary")
	u.run(exitMissing, "→ Choose another with --canary-model", "logging", "verify", "--canary", "--canary-model", "some.model")
	u.run(exitUsage, "--canary-wait takes a time above nothing", "logging", "enable", "--canary", "--canary-wait", "-1s")
}

func TestCanaryAsJSON(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitOK, "", "logging", "enable")
	var out, errs bytes.Buffer
	if code := u.give(&out, &errs, append([]string{"logging", "verify", "--canary", "--json"}, u.flags...)); code != exitOK {
		t.Fatal(code, errs.String())
	}
	var got struct {
		Checks []logging.Check  `json:"checks"`
		Canary []logging.Flight `json:"canary"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err, out.String())
	}
	if len(got.Checks) < 20 || len(got.Canary) != 1 || len(got.Canary[0].Hops) != 5 || got.Canary[0].Hops[1].After == nil || got.Canary[0].Answered.IsZero() || got.Canary[0].RequestID == "" {
		t.Errorf("%s", out.String())
	}
	if !strings.Contains(errs.String(), "canary: one call") {
		t.Error("what it costs was not said beside the JSON:", errs.String())
	}
}

// TestCanaryIsInterrupted gives Ctrl-C while the bucket's record is waited for.
func TestCanaryIsInterrupted(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	u.run(exitOK, "", "logging", "enable")
	c.SetRuntime("eu-west-1", standin.Runtime{S3: standin.Never})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	d := Deps{Out: &out, Err: &out, Quotas: account.NoQuotas(), JSON: func() bool { return false }, Log: func() *slog.Logger { return slog.New(slog.DiscardHandler) }}
	d.Stored = func(context.Context, string) (bool, error) {
		cancel()
		return false, ctx.Err()
	}
	root := &cobra.Command{Use: "seismo", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(Commands(d)...)
	root.SetArgs(append([]string{"logging", "verify", "--canary"}, u.flags...))
	err := root.ExecuteContext(ctx)
	var coded *exit
	if !errors.As(err, &coded) || coded.code != exitInterrupted {
		t.Error("exit:", err)
	}
	for _, want := range []string{"✓ call", "bucket     not looked   interrupted before it was seen", "database   not looked"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, out.String())
		}
	}
}

func TestWaitingLine(t *testing.T) {
	f := &loggingFlags{canary: canaryFlags{wait: 10 * time.Minute}}
	w := &waiting{flags: f, seen: map[string]logging.Flight{}}
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	hops := func(s ...logging.Arrival) (list []logging.Hop) {
		for i, name := range []string{logging.HopCall, logging.HopS3, logging.HopGroup} {
			list = append(list, logging.Hop{Name: name, State: s[i]})
		}
		return list
	}
	l := logging.Flight{Region: "eu-west-1", Answered: now.Add(-35 * time.Second), Hops: hops(logging.Arrived, logging.Waiting, logging.Arrived)}
	if got := w.line(l, now); got != "waiting 35s of 10m0s: 2 arrived; not yet: eu-west-1 bucket" {
		t.Error(got)
	}
	l.Hops = hops(logging.Arrived, logging.Missed, logging.Arrived)
	if got := w.line(l, now); got != "" {
		t.Error(got)
	}
	l.Hops = slices.Repeat([]logging.Hop{{Name: "\x1b[2Jx", State: logging.Waiting}}, 20)
	if got := w.line(l, now); len([]rune(got)) > 100 || strings.Contains(got, "\x1b") {
		t.Error(got)
	}
}
