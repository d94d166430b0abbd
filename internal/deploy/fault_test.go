package deploy_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"seismo/internal/deploy"
	"seismo/test/standin"
)

const logBucket = "seismo-prod-logs-111122223333-us-east-1"

var tagged = map[string]string{deploy.Tag: "prod"}

// hint is how an error says to go on.
func hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

const denied = "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: "

// TestFaultsEndInASentence makes what can go wrong go wrong: the error says what
// happened and what was changed, the hint what to do and the command to go on.
// Nothing is left in the account.
func TestFaultsEndInASentence(t *testing.T) {
	api := func(op string, status int, code, message string) func(*standin.Cloud) {
		return func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "cloudformation", Op: op, Status: status, Code: code, Message: message})
		}
	}
	event := func(stack, resource, reason string) func(*standin.Cloud) {
		return func(c *standin.Cloud) { c.FailStack(prefix+stack, resource, reason) }
	}
	const nothing, taken = "nothing was changed in us-east-1", "everything that this run did in us-east-1 was taken back"
	for name, a := range map[string]struct {
		make          func(*standin.Cloud)
		says, outcome string
		hints         string
	}{
		"permission to make a stack": {api("CreateStack", 403, "AccessDenied", denied+"cloudformation:CreateStack on resource: arn:aws:cloudformation:us-east-1:111122223333:stack/x/* because no identity-based policy allows the cloudformation:CreateStack action"),
			"cloudformation:CreateStack is not allowed on arn:aws:cloudformation", nothing, "Allow cloudformation:CreateStack on arn:aws:cloudformation:us-east-1:111122223333:stack/x/* to whoever runs this command"},
		"permission to look": {api("DescribeStacks", 403, "AccessDenied", denied+"cloudformation:DescribeStacks"),
			"cloudformation:DescribeStacks is not allowed", nothing, "Allow cloudformation:DescribeStacks to whoever"},
		"permission for a resource": {event("infrastructure", "ReaderRole", "Resource handler returned message: \""+denied+"iam:CreateRole on resource: arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:CreateRole action (Service: Iam, Status Code: 403)\" (HandlerErrorCode: AccessDenied)"),
			"ReaderRole (AWS::IAM::Role): Resource handler returned message", taken, "Allow iam:CreateRole on arn:aws:iam::111122223333:role/x to whoever runs this command"},
		"organization's policy on stacks": {api("CreateStack", 403, "AccessDenied", denied+"cloudformation:CreateStack on resource: x with an explicit deny in a service control policy"),
			"cloudformation:CreateStack is not allowed", nothing, "A service control policy of the organization forbids it: ask whoever keeps it"},
		"organization's policy on a resource": {event("trail", "Trail", denied+"cloudtrail:CreateTrail on resource: arn:aws:cloudtrail:us-east-1:111122223333:trail/t with an explicit deny in a service control policy"),
			"Trail (AWS::CloudTrail::Trail)", taken, "A service control policy of the organization forbids it: ask whoever keeps it"},
		"quota of stacks": {api("CreateStack", 400, "LimitExceededException", "Limit for stack has been exceeded"),
			"the quota of stacks of this account and Region is reached (LimitExceededException)", nothing, "ask for a higher quota in Service Quotas"},
		"quota of a resource": {event("alarms", "Alerts", "Resource handler returned message: \"Topic limit exceeded (Service: Sns, Status Code: 400)\" (HandlerErrorCode: ServiceLimitExceeded)"),
			"Alerts (AWS::SNS::Topic)", taken, "ask for a higher quota in Service Quotas"},
		"quota of buckets": {event("infrastructure", "LogBucket", "You have attempted to create more buckets than allowed (Service: Amazon S3; Status Code: 400; Error Code: TooManyBuckets)"),
			"LogBucket (AWS::S3::Bucket)", taken, "ask for a higher quota in Service Quotas"},
		"name taken by another account": {func(c *standin.Cloud) { c.TakeBucket(logBucket) },
			"another account has one of this name", nothing, "Choose another --name-prefix"},
		"name taken meanwhile": {event("infrastructure", "LogBucket", logBucket+" already exists (Service: S3, Status Code: 409) BucketAlreadyExists"),
			logBucket + " already exists", taken, "bucket names are shared by all accounts"},
		"name taken by another stack": {event("infrastructure", "Queue", "seismo-prod-bedrock-logs already exists in stack arn:aws:cloudformation:us-east-1:111122223333:stack/theirs/1"),
			"Queue (AWS::SQS::Queue)", taken, "It belongs to the stack that is named"},
		"bucket in another Region": {func(c *standin.Cloud) { c.Bucket(logBucket, "us-west-2") },
			"the bucket " + logBucket + " lies in us-west-2 and not in us-east-1", nothing, "Choose another --name-prefix or --environment"},
		"bucket in another Region meanwhile": {event("infrastructure", "LogBucket", "The bucket is in a different Region (PermanentRedirect)"),
			"different Region", taken, "Choose another --name-prefix"},
		"throttling inside a stack": {event("queries", "TopUsers", "Rate exceeded (Service: CloudWatchLogs, Status Code: 400)"),
			"TopUsers (AWS::Logs::QueryDefinition): Rate exceeded", taken, "Wait a few minutes"},
		"a stack made meanwhile": {api("CreateStack", 400, "AlreadyExistsException", "Stack [x] already exists"),
			"somebody made a stack of this name meanwhile", nothing, "seismo deploy plan"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := world(t)
			a.make(cloud)
			_, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish)
			if err == nil {
				t.Fatal("no error")
			}
			for text, has := range map[string]string{a.says: err.Error(), a.outcome: err.Error(), a.hints: hint(err), "Go on with: seismo deploy up": hint(err)} {
				if !strings.Contains(has, text) {
					t.Errorf("%q is not in:\n%s", text, has)
				}
			}
			if left := cloud.Stacks(); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
			for bucket := range cloud.Buckets() {
				if bucket != logBucket || a.outcome == taken {
					t.Errorf("the bucket %s was left", bucket)
				}
			}
			if groups := cloud.LogGroups(); len(groups) > 0 {
				t.Errorf("groups were left: %v", groups)
			}
		})
	}
}

