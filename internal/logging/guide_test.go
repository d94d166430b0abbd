package logging_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/logging"
	"seismo/test/standin"
)

// enabled runs a test on an account whose logging was enabled, in a bubble.
func enabled(t *testing.T, test func(t *testing.T, c *standin.Cloud, tool *logging.Tool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Fatal(err)
		}
		test(t, c, one)
	})
}

// grades are the checks of a Region by name.
func grades(t *testing.T, tool *logging.Tool) map[string]logging.Check {
	t.Helper()
	list, err := tool.Verify(t.Context(), []string{here})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]logging.Check{}
	for _, c := range list {
		all[c.Name] = c
	}
	return all
}

func wantGrade(t *testing.T, all map[string]logging.Check, name string, want logging.Grade) {
	t.Helper()
	if got := all[name]; got.State != want || want == logging.Fail && got.Remedy == "" {
		t.Errorf("%s: %q (%s), remedy %q; want %q", name, got.State, got.Saw, got.Remedy, want)
	}
}

// The enablement guide's script and stacks could not work for these reasons; each
// test holds one of them that is about enabling. (Those of its stacks alone are
// held where stacks are made.)

// Its stack declared a type of resource that CloudFormation does not have.
func TestGuide1ConfigurationIsReallyPut(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, _ *logging.Tool) {
		if c.Logging(here) == nil {
			t.Error("no configuration was put")
		}
	})
}

// AWS::Bedrock::* is no type that CloudTrail selects.
func TestGuide3TypesAreSpelledOut(t *testing.T) {
	types := logging.DataEventTypes()
	if slices.ContainsFunc(types, func(s string) bool { return strings.Contains(s, "*") }) || len(slices.Compact(slices.Sorted(slices.Values(types)))) != len(types) {
		t.Error("a type has a wildcard or stands twice")
	}
	for _, want := range []string{"AgentAlias", "InlineAgent", "KnowledgeBase", "FlowAlias", "Guardrail", "Prompt", "Model", "AsyncInvoke"} {
		if !slices.Contains(types, "AWS::Bedrock::"+want) {
			t.Error("missing:", want)
		}
	}
}

