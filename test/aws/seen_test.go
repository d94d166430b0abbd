package aws

import (
	"encoding/json"
	"regexp"
	"strings"
)

// ofBuckets, ofRegions and ofTrails are the questions whose answers are an
// account. Of saved queries and of drift the emulator says nothing.
var (
	ofBuckets = []string{"get-bucket-location", "get-bucket-policy", "get-bucket-encryption", "get-bucket-lifecycle-configuration",
		"get-public-access-block", "get-bucket-notification-configuration", "get-bucket-versioning", "get-bucket-tagging", "list-objects-v2"}
	ofRegions = []string{"bedrock get-model-invocation-logging-configuration", "logs describe-log-groups", "logs describe-metric-filters",
		"cloudtrail describe-trails", "cloudwatch list-dashboards", "cloudwatch describe-alarms", "sqs list-queues", "sns list-topics", "sns list-subscriptions",
		"events list-rules"}
	ofTrails = []string{"get-event-selectors", "get-insight-selectors", "get-trail-status"}
)

// stacksThatAre are the states of stacks that are not deleted.
var stacksThatAre = strings.Fields("CREATE_IN_PROGRESS CREATE_FAILED CREATE_COMPLETE ROLLBACK_COMPLETE UPDATE_COMPLETE REVIEW_IN_PROGRESS DELETE_FAILED DELETE_IN_PROGRESS")

// requestID differs in each answer.
var requestID = regexp.MustCompile(`(?m)^.*"(RequestId|HostId)".*$`)

// seen is all that there is in the account, as the AWS CLI prints it.
func (u *user) seen() string {
	u.t.Helper()
	var all strings.Builder
	say := func(words ...string) {
		a := u.try(words...)
		all.WriteString("aws " + strings.Join(words, " ") + "\n" + requestID.ReplaceAllString(a.Out, "") + a.Err + "\n")
	}
	say("s3api", "list-buckets")
	for _, b := range asked[[]string](u, "s3api", "list-buckets", "--query", "Buckets[].Name") {
		for _, verb := range ofBuckets {
			say("s3api", verb, "--bucket", b)
		}
	}
	say("iam", "list-roles")
	for _, r := range asked[[]string](u, "iam", "list-roles", "--query", "Roles[].RoleName") {
		say("iam", "list-attached-role-policies", "--role-name", r)
		for _, p := range asked[[]string](u, "iam", "list-role-policies", "--role-name", r, "--query", "PolicyNames") {
			say("iam", "get-role-policy", "--role-name", r, "--policy-name", p)
		}
	}
	for _, question := range ofRegions {
		say(strings.Fields(question)...)
	}
	for _, arn := range asked[[]string](u, "cloudtrail", "describe-trails", "--query", "trailList[].TrailARN") {
		for _, verb := range ofTrails {
			say("cloudtrail", verb, "--trail-name", arn)
		}
	}
	say(append([]string{"cloudformation", "list-stacks", "--query", "StackSummaries[].[StackName,StackStatus]", "--stack-status-filter"}, stacksThatAre...)...)
	say("kms", "list-aliases", "--query", "Aliases[?!starts_with(AliasName, 'alias/aws/')]")
	all.WriteString("keys that are not to be deleted: " + strings.Join(u.keys(), " ") + "\n")
	return all.String()
}

// keys are the keys of KMS that are not waiting for their deletion.
func (u *user) keys() (list []string) {
	u.t.Helper()
	for _, id := range asked[[]string](u, "kms", "list-keys", "--query", "Keys[].KeyId") {
		var state string
		if a := u.try("kms", "describe-key", "--key-id", id, "--query", "KeyMetadata.KeyState"); a.Code == 0 {
			_ = json.Unmarshal([]byte(a.Out), &state) // what is no word is kept
		}
		if state != "PendingDeletion" {
			list = append(list, id)
		}
	}
	return list
}
