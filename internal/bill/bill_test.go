package bill_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
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

// turning gives pages of a bill that never come to an end.
type turning struct {
	next  http.RoundTripper
	token func(page int) string
	pages *int
}

func (e turning) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetCostAndUsage") {
		return e.next.RoundTrip(r)
	}
	*e.pages++
	body := `{"ResultsByTime":[],"NextPageToken":"` + e.token(*e.pages) + `"}`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestEndlessPagesEnd: each page costs a cent.
func TestEndlessPagesEnd(t *testing.T) {
	for name, e := range map[string]struct {
		token func(int) string
		most  int
	}{
		"the same page": {func(int) string { return "again" }, 2},
		"in a circle":   {func(n int) string { return strconv.Itoa(n % 3) }, 50},
		"always more":   {strconv.Itoa, 50},
	} {
		t.Run(name, func(t *testing.T) {
			c, pages := standin.New(t), 0
			a, err := account.Open(t.Context(), c.Config(), account.Options{Client: turning{c.Transport(), e.token, &pages}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := bill.Fetch(t.Context(), a, day(1), day(3))
			if err == nil || !strings.Contains(err.Error(), "do not come to an end: "+strconv.Itoa(e.most)) || len(got.Days) != 0 || pages != e.most {
				t.Errorf("%d pages, error %v", pages, err)
			}
		})
	}
}
