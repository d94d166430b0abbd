package aws

import (
	"strings"
	"testing"
)

// TestWalkOfAnAccountInUse is the same in an account where others have a bucket
// with a policy and a lifecycle, a group, a role, a trail, and logging that goes to
// their bucket: all of it is afterwards as the AWS CLI printed it before.
func TestWalkOfAnAccountInUse(t *testing.T) {
	u := newUser(t, "343434343434")
	u.furnish()
	before := u.seen()

	if out := u.run(3, "✗", "seismo-aws logging plan"); !strings.Contains(out, "s3://theirs-343434343434/bedrock") || !strings.Contains(out, "--force") {
		t.Errorf("the plan does not say what stands in the way:\n%s", out)
	}
	u.run(1, "logging goes to", "seismo-aws logging enable")
	u.same("enable was refused and changed something", before)

	// Beside what is theirs: the same bucket, group and role, with what is missing.
	u.run(0, "logging is on", "seismo-aws logging enable --force --bucket theirs-343434343434 --prefix bedrock/all --log-group theirs --role-name theirs")
	if policy := u.aws("s3api", "get-bucket-policy", "--bucket", "theirs-343434343434", "--query", "Policy", "--output", "text"); !strings.Contains(policy, "TheirReaders") || !strings.Contains(policy, "SeismoBedrockWrites") {
		t.Errorf("both statements are to stand in the policy: %s", policy)
	}
	u.run(0, "none failed", "seismo logging verify")
	u.run(0, "put back", "seismo logging disable --delete-data")
	u.same("the account is not as it was before enable", before)

	u.run(0, "the trail records", "seismo-aws logging trail enable --trail theirs")
	selectors := u.aws("cloudtrail", "get-event-selectors", "--trail-name", "theirs")
	if !strings.Contains(selectors, "AWS::DynamoDB::Table") || !strings.Contains(selectors, "AWS::Bedrock::AgentAlias") {
		t.Errorf("their selectors and Bedrock's are to stand beside one another: %s", selectors)
	}
	u.run(0, "put back", "seismo-aws logging trail undo --trail theirs")
	u.same("the account is not as it was before the trail was taken", before)

	u.run(1, "goes to s3://theirs-343434343434/bedrock already; nothing was changed", "seismo deploy up")
	u.same("deploy up met logging of others and left something", before)
	u.run(0, "6/6 addresses", "seismo deploy up --force")
	u.run(0, "putting logging", "seismo deploy down --delete-data")
	u.same("the account is not as it was before deploy up", before)
}

// furnish makes, by the AWS CLI, what others have.
func (u *user) furnish() {
	u.t.Helper()
	const bucket = "theirs-343434343434"
	u.aws("s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration", "LocationConstraint="+region)
	u.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy",
		`{ "Version": "2012-10-17", "Id": "theirs", "Statement": [ {"Sid": "TheirReaders", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::343434343434:root"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::`+bucket+`/*"} ] }`)
	u.aws("s3api", "put-bucket-lifecycle-configuration", "--bucket", bucket, "--lifecycle-configuration",
		`{"Rules":[{"ID":"theirs","Status":"Enabled","Filter":{"Prefix":"old/"},"Expiration":{"Days":7}}]}`)
	u.aws("s3api", "put-object", "--bucket", bucket, "--key", "old/report.txt")
	u.aws("logs", "create-log-group", "--log-group-name", "theirs")
	u.aws("logs", "put-retention-policy", "--log-group-name", "theirs", "--retention-in-days", "14")
	u.aws("iam", "create-role", "--role-name", "theirs", "--assume-role-policy-document",
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`)
	u.aws("iam", "put-role-policy", "--role-name", "theirs", "--policy-name", "theirs", "--policy-document",
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}]}`)
	u.aws("bedrock", "put-model-invocation-logging-configuration", "--logging-config",
		`{"s3Config":{"bucketName":"`+bucket+`","keyPrefix":"bedrock"},"textDataDeliveryEnabled":true,"imageDataDeliveryEnabled":false,"embeddingDataDeliveryEnabled":false}`)
	u.aws("cloudtrail", "create-trail", "--name", "theirs", "--s3-bucket-name", bucket, "--is-multi-region-trail")
	u.aws("cloudtrail", "start-logging", "--name", "theirs")
	u.aws("cloudtrail", "put-event-selectors", "--trail-name", "theirs", "--advanced-event-selectors",
		`[{"Name":"theirs","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]}]}]`)
}
