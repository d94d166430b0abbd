package logging_test

import (
	"slices"
	"strings"
	"testing"

	"seismo/internal/logging"
	"seismo/test/standin"
)

const (
	keptIn = "bedrock-logs-111122223333-eu-west-1-prod"
	group  = "/aws/bedrock/model-invocations/prod"
)

// shorten is somebody who shortens the days of a log group.
func shorten(t *testing.T, c *standin.Cloud, group string, days int) {
	t.Helper()
	at := slices.IndexFunc(c.LogGroups(), func(g standin.LogGroup) bool { return g.Name == group })
	if at < 0 {
		t.Fatalf("there is no log group %s", group)
	}
	g := c.LogGroups()[at]
	g.Retention = days
	c.DeleteLogGroup("arn:aws:logs:" + here + ":111122223333:log-group:" + group)
	c.CreateLogGroup(g)
}

// drifted are the kinds of settings that Watch finds changed.
func drifted(t *testing.T, tool *logging.Tool) (kinds []string) {
	t.Helper()
	regions, err := tool.Watch(t.Context(), []string{here})
	if err != nil {
		t.Fatal(err)
	}
	trails, err := tool.WatchTrails(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range slices.Concat(regions, trails) {
		for _, s := range d.Steps {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

// Days that enable set by itself are watched as those that were named.
func TestDaysThatEnableSetAreWatched(t *testing.T) {
	c, b := standin.New(t), newBook()
	one := tool(t, c, b, nil)
	if err := enable(t.Context(), one, both(), here); err != nil {
		t.Fatal(err)
	}
	if got := drifted(t, one); got != nil {
		t.Fatalf("drift at once: %v", got)
	}
	shorten(t, c, group, 1)
	c.SetBucket(keptIn, "lifecycle", strings.ReplaceAll(c.Buckets()[keptIn]["lifecycle"], "365", "1"))
	if got := drifted(t, one); !slices.Equal(got, []string{"bucket.lifecycle", "group.retention"}) {
		t.Fatalf("drift of %v, want that of lifecycle and retention", got)
	}
	checks, err := one.Verify(t.Context(), []string{here})
	if err != nil {
		t.Fatal(err)
	}
	for name, saw := range map[string]string{"log group: logs end some day": "after 1 day", "bucket: logs end some day": "the rule SeismoBedrockLogs ends some after 1 day, before the 365 days that were wished", "all is as it was enabled": "bucket.lifecycle " + keptIn + ", group.retention " + group} {
		if at := slices.IndexFunc(checks, func(c logging.Check) bool { return c.Name == name }); at < 0 || checks[at].Saw != saw {
			t.Errorf("%s: want %q in %+v", name, saw, checks)
		}
	}
	// Who enables again without a number keeps what is there, and it is nobody's wish.
	if err := enable(t.Context(), one, both(), here); err != nil {
		t.Fatal(err)
	}
	shorten(t, c, group, 3)
	if got := drifted(t, one); got != nil {
		t.Errorf("drift of %v, of days that somebody else chose", got)
	}
}

func TestDaysOfOthersAreNotWatched(t *testing.T) {
	c, b := standin.New(t), newBook()
	c.CreateLogGroup(standin.LogGroup{Name: group, Region: here, Retention: 90})
	one := tool(t, c, b, nil)
	if err := enable(t.Context(), one, both(), here); err != nil {
		t.Fatal(err)
	}
	shorten(t, c, group, 7)
	if got := drifted(t, one); got != nil {
		t.Errorf("drift of %v", got)
	}
}

func TestDaysOfATrailAreWatched(t *testing.T) {
	c, b := standin.New(t), newBook()
	one := tool(t, c, b, nil)
	plan, err := one.PlanTrail(t.Context(), logging.TrailWish{Environment: "prod", CloudWatch: true}, here)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.ApplyTrail(t.Context(), &plan); err != nil {
		t.Fatal(err)
	}
	shorten(t, c, "/aws/bedrock/cloudtrail-logs/prod", 1)
	const bucket = "bedrock-trail-111122223333-eu-west-1-prod"
	c.SetBucket(bucket, "lifecycle", strings.ReplaceAll(c.Buckets()[bucket]["lifecycle"], "365", "1"))
	if got := drifted(t, one); !slices.Equal(got, []string{"bucket.lifecycle", "group.retention"}) {
		t.Errorf("drift of %v, want that of lifecycle and retention", got)
	}
}
