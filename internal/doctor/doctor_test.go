package doctor_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/account"
	"seismo/internal/doctor"
	"seismo/test/standin"
)

var update = flag.Bool("update", false, "write the pages anew")

const (
	logKey = "bedrock/AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/11/21/05/20261121T050000000Z_0123456789abcdef.json.gz"
	keyARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

func alone(t *testing.T) {
	t.Helper()
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// world is an account with a queue that a bucket tells, and logging that is on.
func world(t *testing.T) *standin.Cloud {
	t.Helper()
	cloud := standin.New(t)
	cloud.Put(standin.Object{Bucket: "logs", Key: logKey, Header: http.Header{
		"X-Amz-Server-Side-Encryption": {"aws:kms"}, "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": {keyARN}}}, []byte("not read beyond a byte"))
	q := cloud.CreateQueue("events", standin.QueueOptions{})
	q.Attribute("Policy", `{"Statement":[{"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::logs"}}}]}`)
	cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
	cloud.SetBedrock("us-east-1", standin.Bedrock{Logging: map[string]any{
		"s3Config":                     map[string]any{"bucketName": "logs", "keyPrefix": "bedrock"},
		"textDataDeliveryEnabled":      true,
		"imageDataDeliveryEnabled":     true,
		"embeddingDataDeliveryEnabled": false, "videoDataDeliveryEnabled": false, "audioDataDeliveryEnabled": false,
	}})
	cloud.TagUser("collector", nil)
	now := time.Now()
	for i := range 3 {
		cloud.Report(
			standin.Sample{Namespace: "AWS/Bedrock", Metric: "Invocations", Time: now.Add(-time.Duration(i+1) * time.Hour), Value: 14},
			standin.Sample{Region: "eu-west-1", Namespace: "AWS/Bedrock", Metric: "Invocations", Dims: map[string]string{"ModelId": "m" + fmt.Sprint(i)},
				Time: now.Add(-time.Hour), Value: 2})
	}
	return cloud
}

func targets(cloud *standin.Cloud, q string) []doctor.Target {
	return []doctor.Target{
		{Source: "queue", Account: cloud.Config(), Queue: q},
		{Source: "listing", Account: cloud.Config(), Bucket: "arn:aws:s3:::logs", Prefix: "bedrock/"},
		{Source: "group", Account: cloud.Config(), Group: "bedrock"},
		{Source: "metrics", Account: cloud.Config(), Metrics: true},
		{Source: "inventory", Account: cloud.Config(), Inventory: true},
	}
}

const queueURL = "http://standin.example.com/111122223333/events"

// page renders a report, one line a check.
func page(r doctor.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-8s %-10s %-9s %s %s\n", c.State, c.Source, c.Region, c.Action, c.Resource)
		if c.Why != "" {
			fmt.Fprintf(&b, "         %s\n", strings.ReplaceAll(c.Why, "\n", " "))
		}
		if c.Remedy != "" {
			fmt.Fprintf(&b, "         → %s\n", c.Remedy)
		}
	}
	for _, l := range r.Logging {
		text, _ := json.Marshal(l, json.Deterministic(true))
		fmt.Fprintf(&b, "%s\n", text)
	}
	for _, f := range r.Found {
		fmt.Fprintf(&b, "found by %s: %s\n", f.Source, f.ARN)
	}
	return b.String()
}

func examine(t *testing.T, cloud *standin.Cloud, list []doctor.Target, regions ...string) doctor.Report {
	t.Helper()
	return doctor.Examine(context.Background(), list, doctor.Options{Client: cloud.Transport(), Regions: regions})
}

// golden holds text against a section of the pages.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "doctor.txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		archive = &txtar.Archive{Comment: []byte("What the doctor says of one account in different states of health.\n")}
	}
	if *update {
		at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
		if at < 0 {
			archive.Files = append(archive.Files, txtar.File{Name: name})
			at = len(archive.Files) - 1
		}
		archive.Files[at].Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, f := range archive.Files {
		if f.Name == name {
			if diff := cmp.Diff(string(f.Data), got); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", name, diff)
			}
			return
		}
	}
	t.Errorf("no section %s in %s; run with -update", name, path)
}

func TestAllIsWell(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		r := examine(t, cloud, targets(cloud, queueURL))
		if r.Missing() != 0 {
			t.Errorf("%d checks say that something is missing", r.Missing())
		}
		golden(t, "well", page(r))
	})
}

