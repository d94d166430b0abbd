package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"seismo/test/standin"
)

// The price book's sum of a day stands beside what AWS billed for it. AWS is not
// asked without --bill, since it charges for the question.
func TestReportIsHeldAgainstTheBill(t *testing.T) {
	cloud := amazon(t)
	cloud.SetBill(standin.Billed{Date: "2026-11-20", Service: "Amazon Bedrock", UsageType: "USE1-NovaLite-input-tokens", USD: 0.25, Estimated: true},
		standin.Billed{Date: "2026-11-20", Service: "Amazon Simple Storage Service", UsageType: "Requests-Tier1", USD: 7})
	text := fmt.Sprintf("db: calls.duckdb\naccounts:\n  default: {endpoint: %s, region_name: us-east-1}\nreports:\n  from: a@example.com\n"+
		"  smtp: {host: mail.example.com}\n  bill: [default]\n  daily: {to: [b@example.com]}\n", cloud.URL())
	if err := os.WriteFile("seismo.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := typed("", "ingest", "--db", "calls.duckdb", "--endpoint", cloud.URL(), "s3://logs/"); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	report := []string{"report", "daily", "--date", "2026-11-20", "--text", "-c", "seismo.yaml"}
	code, out, errs := typed("", report...)
	if code != exitOK || strings.Contains(out, "bill\n") || cloud.Count("ce", "") != 0 {
		t.Errorf("unasked: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs = typed("", append(report, "--bill")...)
	if code != exitOK || !strings.Contains(out, "111122223333, 20 Nov") || !strings.Contains(out, "$0.25") || !strings.Contains(out, "<−99.9 %") ||
		!strings.Contains(out, "AWS has not closed any of these days") && !strings.Contains(out, "AWS calls these days estimates") || cloud.Count("ce", "GetCostAndUsage") != 1 {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	cloud.Fault(standin.Fault{Service: "ce", Status: 400, Code: "AccessDeniedException",
		Message: "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: ce:GetCostAndUsage on resource: *"})
	code, out, _ = typed("", append(report, "--bill")...)
	if code != exitOK || !strings.Contains(out, "! the bill could not be read") || !strings.Contains(out, "ce:GetCostAndUsage") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
