package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
)

// someFindings are one of each detector, and one that says next to nothing.
func someFindings() []event.Finding {
	return []event.Finding{
		{ID: "f1nd1ng1", Time: newest, Detector: event.DetectorGuardDuty, Rule: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
			Severity: event.High, Title: "Credentials for the instance role web-server were used from a remote account.", Account: "111122223333",
			Region: "us-east-1", Principal: "web-server", Resource: "bedrock.amazonaws.com InvokeModel"},
		{ID: "f1nd1ng2", Time: newest.Add(-time.Hour), Detector: event.DetectorInsight, Rule: "ApiCallRateInsight", Severity: event.Low,
			Title: "Unusual rate of calls of bedrock.amazonaws.com InvokeModel: 48 a minute, usually 0.035", Account: "111122223333", Region: "us-east-1",
			Principal: "arn:aws:iam::111122223333:role/batch-worker", Resource: "bedrock.amazonaws.com InvokeModel"},
		{ID: "f1nd1ng3", Detector: event.DetectorGuardDuty, Rule: "Some:Kind/Of", Title: "Some:Kind/Of"},
	}
}

func TestClientReadsFindings(t *testing.T) {
	f := newFake()
	f.found = someFindings()
	for limit, want := range map[int][]event.Finding{3: f.found, 1: f.found[:1]} {
		got, err := over(t, f).Backend().Findings(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestFindingsAsCSV(t *testing.T) {
	f := newFake()
	f.found = append(someFindings()[:1], event.Finding{ID: "x", Title: "=1+1"})
	w := get(t, New(f.config()), "/api/findings?format=csv")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "id,time,severity,detector,rule,title,") || !strings.Contains(lines[2], "'=1+1") {
		t.Errorf("%q", lines)
	}
}

func TestFindingsOnThePage(t *testing.T) {
	f := newFake()
	if page := get(t, New(f.config()), "/findings").Body.String(); !strings.Contains(page, "No findings") || !strings.Contains(page, "seismo ingest") {
		t.Error("an empty page does not say how it is filled")
	}
	for i := range findingsShown + 1 {
		f.found = append(f.found, event.Finding{ID: fmt.Sprint(i), Time: newest, Severity: event.Critical, Title: fmt.Sprintf("finding %d.", i)})
	}
	page := get(t, New(f.config()), "/findings").Body.String()
	if !strings.Contains(page, "finding 499.") || strings.Contains(page, "finding 500.") || !strings.Contains(page, "there are older ones") {
		t.Error("the page does not bound its list, or does not say so")
	}
	cfg := f.config()
	cfg.Findings = nil
	for _, path := range []string{"/findings", "/api/findings"} {
		if w := get(t, New(cfg), path); w.Code != http.StatusNotFound {
			t.Errorf("%s without a store of findings: %d", path, w.Code)
		}
	}
	cfg.Findings = func(context.Context, int) ([]event.Finding, error) { return nil, context.DeadlineExceeded }
	if w := get(t, New(cfg), "/api/findings"); w.Code < 500 {
		t.Errorf("a failure answers %d", w.Code)
	}
	if w := get(t, New(cfg), "/api/findings?limit=x"); w.Code != http.StatusBadRequest {
		t.Errorf("a bad limit answers %d", w.Code)
	}
}
