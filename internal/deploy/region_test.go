package deploy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/deploy"
	"seismo/test/standin"
)

var three = deploy.Wish{Regions: []string{standin.Region, "eu-west-1", "ap-south-1"}}

// in counts the stacks of each Region.
func in(cloud *standin.Cloud) map[string]int {
	n := map[string]int{}
	for _, s := range cloud.AllStacks() {
		n[s.Region]++
	}
	return n
}

func TestSeveralRegions(t *testing.T) {
	cloud := world(t)
	var lines []string
	x := tool(t, cloud, nil, func(l string) { lines = append(lines, l) })
	made, err := x.Up(t.Context(), three)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{standin.Region: 5, "eu-west-1": 4, "ap-south-1": 4}, in(cloud)); diff != "" {
		t.Errorf("the trail is in the first Region only: -want +got:\n%s", diff)
	}
	var order []string
	for _, m := range made {
		order = append(order, m.Region)
	}
	if !slices.Equal(order, three.Regions) {
		t.Errorf("made in the order %v", order)
	}
	// Every line says of which Region it is, and the first Region is done before
	// the others begin.
	last := -1
	for i, l := range lines {
		region, _, _ := strings.Cut(l, " ")
		if !slices.Contains(three.Regions, region) {
			t.Errorf("of no Region: %q", l)
		}
		if region == standin.Region {
			if last != i-1 {
				t.Errorf("another Region was begun before %q", l)
			}
			last = i
		}
	}
	plans, err := x.Plan(t.Context(), three)
	if err != nil || len(plans) != 13 || slices.ContainsFunc(plans, func(p deploy.StackPlan) bool { return len(p.Changes) > 0 }) {
		t.Errorf("%d plans, %v", len(plans), err)
	}
	// In another order the trail stays where it is.
	turned := deploy.Wish{Regions: []string{"eu-west-1", standin.Region}}
	lines = nil
	if _, err := x.Up(t.Context(), turned); err != nil || lines[0] != "the trail lives in us-east-1 already and stays there" || in(cloud)["eu-west-1"] != 4 {
		t.Errorf("%v, %v, %v", err, lines, in(cloud))
	}
	if _, err := x.Down(t.Context(), deploy.Wish{Regions: []string{"eu-west-1", "ap-south-1", standin.Region}}, true); err != nil || len(cloud.AllStacks()) > 0 || len(cloud.Buckets()) > 0 {
		t.Errorf("%v, left are %v", err, in(cloud))
	}
}

func TestTheFirstRegionFails(t *testing.T) {
	cloud := world(t)
	cloud.FailStack(prefix+"alarms", "Alerts", "no")
	_, err := tool(t, cloud, nil, nil).Up(t.Context(), three)
	if err == nil || !strings.HasPrefix(err.Error(), "us-east-1: ") || !strings.Contains(err.Error(), "nothing was begun in the other Regions") || len(cloud.AllStacks()) > 0 {
		t.Errorf("%v, left are %v", err, in(cloud))
	}
}

func TestAnotherRegionFails(t *testing.T) {
	cloud := world(t)
	cloud.Fault(standin.Fault{Service: "cloudformation", Region: "eu-west-1", Op: "CreateStack", Key: "alarms", Status: 400, Code: "LimitExceededException", Message: "Limit for stack has been exceeded"})
	made, err := tool(t, cloud, nil, nil).Up(t.Context(), three)
	if err == nil || !strings.HasPrefix(err.Error(), "eu-west-1: make the stack") || !strings.Contains(err.Error(), "everything that this run did in eu-west-1 was taken back") ||
		!strings.HasSuffix(err.Error(), "done, and not taken back: us-east-1, ap-south-1") || !strings.Contains(hint(err), "Go on with: seismo deploy up") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if diff := cmp.Diff(map[string]int{standin.Region: 5, "ap-south-1": 4}, in(cloud)); diff != "" || len(made) != 2 {
		t.Errorf("%d made, -want +got:\n%s", len(made), diff)
	}
}

func TestSurvey(t *testing.T) {
	cloud := world(t)
	cloud.Fault(standin.Fault{Region: "me-south-1", Status: 403, Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid"})
	cloud.PutStack(standin.Stack{Region: "eu-west-1", Name: prefix + "queries", Status: "CREATE_COMPLETE", Tags: tagged})
	w := deploy.Wish{Regions: []string{standin.Region, "eu-west-1", "me-south-1"}}
	found, err := tool(t, cloud, nil, nil).Survey(t.Context(), w)
	want := deploy.Survey{Open: []string{standin.Region, "eu-west-1"}, Shut: []string{"me-south-1"}, Used: []string{"eu-west-1"}}
	if diff := cmp.Diff(want, found); diff != "" || err != nil {
		t.Errorf("%v -want +got:\n%s", err, diff)
	}
	// When no Region lets these credentials in, it is not the Regions.
	cloud.Fault(standin.Fault{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid"})
	if found, err := tool(t, cloud, nil, nil).Survey(t.Context(), w); err == nil || !strings.Contains(err.Error(), "no valid credentials") {
		t.Errorf("%v %v", found, err)
	}
}

// Ctrl-C while several Regions are worked on: the next run comes to the end.
func TestInterruptedInSeveralRegions(t *testing.T) {
	for _, at := range []string{"us-east-1       2/6", "eu-west-1       1/6", "ap-south-1      5/6"} {
		cloud := world(t)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := tool(t, cloud, nil, func(l string) {
			if strings.HasPrefix(l, at) {
				cancel()
			}
		}).Up(ctx, three)
		cancel()
		if err == nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := tool(t, cloud, nil, nil).Up(t.Context(), three); err != nil {
			t.Errorf("%s, again: %v", at, err)
		}
		if diff := cmp.Diff(map[string]int{standin.Region: 5, "eu-west-1": 4, "ap-south-1": 4}, in(cloud)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", at, diff)
		}
	}
}