// It made no bucket policy for Bedrock.
func TestGuide4BucketLetsBedrockWrite(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		const bucket = "bedrock-logs-111122223333-eu-west-1-prod"
		wantGrade(t, grades(t, tool), "bucket: Bedrock may write", logging.Pass)
		for name, policy := range map[string]string{
			"another account": `{"Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/*","Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}}]}`,
			"another prefix":  `{"Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/other/*"}]}`,
			"denied":          `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}]}`,
			"nothing":         `{"Statement":[]}`,
		} {
			c.SetBucket(bucket, "policy", policy)
			t.Log(name)
			wantGrade(t, grades(t, tool), "bucket: Bedrock may write", logging.Fail)
		}
		c.SetBucket(bucket, "policy", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::`+bucket+`/*"}]}`)
		wantGrade(t, grades(t, tool), "bucket: Bedrock of other accounts may not", logging.Fail)
	})
}

// It left out the role that CloudWatch delivery requires.
func TestGuide5RoleIsNamedAndCanBeAssumed(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		to, _ := c.Logging(here)["cloudWatchConfig"].(map[string]any)
		if to["roleArn"] != "arn:aws:iam::111122223333:role/seismo-bedrock-logging-eu-west-1-prod" {
			t.Error("the configuration's role is", to["roleArn"])
		}
		wantGrade(t, grades(t, tool), "role: Bedrock may assume it", logging.Pass)
		c.PutRole("seismo-bedrock-logging-eu-west-1-prod", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
		wantGrade(t, grades(t, tool), "role: Bedrock may assume it", logging.Fail)
		wantGrade(t, grades(t, tool), "role: may write to the group", logging.Fail)
	})
}

// Its verification passed what was absent.
func TestGuide6NothingAbsentPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		for name, check := range grades(t, one) {
			if check.State == logging.Pass {
				t.Errorf("in an empty account %q passed", name)
			}
		}
		c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{
			"s3Config":         map[string]any{"bucketName": "gone"},
			"cloudWatchConfig": map[string]any{"logGroupName": "/gone", "roleArn": "arn:aws:iam::111122223333:role/gone"}}})
		all := grades(t, one)
		for _, name := range []string{"bucket: is there", "log group: is there", "role: is there", "large bodies are kept"} {
			wantGrade(t, all, name, logging.Fail)
		}
	})
}

// It read metrics that there are not.
func TestGuide7MetricsAreBedrocksOwn(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		wantGrade(t, grades(t, tool), "delivery: LogsS3", logging.Untold)
		count := func(metric string, n float64) {
			c.Report(standin.Sample{Region: here, Namespace: "AWS/Bedrock", Metric: metric, Time: time.Now().Add(-time.Hour), Value: n,
				Dims: map[string]string{"ModelId": "Across all model IDs"}})
		}
		count("ModelInvocationLogsS3DeliverySuccess", 5)
		count("ModelInvocationLogsCloudWatchDeliveryFailure", 2)
		all := grades(t, tool)
		wantGrade(t, all, "delivery: LogsS3", logging.Pass)
		wantGrade(t, all, "delivery: LogsCloudWatch", logging.Fail)
		count("Invocations", 7) // of before logging was turned on: they left no record
		wantGrade(t, grades(t, tool), "delivery: last object", logging.Untold)
		time.Sleep(3 * time.Hour) //nolint:forbidigo // virtual time
		wantGrade(t, grades(t, tool), "delivery: last object", logging.Untold)
		count("Invocations", 7)
		all = grades(t, tool)
		wantGrade(t, all, "delivery: last object", logging.Fail)
		c.PutObject("bedrock-logs-111122223333-eu-west-1-prod", "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/"+
			time.Now().UTC().Format("2006/01/02/15")+"/20000101T000000000Z_0011223344556677.json.gz", []byte("x"))
		wantGrade(t, grades(t, tool), "delivery: last object", logging.Pass)
	})
}

// Its trail had no log group, so that widgets over it stayed empty.
func TestGuide9TrailReachesItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		on, _ := trailed(logging.TrailWish{Environment: "prod", CloudWatch: true})
		if err := on(t.Context(), tool(t, c, newBook(), nil)); err != nil {
			t.Fatal(err)
		}
		if got := c.Trails()[0]["CloudWatchLogsLogGroupArn"]; got != "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/bedrock/cloudtrail-logs/prod:*" {
			t.Error("the trail delivers to", got)
		}
	})
}

// It skipped what was enabled already without a look at what was.
func TestGuide10WhatIsEnabledIsLookedAt(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		half := c.Logging(here)
		delete(half, "s3Config")
		half["textDataDeliveryEnabled"] = false
		plans, errs := tool.Plan(t.Context(), both(), []string{here})
		if err := logging.Join(errs); err != nil || plans[0].Changes() != 1 {
			t.Fatalf("%d changes, %v; want the configuration's", plans[0].Changes(), err)
		}
		wantGrade(t, grades(t, tool), "text is logged", logging.Fail)
		wantGrade(t, grades(t, tool), "all is as it was enabled", logging.Fail)
	})
}

// It had no bucket for bodies over 100 KB.
func TestGuide11LargeBodiesHaveAPlace(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		wantGrade(t, grades(t, tool), "large bodies are kept", logging.Pass)
		to, _ := c.Logging(here)["cloudWatchConfig"].(map[string]any)
		delete(to, "largeDataDeliveryS3Config")
		wantGrade(t, grades(t, tool), "large bodies are kept", logging.Fail)
	})
}

// It knew one Region.
func TestGuide12ManyRegionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		regions := []string{"us-east-1", "eu-west-1", "ap-southeast-2"}
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, both(), regions...); err != nil {
			t.Fatal(err)
		}
		for _, r := range regions {
			if c.Logging(r) == nil || c.Buckets()["bedrock-logs-111122223333-"+r+"-prod"]["region"] != r {
				t.Error("not enabled with its own bucket:", r)
			}
		}
		if got, err := one.Undoable(t.Context()); err != nil || len(got) != 3 {
			t.Error("undoable:", got, err)
		}
	})
}
