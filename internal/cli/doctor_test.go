package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/doctor"
	"seismo/test/standin"
)

// amazon is an AWS on loopback, with credentials for it in the environment, a
// bucket with a log object, a queue and a log group.
func amazon(t *testing.T) *standin.Cloud {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_ACCESS_KEY_ID", standin.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", standin.SecretKey)
	cloud := standin.New(t)
	record := `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-11-20T10:00:00Z","accountId":"111122223333",` +
		`"identity":{"arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/alice@example.com"},` +
		`"region":"us-east-1","requestId":"11111111-2222-3333-4444-555555555555","operation":"Converse","modelId":"amazon.nova-lite-v1:0",` +
		`"input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":"SecretPrompt7331"}]}]},"inputTokenCount":12},` +
		`"output":{"outputContentType":"application/json","outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"SecretAnswer7331"}]}},"stopReason":"end_turn"},"outputTokenCount":34}}` + "\n"
	cloud.PutObject("logs", "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/11/20/10/20261120T100000000Z_0123456789abcdef.json", []byte(record))
	cloud.CreateQueue("events", standin.QueueOptions{}).Attribute("Policy", `{"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::logs"}}}`)
	group := cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
	cloud.PutLog(group, standin.LogEvent{Time: time.Now().Add(-time.Hour), Message: record})
	cloud.SetBedrock("us-east-1", standin.Bedrock{Logging: map[string]any{
		"s3Config": map[string]any{"bucketName": "logs"}, "cloudWatchConfig": map[string]any{"logGroupName": "bedrock"}}})
	return cloud
}

// typed runs a command with input and returns what it printed.
func typed(input string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(args, strings.NewReader(input), &o, &e)
	return code, o.String(), e.String()
}

func TestDoctorExaminesAFile(t *testing.T) {
	cloud := amazon(t)
	text := fmt.Sprintf("accounts:\n  default: {endpoint: %s, region_name: us-east-1}\nsources:\n  - {name: logs, bucket_arn: logs}\n  - {name: group, log_group_name: bedrock}\n", cloud.URL())
	if err := os.WriteFile("seismo.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := typed("", "doctor")
	if code != exitOK || !strings.Contains(out, "✓ s3:GetObject") || !strings.Contains(out, "✓ logs:FilterLogEvents") || !strings.Contains(out, "all is well") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	cloud.Fault(standin.Fault{Service: "logs", Status: 400, Code: "AccessDeniedException",
		Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:111122223333:log-group:bedrock:log-stream:"})
	code, out, errs = typed("", "doctor", "-c", "seismo.yaml")
	if code != exitPartial || !strings.Contains(out, "✗ logs:FilterLogEvents") || !strings.Contains(out, "→ Allow logs:FilterLogEvents") || !strings.Contains(out, "1 of ") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

func TestDoctorExaminesWhatFlagsName(t *testing.T) {
	cloud := amazon(t)
	at := []string{"doctor", "--endpoint", cloud.URL(), "--region", "us-east-1", "--queue-url", cloud.URL() + "/111122223333/events"}
	code, out, errs := typed("", append(at, "--json")...)
	var report doctor.Report
	if err := json.Unmarshal([]byte(out), &report); code != exitOK || err != nil {
		t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	if len(report.Logging) != 1 || !report.Logging[0].On || len(report.Found) != 1 {
		t.Errorf("%+v", report)
	}
	code, out, errs = typed("", append(at, "--policy")...)
	var policy doctor.Document
	if err := json.Unmarshal([]byte(out), &policy); code != exitOK || err != nil || len(policy.Statement) != 3 {
		t.Errorf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	if code, _, errs = typed("", "doctor", "--external-id", "x", "--bucket", "logs"); code != exitUsage || !strings.Contains(errs, "role_arn") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
