package bill_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/bill"
	"seismo/internal/source"
	"seismo/test/standin"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

// What AWS bills is spread over services, usage types and pages; other services
// are none of it.
func TestFetch(t *testing.T) {
	c := standin.New(t)
	c.SetBill(
		standin.Billed{Date: "2026-03-01", Service: "Amazon Bedrock", UsageType: "USE1-NovaMicro-input-tokens", USD: 1.25},
		standin.Billed{Date: "2026-03-01", Service: "Claude Sonnet 4 (Amazon Bedrock Edition)", UsageType: "USE1-MP:USE1_OutputTokenCount-Units", USD: 10},
		standin.Billed{Date: "2026-03-01", Service: "Amazon Bedrock", UsageType: "USE1-Guardrail-ContentPolicyUnitsConsumed", USD: 0.75},
		standin.Billed{Date: "2026-03-01", Service: "Amazon Elastic Compute Cloud", UsageType: "BoxUsage:t3.small", USD: 99},
		standin.Billed{Date: "2026-03-01", Service: "Amazon Bedrock AgentCore", UsageType: "USE1-Runtime-vCPU-Hours", USD: 3},
		standin.Billed{Date: "2026-03-02", Service: "Amazon Bedrock", UsageType: "USE1-NovaMicro-output-tokens", USD: 2, Estimated: true},
		standin.Billed{Date: "2026-03-03", Service: "Amazon Bedrock", UsageType: "USE1-NovaMicro-output-tokens", USD: 7},
	)
	got, err := bill.Fetch(t.Context(), c.Account(t), day(1), day(3))
	if err != nil {
		t.Fatal(err)
	}
	want := bill.Bill{Account: standin.AccountID, Days: []bill.Day{{Date: day(1), Calls: 11.25, Other: 3.75, Final: true}, {Date: day(2), Calls: 2}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := c.Count("ce", "GetCostAndUsage"); n != 3 {
		t.Errorf("%d requests, and each costs a cent; three pages were there", n)
	}
}

func TestMissingPermissionIsNamed(t *testing.T) {
	c := standin.New(t)
	c.Fault(standin.Fault{Service: "ce", Status: 400, Code: "AccessDeniedException",
		Message: "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: ce:GetCostAndUsage on resource: *"})
	_, err := bill.Fetch(t.Context(), c.Account(t), day(1), day(2))
	var fault *source.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error()+fault.Remedy, bill.Action) {
		t.Errorf("the error does not name the action: %v", err)
	}
}
