package ctl

import (
	"strings"
	"testing"

	"seismo/test/standin"
)

// A trail that was named and is not there is not made: a misspelt name would cost.
func TestTrailThatIsNotThere(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	const remedy = "there is no trail mian in eu-west-1"
	u.run(exitMissing, remedy, "logging", "trail", "plan", "--trail", "mian")
	out := u.run(exitError, remedy, "logging", "trail", "enable", "--trail", "mian")
	if !strings.Contains(out, "nothing was changed") || !strings.Contains(out, "Leave --trail out to make one called seismo-bedrock-prod") || strings.Contains(out, "Go on with") {
		t.Error(out)
	}
	u.run(exitOK, "nothing of the trail mian in eu-west-1", "logging", "trail", "undo", "--trail", "mian")
	if len(c.Trails())+len(c.Buckets()) > 0 {
		t.Error("something was made")
	}
}

// The plan of a trail ends in what it costs and in the command that does it.
func TestTrailPlanEnds(t *testing.T) {
	u := newUser(t, standin.New(t))
	out := u.run(exitOK, "Nothing was changed. What is above is done by: seismo-aws logging trail enable", "logging", "trail", "plan")
	if !strings.Contains(out, "$0.10 for 100,000 data events") || !strings.Contains(out, "list, not looked up") {
		t.Error(out)
	}
	u.run(exitOK, "the trail records", "logging", "trail", "enable", "--trail", "seismo-bedrock-prod")
	if out := u.run(exitOK, "nothing is to be done", "logging", "trail", "plan"); strings.Contains(out, "cost:") {
		t.Error(out)
	}
	u.run(exitOK, "put back", "logging", "trail", "undo", "--trail", "seismo-bedrock-prod")
}

// A trail of others that is gone is said to be, and not made by watch --restore.
func TestWatchOfATrailThatIsGone(t *testing.T) {
	c := standin.New(t)
	u := newUser(t, c)
	c.AddTrail(map[string]any{"Name": "main", "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "HomeRegion": "eu-west-1",
		"S3BucketName": "company-trail", "IsMultiRegionTrail": true, "LogFileValidationEnabled": true, "IncludeGlobalServiceEvents": true})
	u.run(exitOK, "the trail records", "logging", "trail", "enable", "--trail", "main")
	c.DropTrail("main")
	out := u.run(exitMissing, "drift trail main of eu-west-1\n  ✗ there is no trail main in eu-west-1", "logging", "watch")
	if strings.Contains(out, "put it back with") {
		t.Error(out)
	}
	u.run(exitError, "nothing was changed", "logging", "watch", "--restore")
	u.run(exitOK, "put back", "logging", "trail", "undo", "--trail", "main")
	u.run(exitOK, "nothing to watch", "logging", "watch")
	if len(c.Trails())+len(c.Buckets()) > 0 {
		t.Error("something was made")
	}
}
