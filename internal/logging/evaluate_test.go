package logging

import (
	"slices"
	"strings"
	"testing"

	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
)

// ireland is a Region of an account, for what asks AWS nothing.
func ireland() place {
	return place{nil, "111122223333", "eu-west-1", account.PartitionOf("eu-west-1")}
}

// TestJudgeDoesNotGuess asks for what Bedrock does here: what is not known of its
// request leaves a statement open, and what is known of every service's does not.
func TestJudgeDoesNotGuess(t *testing.T) {
	const below = "arn:aws:s3:::logs/AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/"
	ask := ireland().ofBedrock(tenant{"111122223333", "eu-west-1"}, "s3:PutObject", below+"2026/01/01/00/x.json.gz")
	ask.below = below
	allow := func(condition string) string {
		return `{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::logs/*","Condition":{` + condition + `}}`
	}
	deny := func(condition string) string {
		return allow("") + `,{"Sid":"Guard","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{` + condition + `}}`
	}
	denied := func(resource string) string {
		return allow("") + `,{"Sid":"Guard","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"` + resource + `"}`
	}
	for statements, want := range map[string]decision{
		// A wildcard is an ordinary letter to StringEquals; whose ARN it is nobody knows.
		allow(`"StringEquals":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}`):                                silent,
		allow(`"StringEquals":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:logging/x"}`):                        undecided,
		allow(`"StringLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}`):                                  allows,
		allow(`"ArnEquals":{"aws:SourceArn":"arn:aws:bedrock:*:111122223333:*"}`):                                           allows,
		allow(`"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:provisioned/*"}`):                         undecided,
		allow(`"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:*"}`):                                                            undecided,
		allow(`"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:111122223333:*"}`):                                     silent,
		allow(`"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`):                                                undecided,
		allow(`"StringEquals":{"aws:SourceAccount":"${aws:ResourceAccount}"}`):                                              undecided,
		deny(`"Bool":{"aws:PrincipalIsAWSService":"true"}`):                                                                 denies,
		deny(`"StringEquals":{"aws:PrincipalServiceName":"bedrock.amazonaws.com"}`):                                         denies,
		deny(`"Null":{"aws:PrincipalServiceName":"false"}`):                                                                 denies,
		deny(`"Null":{"aws:SourceAccount":"true"}`):                                                                         allows,
		deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-mine"}`):                                                           denies,
		deny(`"StringEquals":{"aws:ResourceAccount":"111122223333"}`):                                                       denies,
		deny(`"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`):                                                          denies,
		deny(`"StringEquals":{"aws:SourceAccount":111122223333}`):                                                           denies,
		deny(`"StringEquals":{"aws:SourceOrgID":"o-mine"}`):                                                                 undecided,
		deny(`"StringLike":{"s3:x-amz-server-side-encryption":"*"}`):                                                        undecided,
		deny(`"Null":{"s3:x-amz-server-side-encryption":"true"}`):                                                           undecided,
		deny(`"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}`):                                     undecided,
		deny(`"StringNotEquals":{"aws:SourceAccount":"${aws:ResourceAccount}"}`):                                            undecided,
		deny(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`):                                                              undecided,
		deny(`"ForAnyValue:StringEquals":{"aws:PrincipalServiceNamesList":"bedrock.amazonaws.com"}`):                        undecided,
		deny(`"Bool":{"aws:SecureTransport":false}`):                                                                        allows,
		deny(`"NumericLessThan":{"s3:TlsVersion":"1.2"}`):                                                                   undecided,
		deny(`"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`): allows,
		deny(`"NotIpAddressIfExists":{"aws:SourceIp":"192.0.2.0/24"},"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`): allows,
		deny(`"StringNotEqualsIfExists":{"aws:SourceOrgID":"o-1"},"Null":{"aws:SourceAccount":"false"},"Bool":{"aws:PrincipalIsAWSService":"true"}`):                            undecided,
		denied("arn:aws:s3:::logs/AWSLogs/*/2027/*"):                                     undecided, // some of what Bedrock writes
		denied("arn:aws:s3:::logs/AWSLogs/*/data/*"):                                     undecided,
		denied("arn:aws:s3:::logs/payroll/*"):                                            allows,
		denied("arn:aws:s3:::${aws:PrincipalTag/team}/*"):                                undecided,
		denied(below + "*"):                                                              denies,
		allow("") + `,{"effect":"Deny","principal":"*","action":"s3:*","resource":"*"}`:  denies,
		`{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`: undecided,
		deny(`"StringEquals":{"aws:SourceOrgID":"o-1"}`) + `,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}`: denies,
		`{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceOrgID":"o-1"}}}`:         silent,
	} {
		got := ask.judge(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
		if got.decision != want {
			t.Errorf("%s\n%d, want %d", statements, got.decision, want)
		}
		if guard := strings.Contains(statements, "Guard"); guard && want == undecided && !strings.Contains(got.saw(), `"Guard"`) {
			t.Errorf("the statement is not named: %s", got.saw())
		}
	}
}

// TestPoliciesOfARoleAreOne has a denial that may apply win over what another policy
// allows, in either order.
func TestPoliciesOfARoleAreOne(t *testing.T) {
	ask := ireland().ofRole("arn:aws:iam::111122223333:role/r", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s")
	may := `{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`
	perhaps := `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}}`
	mayNot := `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:PrincipalIsAWSService":"false"}}}}`
	for _, c := range []struct {
		policies []string
		want     decision
	}{{[]string{may}, allows}, {[]string{may, perhaps}, undecided}, {[]string{may, perhaps, mayNot}, denies}, {[]string{perhaps}, silent}, {[]string{may, "["}, undecided}} {
		backward := slices.Clone(c.policies)
		slices.Reverse(backward)
		if got, other := ask.judge(c.policies...).decision, ask.judge(backward...).decision; got != c.want || other != c.want {
			t.Errorf("%v: %d and backward %d, want %d", c.policies, got, other, c.want)
		}
	}
}

// TestStrangersAreNamedByPolicies finds other accounts that a policy lets in beside
// this one.
func TestStrangersAreNamedByPolicies(t *testing.T) {
	ask := func(who tenant) asking { return ireland().ofBedrock(who, "s3:PutObject", "arn:aws:s3:::b/x") }
	for condition, open := range map[string]bool{
		``: true,
		`"StringEquals":{"aws:SourceAccount":"111122223333"}`:                                                                                         false,
		`"StringEquals":{"aws:SourceAccount":["111122223333","999988887777"]}`:                                                                        true,
		`"StringLike":{"aws:SourceAccount":"1111*"}`:                                                                                                  true,
		`"StringLike":{"aws:SourceAccount":"11112222333?"}`:                                                                                           true,
		`"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:*:111122223333:*"}`:                                                                              false,
		`"ArnLike":{"aws:SourceArn":["arn:aws:bedrock:*:111122223333:*","arn:aws:bedrock:us-east-1:999988887777:*"]}`:                                 true,
		`"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:*:*:*"}`:                                                                                         true,
		`"StringEquals":{"aws:SourceAccount":["111122223333","999988887777"]},"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}`: false,
		`"StringNotEquals":{"aws:SourceAccount":"999988887777"}`:                                                                                      true,
	} {
		policy := `{"Statement":{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"*","Condition":{` + condition + `}}}`
		got := false
		for _, who := range ireland().strangers(policy) {
			if who.account == "111122223333" {
				t.Errorf("%s: the account itself is no stranger", condition)
			}
			got = got || ask(who).judge(policy).decision == allows
		}
		if got != open {
			t.Errorf("%s: open to others %v, want %v", condition, got, open)
		}
	}
}

// TestEnds takes only rules that end everything, and the earliest end.
func TestEnds(t *testing.T) {
	const below = "AWSLogs/111122223333/BedrockModelInvocationLogs/"
	rule := func(id, filter, days string) string {
		return `{"ID":"` + id + `","Status":"Enabled",` + filter + `"Expiration":{"Days":` + days + `}}`
	}
	all, mine := `"Filter":{"Prefix":""},`, rule("SeismoBedrockLogs", `"Filter":{"Prefix":"`+below+`"},`, "365")
	for _, c := range []struct {
		rules  string
		wished int
		ok     bool
		saw    string
	}{
		{mine, 0, true, "after 365 days"},
		{rule("x", all, "30"), -1, true, "after 30 days"},
		{rule("x", ``, "30"), -1, true, "after 30 days"},
		{rule("x", `"Prefix":"AWSLogs/",`, "30"), -1, true, "after 30 days"},
		{rule("x", `"Prefix":"tmp/",`, "30"), -1, false, "no rule"},
		{rule("x", `"Filter":{"Tag":{"Key":"a","Value":"b"}},`, "30"), -1, false, "no rule"},
		{rule("x", `"Filter":{"And":{"Prefix":"AWSLogs/","Tags":[{"Key":"a","Value":"b"}]}},`, "30"), -1, false, "no rule"},
		{rule("x", `"Filter":{"And":{"Prefix":"tmp/","ObjectSizeLessThan":9}},`, "30"), -1, false, "no rule"},
		{rule("x", `"Filter":{"ObjectSizeGreaterThan":1000000000},`, "30"), -1, false, "no rule"},
		{rule("x", `"Filter":{"Prefix":"`+below+`eu-west-1/2026/"},`, "30"), -1, false, "no rule"},
		{strings.Replace(mine, "Enabled", "Disabled", 1), 0, false, "no rule"},
		{mine + "," + rule("theirs", all, "1"), -1, true, "after 1 day"},
		{mine + "," + rule("theirs", all, "1"), 0, false, "theirs"},
		{rule("theirs", all, "1") + "," + mine, 0, false, "theirs"},
		{mine + "," + rule("theirs", all, "90"), 90, true, "after 90 days"},
		{mine + "," + rule("theirs", all, "90"), 365, false, "before the 365 days"},
		{mine + "," + rule("theirs", `"Filter":{"ObjectSizeGreaterThan":1},`, "1"), 0, false, "theirs"},
		{mine + "," + rule("theirs", `"Filter":{"Prefix":"`+below+`eu-west-1/"},`, "1"), 0, false, "theirs"},
		{mine + "," + rule("theirs", `"Filter":{"Prefix":"tmp/"},`, "1"), 0, true, "after 365 days"},
		{mine + "," + rule("theirs", `"Filter":{"Tag":{"Key":"a","Value":"b"}},`, "1"), 0, true, "after 365 days"},
		{mine + `,{"ID":"theirs","Status":"Enabled","Expiration":{"Date":"2026-01-01T00:00:00Z"}}`, 0, false, "2026-01-01"},
		{`{"ID":"theirs","Status":"Enabled","Expiration":{"Date":"2026-01-01T00:00:00Z"}}`, -1, false, "no rule"},
	} {
		if ok, saw := ends("["+c.rules+"]", below, c.wished); ok != c.ok || !strings.Contains(saw, c.saw) {
			t.Errorf("%s, wished %d: %v %q, want %v %q", c.rules, c.wished, ok, saw, c.ok, c.saw)
		}
	}
	w := []string{rule("SeismoBedrockLogs", `"Filter":{"And":{"Prefix":"`+below+`","ObjectSizeLessThan":9}},`, "365"), mine}
	rules, err := fromText[[]objects.LifecycleRule]("[" + w[1] + "]")
	if err != nil {
		t.Fatal(err)
	}
	if after, err := mergedRules("["+w[0]+"]", rules, true); err != nil || strings.Contains(after, "ObjectSize") {
		t.Errorf("a rule of seismo that somebody narrowed stays narrow: %s, %v", after, err)
	}
}
