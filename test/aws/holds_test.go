package aws

import (
	"encoding/json"
	"slices"
	"strings"
)

// list is what AWS writes as one word or as several.
type list []string

// UnmarshalJSON takes both.
func (l *list) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*l = list{""}
		return json.Unmarshal(text, &(*l)[0])
	}
	return json.Unmarshal(text, (*[]string)(l))
}

// principal is a service that a statement is of, "" for everybody and others.
type principal string

// UnmarshalJSON takes an object, and the word that is everybody.
func (p *principal) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return nil
	}
	var of struct{ Service string }
	err := json.Unmarshal(text, &of)
	*p = principal(of.Service)
	return err
}

// policy is one as AWS has it.
type policy struct {
	Statement []struct {
		Effect           string
		Principal        principal
		Action, Resource list
		Condition        struct {
			StringEquals map[string]any
			ArnLike      map[string]any
		}
	}
}

// places are what logging is to be made of.
type places struct {
	bucket, prefix, group, role, encryption string
	days                                    int
}

// holdsLogging holds every property of logging that the AWS CLI can see.
func (u *user) holdsLogging(p places) {
	u.t.Helper()
	u.holdsBucket(p)
	u.holdsGroupAndRole(p)
	type target struct{ BucketName, KeyPrefix string }
	c := asked[struct {
		LoggingConfig struct {
			CloudWatchConfig struct {
				LogGroupName, RoleArn     string
				LargeDataDeliveryS3Config target
			}
			S3Config                                                                         target
			TextDataDeliveryEnabled, ImageDataDeliveryEnabled                                bool
			EmbeddingDataDeliveryEnabled, VideoDataDeliveryEnabled, AudioDataDeliveryEnabled bool
		}
	}](u, "bedrock", "get-model-invocation-logging-configuration").LoggingConfig
	large := target{p.bucket, strings.TrimPrefix(p.prefix+"/large-data", "/")}
	if c.S3Config != (target{p.bucket, p.prefix}) || c.CloudWatchConfig.LogGroupName != p.group || c.CloudWatchConfig.LargeDataDeliveryS3Config != large ||
		c.CloudWatchConfig.RoleArn != "arn:aws:iam::"+u.number+":role/"+p.role {
		u.t.Errorf("logging goes to %+v, want %+v", c, p)
	}
	if !c.TextDataDeliveryEnabled || !c.ImageDataDeliveryEnabled || !c.EmbeddingDataDeliveryEnabled || !c.VideoDataDeliveryEnabled {
		u.t.Errorf("not all kinds of data are logged: %+v", c)
	}
}

// onlyHere tells whether a statement is Bedrock's, of this account and Region.
func (u *user) onlyHere(p policy, action, resource string) bool {
	for _, s := range p.Statement {
		if s.Effect == "Allow" && s.Principal == "bedrock.amazonaws.com" && slices.Contains(s.Action, action) &&
			(resource == "" || slices.Contains(s.Resource, resource)) && s.Condition.StringEquals["aws:SourceAccount"] == u.number &&
			s.Condition.ArnLike["aws:SourceArn"] == "arn:aws:bedrock:"+region+":"+u.number+":*" {
			return true
		}
	}
	return false
}

func (u *user) holdsBucket(p places) {
	u.t.Helper()
	if at := asked[struct{ LocationConstraint string }](u, "s3api", "get-bucket-location", "--bucket", p.bucket).LocationConstraint; at != region {
		u.t.Errorf("the bucket lies in %q", at)
	}
	var of policy
	text := asked[struct{ Policy string }](u, "s3api", "get-bucket-policy", "--bucket", p.bucket).Policy
	if err := json.Unmarshal([]byte(text), &of); err != nil {
		u.t.Fatal(err)
	}
	prefix := strings.TrimPrefix(p.prefix+"/", "/")
	for _, below := range []string{prefix, prefix + "large-data/"} {
		if !u.onlyHere(of, "s3:PutObject", "arn:aws:s3:::"+p.bucket+"/"+below+"AWSLogs/"+u.number+"/BedrockModelInvocationLogs/*") {
			u.t.Errorf("Bedrock, of this account and Region alone, is to write below %q: %s", below, text)
		}
	}
	sealed := asked[[]string](u, "s3api", "get-bucket-encryption", "--bucket", p.bucket, "--query",
		"ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm")
	if !slices.Equal(sealed, []string{p.encryption}) {
		u.t.Errorf("the bucket is encrypted by %q, want %s", sealed, p.encryption)
	}
	for what, blocked := range asked[map[string]map[string]bool](u, "s3api", "get-public-access-block", "--bucket", p.bucket)["PublicAccessBlockConfiguration"] {
		if !blocked {
			u.t.Errorf("%s is off", what)
		}
	}
	rules := asked[struct {
		Rules []struct {
			Status     string
			Filter     struct{ Prefix string }
			Expiration struct{ Days int }
		}
	}](u, "s3api", "get-bucket-lifecycle-configuration", "--bucket", p.bucket).Rules
	for _, r := range rules {
		if r.Status != "Enabled" || r.Expiration.Days != 365 || !strings.HasPrefix(r.Filter.Prefix, prefix) {
			u.t.Errorf("a rule of the lifecycle is %+v", r)
		}
	}
	if len(rules) == 0 {
		u.t.Error("the bucket has no lifecycle")
	}
}

func (u *user) holdsGroupAndRole(p places) {
	u.t.Helper()
	if days := asked[[]int](u, "logs", "describe-log-groups", "--query", "logGroups[?logGroupName=='"+p.group+"'].retentionInDays"); !slices.Equal(days, []int{p.days}) {
		u.t.Errorf("%s keeps records for %v days, want %d", p.group, days, p.days)
	}
	trust := asked[policy](u, "iam", "get-role", "--role-name", p.role, "--query", "Role.AssumeRolePolicyDocument")
	if !u.onlyHere(trust, "sts:AssumeRole", "") || len(trust.Statement) != 1 {
		u.t.Errorf("Bedrock, of this account and Region alone, is to assume the role: %+v", trust)
	}
	names := asked[[]string](u, "iam", "list-role-policies", "--role-name", p.role, "--query", "PolicyNames")
	if len(names) != 1 {
		u.t.Fatalf("the role has the policies %q", names)
	}
	may := asked[policy](u, "iam", "get-role-policy", "--role-name", p.role, "--policy-name", names[0], "--query", "PolicyDocument")
	stream := list{"arn:aws:logs:" + region + ":" + u.number + ":log-group:" + p.group + ":log-stream:aws/bedrock/modelinvocations"}
	if len(may.Statement) != 1 || !slices.Equal(slices.Sorted(slices.Values(may.Statement[0].Action)), []string{"logs:CreateLogStream", "logs:PutLogEvents"}) ||
		!slices.Equal(may.Statement[0].Resource, stream) {
		u.t.Errorf("the role may do more or less than write to its stream: %+v", may)
	}
}
