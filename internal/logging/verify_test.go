package logging_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/logging"
	"seismo/test/standin"
)

const (
	madeRole  = "seismo-bedrock-logging-eu-west-1-prod"
	madeGroup = "/aws/bedrock/model-invocations/prod"
)

// wantSaw wants a check to come out so and to say why.
func wantSaw(t *testing.T, tool *logging.Tool, name string, want logging.Grade, saw string) {
	t.Helper()
	all := grades(t, tool)
	wantGrade(t, all, name, want)
	if !strings.Contains(all[name].Saw, saw) {
		t.Errorf("%s: says %q, want %q in it", name, all[name].Saw, saw)
	}
}

// seals is the default encryption of a bucket with a key; "" is the one of AWS.
func seals(key string) string {
	if key != "" {
		key = "<KMSMasterKeyID>" + key + "</KMSMasterKeyID>"
	}
	return `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>` +
		key + `</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
}

// keyed runs a test on an account whose logging was enabled with a key.
func keyed(t *testing.T, test func(t *testing.T, c *standin.Cloud, tool *logging.Tool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, w := standin.New(t), both()
		w.Key = c.AddKey(standin.Key{ID: keyID, Region: here})
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, w, here); err != nil {
			t.Fatal(err)
		}
		test(t, c, one)
	})
}

func TestKeyMustServe(t *testing.T) {
	const enabled, uses = "bucket: its key is enabled", "bucket: Bedrock may use its key"
	const ofGroup = "log group: CloudWatch may use its key"
	keyed(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		all := grades(t, tool)
		for _, name := range []string{enabled, uses, "log group: its key is enabled", ofGroup} {
			wantGrade(t, all, name, logging.Pass)
		}
		made := c.Keys()[0].Policy
		c.SetKeyPolicy(keyID, `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`)
		wantSaw(t, tool, uses, logging.Fail, "no statement of the policy allows it")
		wantSaw(t, tool, ofGroup, logging.Fail, "no statement of the policy allows it")
		c.SetKeyPolicy(keyID, strings.Replace(made, `"Statement":[`, `"Statement":[{"Sid":"Freeze","Effect":"Deny","Principal":"*","Action":"kms:GenerateDataKey*","Resource":"*"},`, 1))
		wantSaw(t, tool, uses, logging.Fail, `"Freeze" denies it`)
		wantSaw(t, tool, ofGroup, logging.Fail, `"Freeze" denies it`)
		c.SetKeyPolicy(keyID, strings.Replace(made, `"Statement":[`, `"Statement":[{"Sid":"Ours","Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-1"}}},`, 1))
		wantSaw(t, tool, uses, logging.Untold, `"Ours"`)
		c.SetKeyPolicy(keyID, strings.ReplaceAll(made, madeGroup, "/another"))
		wantSaw(t, tool, uses, logging.Pass, "")
		wantSaw(t, tool, ofGroup, logging.Fail, "no statement of the policy allows it")
		c.SetKeyPolicy(keyID, made)
		c.Fault(standin.Fault{Service: "kms", Op: "GetKeyPolicy", Status: 400, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: kms:GetKeyPolicy"})
		wantSaw(t, tool, uses, logging.Untold, "kms:GetKeyPolicy is not allowed")
		c.Fault(standin.Fault{Service: "kms", Op: "DescribeKey", Status: 400, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: kms:DescribeKey"})
		wantSaw(t, tool, enabled, logging.Untold, "kms:DescribeKey is not allowed")
	})
}

func TestKeyMustBeThereAndEnabled(t *testing.T) {
	const enabled, uses = "bucket: its key is enabled", "bucket: Bedrock may use its key"
	for _, state := range []string{"Disabled", "PendingDeletion"} {
		otherKey(t, standin.Key{ID: keyID, Region: here, State: state}, func(t *testing.T, tool *logging.Tool) {
			wantSaw(t, tool, enabled, logging.Fail, "is "+state)
		})
	}
	otherKey(t, standin.Key{ID: "another", Region: here}, func(t *testing.T, tool *logging.Tool) {
		wantSaw(t, tool, enabled, logging.Fail, "there is no key")
	})
	otherKey(t, standin.Key{ID: keyID, Region: here, AWS: true}, func(t *testing.T, tool *logging.Tool) {
		wantSaw(t, tool, uses, logging.Untold, "a key that AWS keeps")
	})
	recoded(t, seals(""), func(t *testing.T, tool *logging.Tool) {
		wantSaw(t, tool, uses, logging.Untold, "a key that AWS keeps")
	})
	recoded(t, seals("alias/logs"), func(t *testing.T, tool *logging.Tool) {
		wantSaw(t, tool, uses, logging.Untold, "without an account")
	})
}

// otherKey runs a test where the bucket was given a key by somebody, and there is
// another or it is so.
func otherKey(t *testing.T, key standin.Key, test func(t *testing.T, tool *logging.Tool)) {
	t.Helper()
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.AddKey(key)
		c.SetBucket(madeBucket, "encryption", seals(keyARN))
		test(t, tool)
	})
}

// recoded runs a test where somebody changed the bucket's encryption.
func recoded(t *testing.T, encryption string, test func(t *testing.T, tool *logging.Tool)) {
	t.Helper()
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.SetBucket(madeBucket, "encryption", encryption)
		test(t, tool)
	})
}

func TestRoleOfAnotherAccountIsNoRole(t *testing.T) {
	for _, arn := range []string{"arn:aws:iam::999988887777:role/" + madeRole, "arn:aws-cn:iam::111122223333:role/" + madeRole,
		"arn:aws:iam::111122223333:role/elsewhere/" + madeRole, "nonsense"} {
		enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
			if all := grades(t, tool); all["role: is there"].State != "" || all["role: Bedrock may assume it"].State != logging.Pass {
				t.Error("the role as it was made does not pass")
			}
			to, _ := c.Logging(here)["cloudWatchConfig"].(map[string]any)
			to["roleArn"] = arn
			all := grades(t, tool)
			wantGrade(t, all, "role: is there", logging.Fail)
			if all["role: Bedrock may assume it"].State == logging.Pass {
				t.Error("passed all the same:", arn)
			}
		})
	}
}

func TestRoleMayWriteByAllItsPolicies(t *testing.T) {
	const put, create = "role: may write to the group: logs:PutLogEvents", "role: may write to the group: logs:CreateLogStream"
	const policy = "arn:aws:iam::111122223333:policy/guard"
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.BoundRole(madeRole, policy, `{"Statement":[{"Effect":"Allow","Action":["logs:*","s3:*"],"Resource":"*"}]}`)
		wantSaw(t, tool, put, logging.Pass, "the policy allows it")
		c.BoundRole(madeRole, policy, `{"Statement":[{"Effect":"Allow","Action":"logs:Create*","Resource":"*"}]}`)
		wantSaw(t, tool, create, logging.Pass, "")
		wantSaw(t, tool, put, logging.Fail, "the permissions boundary "+policy+" does not allow it")
		c.BoundRole(madeRole, policy, `{"Statement":[{"Sid":"Net","Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`)
		wantSaw(t, tool, put, logging.Untold, `"Net" of the permissions boundary`)
	})
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.AttachPolicy(madeRole, policy, `{"Statement":[{"Sid":"Net","Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`)
		wantSaw(t, tool, put, logging.Untold, `"Net"`)
		c.AttachPolicy(madeRole, policy, `{"Statement":[{"Sid":"Stop","Effect":"Deny","Action":"logs:Put*","Resource":"*"}]}`)
		wantSaw(t, tool, put, logging.Fail, `"Stop" denies it`)
	})
}

func TestBucketIsClosedToAccountsThatItNames(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		const may, others = "bucket: Bedrock may write", "bucket: Bedrock of other accounts may not"
		bound := func(condition string) {
			c.SetBucket(madeBucket, "policy", `{"Statement":[{"Sid":"Write","Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::`+madeBucket+`/*","Condition":{`+condition+`}}]}`)
		}
		bound(`"StringEquals":{"aws:SourceAccount":["111122223333","999988887777"]}`)
		wantSaw(t, tool, may, logging.Pass, "")
		wantSaw(t, tool, others, logging.Fail, `"Write" allows it for account 999988887777`)
		bound(`"StringEquals":{"aws:SourceAccount":"111122223333","aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}`)
		wantSaw(t, tool, may, logging.Fail, "no statement")
		wantSaw(t, tool, others, logging.Pass, "")
		bound(`"StringEquals":{"aws:SourceAccount":"111122223333"},"StringLike":{"aws:SourceOrgPaths":"o-1/*"}`)
		wantSaw(t, tool, may, logging.Untold, `"Write"`)
		bound(`"StringLike":{"aws:SourceOrgPaths":"o-1/*"}`)
		wantSaw(t, tool, others, logging.Untold, `"Write"`)
	})
}

func TestNothingDeliveredIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Fatal(err)
		}
		call := func(ago time.Duration) {
			c.Report(standin.Sample{Region: here, Namespace: "AWS/Bedrock", Metric: "Invocations", Time: time.Now().Add(-ago), Value: 1,
				Dims: map[string]string{"ModelId": "Across all model IDs"}})
		}
		call(0)
		wantSaw(t, one, "delivery: LogsS3", logging.Untold, "of 0 calls") // of the moment at which logging was turned on
		time.Sleep(30 * time.Hour)                                        //nolint:forbidigo // virtual time
		wantSaw(t, one, "delivery: LogsS3", logging.Untold, "of 0 calls")
		call(5 * time.Minute)
		wantSaw(t, one, "delivery: LogsS3", logging.Untold, "of 0 calls") // its record may still come
		time.Sleep(time.Hour)                                             //nolint:forbidigo // virtual time
		wantSaw(t, one, "delivery: LogsS3", logging.Fail, "1 calls were made")
		wantSaw(t, one, "delivery: LogsCloudWatch", logging.Fail, "1 calls were made")
		wantSaw(t, one, "delivery: LargeDataS3", logging.Untold, "nothing was delivered")
	})
}

// TestCallsOfBeforeOthersTurnedLoggingOn asks CloudTrail since when it is on.
func TestCallsOfBeforeOthersTurnedLoggingOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		others(c)
		time.Sleep(48 * time.Hour) //nolint:forbidigo // virtual time
		c.Report(standin.Sample{Region: here, Namespace: "AWS/Bedrock", Metric: "Invocations", Time: time.Now().Add(-5 * time.Hour), Value: 3,
			Dims: map[string]string{"ModelId": "Across all model IDs"}})
		one := tool(t, c, newBook(), nil)
		wantSaw(t, one, "delivery: LogsS3", logging.Fail, "3 calls were made")
		c.PutTrailEvent(put("ann", "", time.Now().Add(-10*time.Minute)))
		wantSaw(t, one, "delivery: LogsS3", logging.Untold, "of 0 calls")
	})
}

// TestOthersRuleEndsLogsBeforeTime adds a rule to the bucket that logging was given.
func TestOthersRuleEndsLogsBeforeTime(t *testing.T) {
	const name = "bucket: logs end some day"
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		wantSaw(t, tool, name, logging.Pass, "after 365 days")
		made := c.Buckets()[madeBucket]["lifecycle"]
		theirs := func(filter, days string) {
			c.SetBucket(madeBucket, "lifecycle", strings.Replace(made, "<Rule>", "<Rule><Expiration><Days>"+days+"</Days></Expiration>"+filter+"<ID>theirs</ID><Status>Enabled</Status></Rule><Rule>", 1))
		}
		theirs("<Filter><Prefix></Prefix></Filter>", "1")
		wantSaw(t, tool, name, logging.Fail, "the rule theirs ends some after 1 day")
		theirs("<Filter><Prefix></Prefix></Filter>", "400")
		wantSaw(t, tool, name, logging.Pass, "after 365 days")
		theirs("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>", "1")
		wantSaw(t, tool, name, logging.Pass, "after 365 days")
		theirs("<Prefix>AWSLogs/</Prefix>", "1")
		wantSaw(t, tool, name, logging.Fail, "the rule theirs")
	})
}