// Throttled calls are waited out.
func TestThrottlingIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.Fault(standin.Fault{Service: "cloudformation", Share: 0.3, Seed: 7, Status: 400, Code: "Throttling", Message: "Rate exceeded"})
		if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
			t.Fatal(err)
		}
		complete(t, cloud)
	})
}

// A quota is no throttling: it is told at once and not tried again.
func TestAQuotaIsTriedOnce(t *testing.T) {
	cloud := world(t)
	cloud.Fault(standin.Fault{Service: "cloudformation", Op: "CreateStack", Status: 400, Code: "LimitExceededException", Message: "Limit for stack has been exceeded"})
	if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err == nil {
		t.Fatal("no error")
	}
	if n := cloud.Count("cloudformation", "CreateStack"); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// What cannot be taken back is named, with the commands that show and remove it.
func TestWhatCannotBeTakenBackIsNamed(t *testing.T) {
	cloud := world(t)
	cloud.FailStack(prefix+"alarms", "Alerts", "no")
	cloud.FailStackAt(prefix+"infrastructure", standin.StackFault{Delete: true, Resource: "Queue", Reason: denied + "sqs:DeleteQueue on resource: arn:aws:sqs:us-east-1:111122223333:q"})
	_, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish)
	if err == nil || !strings.Contains(err.Error(), "Alerts (AWS::SNS::Topic): no") || !strings.Contains(err.Error(), "not everything could be taken back: the stack seismo-prod-infrastructure") ||
		!strings.Contains(hint(err), "seismo deploy status") || !strings.Contains(hint(err), "seismo deploy down") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if left := cloud.Stacks(); len(left) != 1 || left[prefix+"infrastructure"].Status != "DELETE_FAILED" {
		t.Errorf("left are %v", left)
	}
	// What is left half-made is no obstacle for the next try.
	if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	complete(t, cloud)
}

// A stack that somebody else works on is waited for, whatever is done to it.
func TestStacksThatSomebodyWorksOn(t *testing.T) {
	for _, status := range []string{"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
		"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"} {
		t.Run(status, func(t *testing.T) {
			cloud := world(t)
			cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "alarms", Status: status, Tags: tagged, Template: "older"})
			var lines []string
			if _, err := tool(t, cloud, &enabler{}, func(l string) { lines = append(lines, l) }).Up(t.Context(), wish); err != nil {
				t.Fatal(err)
			}
			complete(t, cloud)
			if text := strings.Join(lines, "\n"); !strings.Contains(text, "seismo-prod-alarms: waiting for what CloudFormation does already ("+status+")") {
				t.Errorf("nothing was said of waiting:\n%s", text)
			}
		})
	}
}

// A half-made stack that cannot be removed, or brought back, is told so; it is
// the only thing that the run met.
func TestHalfMadeStacksThatStay(t *testing.T) {
	for status, a := range map[string]struct {
		fault standin.StackFault
		says  string
	}{
		"ROLLBACK_FAILED":        {standin.StackFault{Delete: true, Resource: "Topic", Reason: denied + "sns:DeleteTopic on resource: arn:aws:sns:us-east-1:111122223333:t"}, "could not be deleted (DELETE_FAILED): Topic"},
		"DELETE_FAILED":          {standin.StackFault{Delete: true, Resource: "LogBucket", Reason: "The bucket you tried to delete is not empty"}, "could not be deleted (DELETE_FAILED): LogBucket"},
		"UPDATE_ROLLBACK_FAILED": {standin.StackFault{Resource: "Budget", Reason: "Rate exceeded", End: "UPDATE_ROLLBACK_FAILED"}, "cannot be brought back to what it was (UPDATE_ROLLBACK_FAILED): Budget"},
	} {
		t.Run(status, func(t *testing.T) {
			cloud := world(t)
			cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "infrastructure", Status: status, Tags: tagged, Template: "older"})
			cloud.FailStackAt(prefix+"infrastructure", a.fault)
			_, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish)
			if err == nil || !strings.Contains(err.Error(), a.says) || !strings.Contains(hint(err), "Go on with: ") {
				t.Errorf("%v\n%s", err, hint(err))
			}
			if len(cloud.Stacks()) != 1 {
				t.Errorf("left are %v", cloud.Stacks())
			}
		})
	}
}