// Failure case 17: a key that may not be used collects nothing and says nothing.
// The doctor names the key, though KMS leaves it out; and each other refusal is
// named by its action while the rest goes on.
func TestEachMissingPermissionIsNamed(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		const user = "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: "
		cloud.Fault(
			standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied", Message: user + "kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"},
			standin.Fault{Service: "logs", Status: 400, Code: "AccessDeniedException", Message: user + "logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:111122223333:log-group:bedrock:log-stream: because no identity-based policy allows the logs:FilterLogEvents action"},
			standin.Fault{Service: "monitoring", Status: 403, Code: "AccessDenied", Message: user + "cloudwatch:ListMetrics"},
			standin.Fault{Service: "bedrock", Op: "ListGuardrails", Delay: time.Hour},
		)
		cloud.Refuse("sqs:DeleteMessage", "implicitDeny")
		begin := time.Now()
		r := examine(t, cloud, targets(cloud, queueURL))
		if took := time.Since(begin); took > 25*time.Second {
			t.Errorf("it took %v, though each check has 20 s and they run at once", took)
		}
		golden(t, "ill", page(r))
	})
}

func TestLoggingOfEveryRegion(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.Fault(standin.Fault{Region: "me-south-1", Status: 403, Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid"})
		r := examine(t, cloud, []doctor.Target{{Source: "metrics", Account: cloud.Config(), Metrics: true}}, "all")
		if n := len(doctor.Regions(account.PartitionOf("us-east-1"))); len(r.Logging) != n {
			t.Errorf("%d Regions, want %d", len(r.Logging), n)
		}
		var b strings.Builder
		for _, l := range r.Logging {
			if l.On || l.Calls == nil || *l.Calls > 0 || !l.Known {
				text, _ := json.Marshal(l, json.Deterministic(true))
				fmt.Fprintf(&b, "%s\n", text)
			}
		}
		golden(t, "regions", b.String())
	})
}

func TestCredentialsThatDoNotWorkAreSaidOnce(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.Fault(standin.Fault{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."})
		r := examine(t, cloud, targets(cloud, queueURL))
		for _, c := range r.Checks {
			if c.State == doctor.Failed && (c.Action != "sts:GetCallerIdentity" || !strings.Contains(c.Remedy, "access_key_id")) {
				t.Errorf("%+v", c)
			}
		}
		if cloud.Count("s3", "") != 0 || r.Missing() != 5 {
			t.Errorf("%d calls of S3, %d failures; want none, and one for each source", cloud.Count("s3", ""), r.Missing())
		}
	})
}

func TestPolicies(t *testing.T) {
	for _, region := range []string{"us-east-1", "cn-north-1"} {
		role := account.PartitionOf(region).ARN("iam", "", "111122223333", "role/seismo")
		cfg := account.Config{Region: region, RoleARN: role}
		p := account.PartitionOf(region)
		list := []doctor.Target{
			{Source: "queue", Account: cfg, Queue: "https://sqs." + region + "." + p.Suffix + "/111122223333/events"},
			{Source: "listing", Account: cfg, Bucket: "logs", Prefix: "bedrock/", Bodies: []string{"s3://large/data/"}},
			{Source: "group", Account: cfg, Group: "bedrock"},
			{Source: "groups", Account: cfg, GroupPrefix: "/aws/bedrock"},
			{Source: "trail", Account: cfg, Lookup: true},
			{Source: "metrics", Account: cfg, Metrics: true},
			{Source: "inventory", Account: cfg, Inventory: true},
		}
		key := p.ARN("kms", region, "111122223333", "key/1234abcd")
		got := doctor.Policies(list, doctor.Report{Found: []doctor.Found{{Source: "queue", ARN: key}, {Source: "elsewhere", ARN: "arn:aws:kms:::key/no"}}})
		if len(got) != 1 || got[0].Role != role {
			t.Fatalf("%d policies", len(got))
		}
		text, err := json.Marshal(got[0].Document, jsontext.WithIndent("  "), json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "policy-"+p.ID, string(text)+"\n")
		for _, s := range got[0].Document.Statement {
			for _, a := range s.Action {
				_, verb, _ := strings.Cut(a, ":")
				reads := strings.HasPrefix(verb, "Get") || strings.HasPrefix(verb, "List") || strings.HasPrefix(verb, "Describe") ||
					verb == "FilterLogEvents" || verb == "LookupEvents" || verb == "Decrypt" || verb == "ReceiveMessage"
				if strings.Contains(a, "*") || !reads && a != "sqs:DeleteMessage" && a != "sqs:ChangeMessageVisibility" {
					t.Errorf("%s is allowed", a)
				}
			}
		}
	}
}

// TestPolicyOfNamedBuckets: where the configuration names the buckets that a queue
// tells of, the policy reads these and no others.
func TestPolicyOfNamedBuckets(t *testing.T) {
	target := doctor.Target{Source: "queue", Queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", Buckets: []string{"example-logs"}}
	for _, s := range doctor.Policies([]doctor.Target{target}, doctor.Report{})[0].Document.Statement {
		for _, r := range s.Resource {
			if strings.Contains(r, ":s3:") && r != "arn:aws:s3:::example-logs" && r != "arn:aws:s3:::example-logs/*" {
				t.Errorf("%s allows %v on %s", s.Sid, s.Action, r)
			}
		}
	}
}
