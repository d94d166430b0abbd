package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/store"
)

// finding is an invented finding of GuardDuty's.
func finding(n int) event.Finding {
	return event.Finding{ID: fmt.Sprintf("finding-%02d", n), Time: start.Add(time.Duration(n) * time.Minute),
		Detector: event.DetectorGuardDuty, Rule: "Impact:IAMUser/AnomalousBehavior", Severity: event.High,
		Title: "The secret user stranger called ConverseStream", Account: "111122223333", Region: "eu-west-1",
		Principal: "arn:aws:iam::111122223333:user/stranger", Resource: "ConverseStream",
		EventIDs: []string{"e1", "e2"}, Origin: event.Origin{Bucket: "example-findings", Key: "a.jsonl.gz", Line: ptr(int64(n))},
		Raw: jsontext.Value(`{"detail":"the secret","count":` + fmt.Sprint(n) + `.10}`)}
}

// testFindings holds that a finding is kept once, in its latest form.
func testFindings(t *testing.T, open Opener) {
	s := fresh(t, open)
	bare := event.Finding{ID: "bare"}
	entry := store.Entry{Object: object(1), Read: 4, LastFinding: 4, Done: start}
	r := commit(t, s, store.Batch{Findings: []event.Finding{finding(1), finding(2), finding(1), bare}, Objects: []store.Entry{entry}})
	if diff := cmp.Diff([]bool{true, true, false, true}, r.Findings); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	seen, err := s.Seen(t.Context(), []string{entry.ID})
	if e := seen[entry.ID]; err != nil || e.Read != 4 || e.Stored != 3 || e.Duplicate != 1 {
		t.Errorf("ledger: %+v, %v", e, err)
	}
	later, sooner := finding(1), finding(2)
	later.Time, later.Severity = later.Time.Add(time.Hour), event.Critical
	sooner.Time, sooner.Severity = sooner.Time.Add(-time.Hour), event.Low
	if r = commit(t, s, store.Batch{Findings: []event.Finding{sooner, later}}); r.Findings[0] || r.Findings[1] {
		t.Errorf("known findings are new: %v", r.Findings)
	}
	list, err := s.Findings(t.Context(), 10)
	want := []event.Finding{later, finding(2), bare}
	for i := range want {
		want[i].Raw = nil
	}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("(-want +got): %s%v", diff, err)
	}
	if list, err = s.Findings(t.Context(), 1); err != nil || len(list) != 1 || list[0].ID != later.ID {
		t.Errorf("the newest: %v, %v", list, err)
	}
	one, err := s.Finding(t.Context(), later.ID)
	if diff := cmp.Diff(later, one); diff != "" || err != nil {
		t.Errorf("one (-want +got): %s%v", diff, err)
	}
	if _, err := s.Finding(t.Context(), "nowhere"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
}

// testFindingModes holds that what a detector wrote is masked or left out as what
// was said is.
func testFindingModes(t *testing.T, open Opener) {
	mask := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("secret"), []byte("******")) }
	for mode, want := range map[store.Mode]string{
		store.Full: `{"detail":"the secret","count":1.10}`, store.Redacted: `{"detail":"the ******","count":1.10}`, store.Metadata: "",
	} {
		s := opened(t, open, Config{Keyring: Keyring(t), Mode: mode, Mask: mask})
		commit(t, s, store.Batch{Findings: []event.Finding{finding(1)}})
		one, err := s.Finding(t.Context(), finding(1).ID)
		if err != nil || string(one.Raw) != want {
			t.Errorf("%s: %s, want %s; %v", mode, one.Raw, want, err)
		}
		if masked := mode == store.Redacted; bytes.Contains([]byte(one.Title), []byte("secret")) == masked {
			t.Errorf("%s: title %q", mode, one.Title)
		}
	}
}

// testFindingErase holds that an erasure reaches findings.
func testFindingErase(t *testing.T, open Opener) {
	s := fresh(t, open)
	named, told, other := finding(1), finding(2), finding(3)
	named.Principal, named.Title = "arn:aws:sts::111122223333:assumed-role/Dev/Alice@example.com", "alice@example.com called Converse"
	told.Raw = jsontext.Value(`{"user":"ALICE@example.com"}`)
	commit(t, s, store.Batch{Findings: []event.Finding{named, told, other}})
	if _, err := s.Erase(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []event.Finding{named, told, other} {
		got, err := s.Finding(t.Context(), f.ID)
		if text := fmt.Sprintf("%+v %s", got, got.Raw); err != nil || strings.Contains(strings.ToLower(text), "alice") {
			t.Errorf("%v still tells who it was: %v", text, err)
		}
		if f.ID == other.ID && string(got.Raw) != string(other.Raw) {
			t.Errorf("another finding is changed: %s", got.Raw)
		}
	}
}
