package report

import (
	"context"
	"strings"
	"testing"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
)

// latest are rows of which the last one is the newest.
type latest struct{ rows }

func (l latest) Search(context.Context, query.Query) (query.Page, error) {
	return query.Page{Events: []event.Event{l.rows[len(l.rows)-1]}}, nil
}

func TestWhatIsInventedIsSaidEverywhere(t *testing.T) {
	invented := func(account string) bool { return account == "111122223333" }
	s := week()
	s.Invented = invented
	r := made(t, s)
	m, err := Message(&r, Plan{From: "a@example.com", To: []string{"b@example.com"}})
	if err != nil || !strings.HasPrefix(m.Subject, "Simulated: Bedrock") || !strings.Contains(m.Text, "no AWS account was read") ||
		!strings.Contains(string(m.HTML), `<p class="simulated"><strong>Simulated data.`) {
		t.Errorf("%q, %v\n%s", m.Subject, err, m.Text)
	}
	other := call(10, 9, "nova-lite", "ana@example.com", 1)
	other.Account = "000000000001"
	s.Rows = append(s.Rows.(rows), other)
	if r := made(t, s); !strings.HasPrefix(r.Warning(), "Partly simulated data. The calls of 111122223333 ") {
		t.Errorf("beside a real account: %q", r.Warning())
	}
	s.Rows = rows{other}
	if r := made(t, s); r.Warning() != "" || strings.Contains(r.Text(), "imulated") {
		t.Errorf("of a real account alone: %q", r.Warning())
	}
}

func TestAPeriodWithoutCallsSaysWhenThereWereSome(t *testing.T) {
	old := call(10, 9, "nova-lite", "ana@example.com", 1)
	r, err := Make(t.Context(), Sources{Rows: latest{rows{old}}}, Weekly.At(old.Time.AddDate(0, 2, 0)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	page, err := r.HTML()
	want := "The newest one is of 10 March 2026 09:00 UTC; --date 2026-03-10 makes the report of that time."
	if err != nil || !strings.Contains(strings.ReplaceAll(r.Text(), "\n", " "), want) || !strings.Contains(string(page), want) || strings.Contains(string(page), "<h2>Models") {
		t.Errorf("%v\n%s", err, r.Text())
	}
}

func TestDriftIsExplained(t *testing.T) {
	list := rows{call(10, 9, "nova-lite", "ana@example.com", 1), call(-10, 9, "nova-lite", "ana@example.com", 2)}
	r, err := Make(t.Context(), Sources{Rows: list}, Monthly.At(list[0].Time), time.Now())
	if err != nil || !strings.Contains(r.Meaning(), "March 2026 has 31 days and February 2026 has 28") || !strings.Contains(r.Meaning(), "change from February 2026") {
		t.Errorf("%v: %s", err, r.Meaning())
	}
	r, err = Make(t.Context(), Sources{Rows: list[:1]}, Monthly.At(list[0].Time), time.Now())
	page, _ := r.HTML()
	if err != nil || r.Meaning() != "" || strings.Contains(string(page), "drift</th>") || strings.Contains(string(page), "before</th>") {
		t.Errorf("with nothing before: %v: %q", err, r.Meaning())
	}
	free := Line{USD: ptr(1.0), Former: &Line{USD: ptr(0.0)}}
	if got := free.SpendDrift(); got != "from $0" {
		t.Errorf("what was free before drifts %s", got)
	}
}