// Somebody changes a stack after the change was planned: theirs stays.
func TestAStackChangedMeanwhile(t *testing.T) {
	cloud := world(t)
	if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	cloud.ChangeStack(prefix+"alarms", "older")
	_, err := tool(t, cloud, &enabler{}, func(line string) {
		if strings.HasPrefix(line, "  seismo-prod-alarms: ") {
			cloud.ChangeStack(prefix+"alarms", "theirs")
		}
	}).Up(t.Context(), wish)
	if err == nil || !strings.Contains(err.Error(), "somebody changed the stack after the change was planned; their change stays") ||
		!strings.Contains(err.Error(), "nothing was changed in us-east-1") || !strings.Contains(hint(err), "`seismo deploy plan`") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if got := cloud.Stacks()[prefix+"alarms"].Template; got != "theirs" || cloud.Left() > 0 {
		t.Errorf("the template is %q, and %d change sets are left", got, cloud.Left())
	}
}

// Somebody begins to change a stack after the change was planned.
func TestAStackThatSomebodyBeganToChange(t *testing.T) {
	cloud := world(t)
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "alarms", Status: "UPDATE_COMPLETE", Tags: tagged, Template: "older"})
	cloud.Fault(standin.Fault{Service: "cloudformation", Op: "ExecuteChangeSet", Status: 400, Code: "ValidationError",
		Message: "Stack:arn:aws:cloudformation:us-east-1:111122223333:stack/x/1 is in UPDATE_IN_PROGRESS state and can not be updated."})
	_, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish)
	if err == nil || !strings.Contains(err.Error(), "somebody else changes the stack right now") || !strings.Contains(err.Error(), "was taken back") ||
		!strings.Contains(hint(err), "Wait until that is done") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if left := cloud.Stacks(); len(left) != 1 || left[prefix+"alarms"].Template != "older" {
		t.Errorf("left are %v", left)
	}
}

// A stack of this run that somebody changed before the run failed is not put
// back over their change.
func TestSomebodysChangeIsNotPutBack(t *testing.T) {
	cloud := world(t)
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "infrastructure", Status: "UPDATE_COMPLETE", Tags: tagged, Template: "older"})
	cloud.FailStack(prefix+"queries", "Errors", "no")
	_, err := tool(t, cloud, &enabler{}, func(line string) {
		if strings.HasPrefix(line, "5/6") {
			cloud.ChangeStack(prefix+"infrastructure", "theirs")
		}
	}).Up(t.Context(), wish)
	if err == nil || !strings.Contains(err.Error(), "somebody else changed the stack seismo-prod-infrastructure in us-east-1 meanwhile; it stays as it is") {
		t.Error(err)
	}
	if got := cloud.Stacks()[prefix+"infrastructure"].Template; got != "theirs" {
		t.Errorf("the template is %.20q", got)
	}
}

// The answer to the making of a stack is lost: it is asked for again, and made
// once. When no answer comes at all, what was made is found and taken back.
func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.Fault(standin.Fault{Service: "cloudformation", Op: "CreateStack", Times: 3, Late: true, Status: 500, Code: "InternalFailure"})
		if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
			t.Error(err)
		}
		complete(t, cloud)
	})
	// The same of a change: it was executed, and gets back what it had.
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "alarms", Status: "UPDATE_COMPLETE", Tags: tagged, Template: "older"})
		cloud.Fault(standin.Fault{Service: "cloudformation", Op: "ExecuteChangeSet", Times: 4, Late: true, Status: 500})
		if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err == nil || !strings.Contains(err.Error(), "everything that this run did in us-east-1 was taken back") {
			t.Error(err)
		}
		if got := cloud.Stacks()[prefix+"alarms"].Template; got != "older" || cloud.Left() > 0 {
			t.Errorf("the template is %.20q, %d change sets are left", got, cloud.Left())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.Fault(standin.Fault{Service: "cloudformation", Op: "CreateStack", Key: "alarms", Late: true, Status: 500})
		if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err == nil || !strings.Contains(err.Error(), "was taken back") {
			t.Error(err)
		}
		if left := cloud.Stacks(); len(left) > 0 {
			t.Errorf("left are %d stacks", len(left))
		}
	})
}
