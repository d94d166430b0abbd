package deploy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"seismo/internal/account"
	"seismo/internal/deploy"
	"seismo/test/standin"
)

// noted are the notes of what stays, by name.
func noted(kept []deploy.Kept) map[string]string {
	notes := map[string]string{}
	for _, k := range kept {
		if !k.Gone {
			notes[k.Name] = k.Note + " " + k.Command
		}
	}
	return notes
}

// Names alone prove nothing: a misspelt prefix finds the log groups of the
// deployment that is there, and leaves them.
func TestDeleteDataLeavesWhatAnotherStackHas(t *testing.T) {
	cloud, x, _ := deployed(t)
	kept, err := x.Down(t.Context(), deploy.Wish{NamePrefix: "typo", Environment: "prod", Regions: wish.Regions}, true)
	if err != nil || len(kept) != 4 {
		t.Errorf("%v %v", kept, err)
	}
	for name, note := range noted(kept) {
		if !strings.Contains(note, "it belongs to the stack seismo-prod-infrastructure") || strings.Contains(note, "aws ") {
			t.Errorf("%s: %s", name, note)
		}
	}
	if len(cloud.LogGroups()) != 4 || len(cloud.Stacks()) != len(names) || cloud.Keys()[0].State != "" {
		t.Errorf("left are %v, %d stacks", cloud.LogGroups(), len(cloud.Stacks()))
	}
}

// Where nothing was ever deployed, nothing is deleted.
func TestDeleteDataLeavesWhatNobodyKnowsTheMakerOf(t *testing.T) {
	cloud := world(t)
	cloud.Bucket(logBucket, standin.Region)
	cloud.PutObject(logBucket, "somebody/elses", []byte("x"))
	kept, err := tool(t, cloud, nil, nil).Down(t.Context(), wish, true)
	if err != nil || !strings.Contains(noted(kept)[logBucket], "not provably made by seismo: no deleted stack seismo-prod-infrastructure is known to have made it aws s3 rb --force s3://"+logBucket+" --region us-east-1") {
		t.Errorf("%+v %v", kept, err)
	}
	if len(cloud.Objects(logBucket)) != 1 {
		t.Error("it was deleted")
	}
}

// What a stack took in was somebody else's, and stays theirs, also when the stack is
// changed later or is gone; so does the key that it was given.
func TestDeleteDataLeavesWhatWasTakenIn(t *testing.T) {
	cloud, x, _ := deployed(t)
	theirs := "other-prod-logs-111122223333-us-east-1"
	cloud.Bucket(theirs, standin.Region)
	gives(cloud, "other", "prod")
	w := deploy.Wish{NamePrefix: "other", Environment: "prod", Regions: wish.Regions,
		Parameters: map[string]string{"KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/" + cloud.Keys()[0].ID}}
	for _, days := range []string{"30", "60"} {
		w.Parameters["InvocationLogDays"] = days
		if _, err := x.Up(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	w.Parameters = nil
	for range 2 { // with its stack, and without
		kept, err := x.Down(t.Context(), w, true)
		if err != nil {
			t.Fatal(err)
		}
		notes := noted(kept)
		if !strings.Contains(notes[theirs], "not provably made by seismo") || len(notes) != 5 {
			t.Errorf("%v", notes)
		}
		if _, there := cloud.Buckets()["other-prod-trail-111122223333-us-east-1"]; there {
			t.Error("the bucket that it made is there still")
		}
		if _, there := cloud.Buckets()[theirs]; !there || len(cloud.LogGroups()) != 4 || len(cloud.Stacks()) != len(names) {
			t.Errorf("left are %v, %v", cloud.Buckets(), cloud.LogGroups())
		}
	}
	if keys := cloud.Keys(); len(keys) != 1 || keys[0].State != "" {
		t.Errorf("the keys are %+v", keys)
	}
}

// A stack that somebody else is about to make is theirs, as long as it has a change
// set of theirs.
func TestAStackThatSomebodyIsAboutToMake(t *testing.T) {
	cloud := world(t)
	cloud.ReviewStack(standin.Region, prefix+"alarms", "theirs")
	x := tool(t, cloud, &enabler{}, nil)
	_, up := x.Up(t.Context(), wish)
	_, down := x.Down(t.Context(), wish, false)
	_, plan := x.Plan(t.Context(), wish)
	for _, err := range []error{up, down, plan} {
		if err == nil || !strings.Contains(err.Error(), "has change sets that are not seismo's: theirs") {
			t.Errorf("the error is %v", err)
		}
	}
	if s, ok := cloud.Stacks()[prefix+"alarms"]; !ok || s.Status != "REVIEW_IN_PROGRESS" || cloud.Left() != 1 {
		t.Errorf("it is %+v, and %d change sets are left", s, cloud.Left())
	}
}

// unending answers every question about events with one more page.
type unending struct{ events int }

func (u *unending) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	text := `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>seismo-prod-queries</StackName><StackId>arn:x</StackId>` +
		`<StackStatus>DELETE_IN_PROGRESS</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Tags><member><Key>seismo:environment</Key><Value>prod</Value></member></Tags></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
	switch {
	case strings.Contains(string(body), "DescribeStackEvents"):
		u.events++
		text = fmt.Sprintf(`<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents><member><EventId>%d</EventId><StackName>x</StackName><StackId>x</StackId><Timestamp>2026-01-01T00:00:00Z</Timestamp></member></StackEvents><NextToken>%d</NextToken></DescribeStackEventsResult></DescribeStackEventsResponse>`, u.events, u.events)
	case strings.Contains(string(body), "DescribeStackResources"):
		text = `<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources></StackResources></DescribeStackResourcesResult></DescribeStackResourcesResponse>`
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// Pages of events that do not end are read up to a bound, and waiting goes on.
func TestEventsThatDoNotEnd(t *testing.T) {
	cloud, endless := world(t), &unending{}
	a, err := account.Open(t.Context(), cloud.Config(), account.Options{Client: endless})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	x := deploy.New(a, deploy.Options{Pause: func(ctx context.Context, _ time.Duration) error {
		if looks++; looks == 3 {
			cancel()
		}
		return ctx.Err()
	}})
	if _, err := x.Down(ctx, wish, false); err == nil || looks != 3 {
		t.Errorf("%v after %d looks", err, looks)
	}
	if endless.events != 3*50 {
		t.Errorf("%d pages were read", endless.events)
	}
}
