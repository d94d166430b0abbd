package report

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"seismo/internal/coverage"
	"seismo/internal/event"
)

func TestLinesOfTheTextAreShort(t *testing.T) {
	s := week()
	long := strings.Repeat("a sentence of a detector ", 5) + strings.Repeat("x", 120)
	s.Findings = func(context.Context, int) ([]event.Finding, error) {
		return []event.Finding{{ID: "a", Time: time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC), Severity: event.High, Title: long, Account: "111122223333", Region: "ap-southeast-2"}}, nil
	}
	s.Coverage = func(_ context.Context, from, to time.Time) (coverage.Report, error) {
		return coverage.NewReport(from, to, []coverage.Row{{Place: coverage.Place{Account: "111122223333", Region: "ap-southeast-2", Endpoint: coverage.Runtime},
			Hour: from, State: coverage.LoggingOff, Missing: 1_000_000, Why: long}}), nil
	}
	s.Quarantine = nil
	s.Bills = billed(true)
	r := made(t, s)
	r.Missing = append(r.Missing, "the bill could not be read: "+errors.New(long).Error())
	text := r.Text()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 78 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
	if got := strings.Count(text, "x"); got < 3*120 {
		t.Errorf("only %d of the long words' characters are there", got)
	}
}

func TestATextWithoutAPeriodBeforeHasNoDrift(t *testing.T) {
	s := week()
	s.Rows = rows{call(9, 9, "nova-lite", "ana@example.com", 3)}
	r := made(t, s)
	for line := range strings.Lines(r.Text()) {
		if strings.Contains(line, "drift") || strings.HasPrefix(line, "nova-lite") && strings.Contains(line, unknown) {
			t.Errorf("the text has a drift: %s", line)
		}
	}
}

func TestSumsOfATableAreWrittenAlike(t *testing.T) {
	s := week()
	s.Rows = rows{call(9, 9, "nova-lite", "ana@example.com", 3), call(9, 9, "nova-micro", "bo@example.com", 0.0012)}
	r := made(t, s)
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if text := r.Text(); !strings.Contains(text, " <$0.01") || strings.Contains(text, "$0.0012") || !strings.Contains(string(page), "&lt;$0.01") {
		t.Errorf("small sums beside large ones: %s", text)
	}
	s.Rows = rows{call(9, 9, "nova-micro", "bo@example.com", 0.0012)}
	if r = made(t, s); !strings.Contains(r.Text(), "$0.0012") {
		t.Error("a small sum alone has lost its digits")
	}
}

func TestTheTextSaysAtItsHeadHowMuchIsSeen(t *testing.T) {
	r := made(t, week())
	if head, _, _ := strings.Cut(r.Text(), "Models"); !strings.Contains(head, "75.0 %   2 calls have no row") {
		t.Errorf("the head is %s", head)
	}
	r.Coverage = nil
	if !strings.Contains(r.Text(), "coverage is not measured") {
		t.Error("that nothing is measured is not said")
	}
}
