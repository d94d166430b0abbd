package aws

import (
	"encoding/json"
	"slices"
	"strings"
)

// holdsStacks holds what the emulator makes of the templates. It makes no trail,
// no alarm and no policy of a queue, and garbles those of the other roles; cfn-lint
// and tests of ours read those in the templates.
func (u *user) holdsStacks() {
	u.t.Helper()
	role := asked[[]string](u, "iam", "list-roles", "--query", "Roles[?contains(RoleName, 'LoggingRole')].RoleName")
	if len(role) != 1 {
		u.t.Fatalf("Bedrock's roles are %q", role)
	}
	u.holdsLogging(places{bucket: "seismo-prod-logs-" + u.number + "-" + region, prefix: "invocations", group: "/aws/bedrock/model-invocations/prod",
		role: role[0], days: 30, encryption: "aws:kms"})
	groups := asked[[]string](u, "logs", "describe-log-groups", "--query", "logGroups[].logGroupName")
	for _, kind := range []string{"model-invocations", "cloudtrail-logs", "security-events", "application-logs"} {
		if !slices.Contains(groups, "/aws/bedrock/"+kind+"/prod") {
			u.t.Errorf("no log group of %s among %q", kind, groups)
		}
	}
	if n := len(asked[[]string](u, "cloudwatch", "list-dashboards", "--query", "DashboardEntries[].DashboardName")); n != 4 {
		u.t.Errorf("there are %d dashboards", n)
	}
	url := asked[string](u, "sqs", "get-queue-url", "--queue-name", "seismo-prod-bedrock-logs", "--query", "QueueUrl")
	dead := asked[string](u, "sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "RedrivePolicy", "--query", "Attributes.RedrivePolicy")
	if !strings.Contains(dead, ":seismo-prod-bedrock-logs-dead") || !strings.Contains(dead, "maxReceiveCount") {
		u.t.Errorf("the queue has no queue of dead letters: %s", dead)
	}
}

// holdsTrail holds a trail with Bedrock's data events.
func (u *user) holdsTrail(names []string) {
	u.t.Helper()
	if len(names) != 1 {
		u.t.Fatalf("the trails are %q", names)
	}
	name := names[0]
	type trail struct {
		Name, S3BucketName, CloudWatchLogsLogGroupArn                            string
		IsMultiRegionTrail, LogFileValidationEnabled, IncludeGlobalServiceEvents bool
	}
	at := asked[struct{ TrailList []trail }](u, "cloudtrail", "describe-trails", "--trail-name-list", name).TrailList
	if len(at) != 1 || !at[0].IsMultiRegionTrail || !at[0].LogFileValidationEnabled || !at[0].IncludeGlobalServiceEvents || at[0].CloudWatchLogsLogGroupArn == "" {
		u.t.Fatalf("the trail is %+v", at)
	}
	if on := asked[struct{ IsLogging bool }](u, "cloudtrail", "get-trail-status", "--name", name).IsLogging; !on {
		u.t.Error("the trail does not record")
	}
	if insights := asked[json.RawMessage](u, "cloudtrail", "get-insight-selectors", "--trail-name", name, "--query", "InsightSelectors"); !strings.Contains(string(insights), "ApiErrorRateInsight") {
		u.t.Errorf("Insights are %s", insights)
	}
	types := asked[[]string](u, "cloudtrail", "get-event-selectors", "--trail-name", name, "--query",
		"AdvancedEventSelectors[].FieldSelectors[?Field=='resources.type'].Equals[][]")
	for _, kind := range []string{"AgentAlias", "InlineAgent", "KnowledgeBase", "FlowAlias", "Guardrail", "Prompt", "Model", "AsyncInvoke"} {
		if !slices.Contains(types, "AWS::Bedrock::"+kind) {
			u.t.Errorf("the trail does not select %s: %q", kind, types)
		}
	}
	if slices.Contains(types, "AWS::Bedrock::*") || !slices.ContainsFunc(types, func(s string) bool { return strings.HasPrefix(s, "AWS::BedrockAgentCore::") }) {
		u.t.Errorf("the trail selects %q", types)
	}
}
