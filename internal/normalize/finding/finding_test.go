package finding

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

var update = flag.Bool("update", false, "rewrite the golden pages under testdata")

// TestGolden reads each page of testdata: record.json is what a detector wrote,
// finding.json the finding made of it.
func TestGolden(t *testing.T) {
	for _, path := range pages(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			page, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f := read(t, page.Files[0].Data)
			if string(f.Raw) != strings.TrimSpace(string(page.Files[0].Data)) || f.Origin.Key != "a.json" || f.ID == "" {
				t.Errorf("id %q, origin %+v, %d bytes of raw text", f.ID, f.Origin, len(f.Raw))
			}
			f.ID, f.Raw, f.Origin = "", nil, event.Origin{}
			got, err := json.Marshal(f, jsontext.WithIndent("  "), json.Deterministic(true))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			if *update {
				page.Files[1].Data = got
				if err := os.WriteFile(path, txtar.Format(page), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(page.Files[1].Data), string(got)); diff != "" {
				t.Errorf("finding (-want +got):\n%s", diff)
			}
		})
	}
}

func pages(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(found) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return found
}

// read makes a finding by the detector that the record's shape tells.
func read(t testing.TB, raw []byte) event.Finding {
	t.Helper()
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Get("eventCategory").Exists() {
		return Insight(doc, event.Origin{Key: "a.json"})
	}
	return GuardDuty(doc, event.Origin{Key: "a.json"})
}

// TestOneThingIsOneFinding holds that what a detector writes again about the same
// thing has the same id, and tells more the later it is.
func TestOneThingIsOneFinding(t *testing.T) {
	const insight = `{"eventCategory":"Insight","awsRegion":"r","recipientAccountId":"1","eventID":"e1","sharedEventID":"s1","eventTime":"2026-03-01T08:30:00Z","insightDetails":{"state":"Start"}}`
	const guardDuty = `{"id":"f1","accountId":"1","region":"r","updatedAt":"2026-03-01T08:30:00Z","service":{"count":1}}`
	for name, tt := range map[string]struct {
		first, again string
		same         bool
	}{
		"end of an insight":    {insight, strings.NewReplacer("Start", "End", "e1", "e2", "08:30", "08:35").Replace(insight), true},
		"another insight":      {insight, strings.ReplaceAll(insight, "s1", "s2"), false},
		"update of guardduty":  {guardDuty, strings.NewReplacer(`"count":1`, `"count":2`, "08:30", "09:30").Replace(guardDuty), true},
		"another of guardduty": {guardDuty, strings.ReplaceAll(guardDuty, "f1", "f2"), false},
		"another account":      {guardDuty, strings.ReplaceAll(guardDuty, `"accountId":"1"`, `"accountId":"2"`), false},
		"no name, same text":   {`{"id":""}`, `{"id":""}`, true},
		"no name, other text":  {`{"id":""}`, `{"id":"","x":1}`, false},
	} {
		a, b := read(t, []byte(tt.first)), read(t, []byte(tt.again))
		if (a.ID == b.ID) != tt.same {
			t.Errorf("%s: ids %q and %q", name, a.ID, b.ID)
		}
		if tt.first != tt.again && tt.same && !b.Time.After(a.Time) {
			t.Errorf("%s: %v is not later than %v", name, b.Time, a.Time)
		}
	}
}

// TestSeverity holds AWS's table at its edges.
func TestSeverity(t *testing.T) {
	for number, want := range map[string]string{
		"1": event.Low, "1.0": event.Low, "3.9": event.Low, "4": event.Medium, "6.9": event.Medium, "7": event.High,
		"8.9": event.High, "9": event.Critical, "10": event.Critical, "0.5": event.Info, "null": "", `"8"`: "",
	} {
		if f := read(t, []byte(`{"id":"f","severity":`+number+`}`)); f.Severity != want {
			t.Errorf("%s is %q, want %q", number, f.Severity, want)
		}
	}
}

func FuzzFinding(f *testing.F) {
	for _, path := range pages(f) {
		page, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page.Files[0].Data)
	}
	f.Add([]byte(`{"id":"x","title":"` + strings.Repeat("ä", 600) + `"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := jsondoc.Parse(raw)
		if err != nil {
			return
		}
		for _, made := range []event.Finding{Insight(doc, event.Origin{}), GuardDuty(doc, event.Origin{})} {
			for _, column := range []string{made.Rule, made.Title, made.Principal, made.Resource} {
				if len(column) > longest+len("…") || !utf8.ValidString(column) {
					t.Errorf("%d bytes in a column: %q", len(column), column)
				}
			}
			if made.ID == "" || made.Detector == "" {
				t.Errorf("id %q, detector %q", made.ID, made.Detector)
			}
		}
	})
}
