package report

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"seismo/internal/bill"
)

// billed is a bill of the week of week(): its calls cost 16 by the price book.
func billed(final bool) func(ctx context.Context, from, to time.Time) ([]bill.Bill, error) {
	return func(_ context.Context, from, to time.Time) ([]bill.Bill, error) {
		b := bill.Bill{Account: "111122223333"}
		for at := from; at.Before(to); at = at.AddDate(0, 0, 1) {
			b.Days = append(b.Days, bill.Day{Date: at, Final: final})
		}
		b.Days[0].Calls, b.Days[1].Calls, b.Days[1].Other = 8, 12, 2.5
		return []bill.Bill{b}, nil
	}
}

func TestBillIsHeldAgainstThePriceBook(t *testing.T) {
	s := week()
	s.Bills = billed(true)
	r := made(t, s)
	if len(r.Bills) != 1 {
		t.Fatalf("bills %+v", r.Bills)
	}
	b := r.Bills[0]
	if b.USD != 20 || *b.Book != 16 || b.Open != 0 || b.Unpriced != 1 || b.Off() != "−20.0 %" || b.Days() != "9 Mar – 15 Mar" {
		t.Errorf("%+v, off by %s, %s", b, b.Off(), b.Days())
	}
	want := []string{"1 call is billed and not priced here.", "$2.50 more for what is no call: guardrails, throughput, storage."}
	if !slices.Equal(b.Notes(), want) {
		t.Errorf("notes %q", b.Notes())
	}
	page, err := r.HTML()
	for _, text := range append(want, "$20.00", "$16.00", "−20.0 %") {
		if err != nil || !strings.Contains(string(page), text) || !strings.Contains(r.Text(), text) {
			t.Errorf("the page or the text does not say %q: %v", text, err)
		}
	}
}

func TestDaysThatAreNotBilledYetAreSaid(t *testing.T) {
	s := week()
	s.Bills = billed(false)
	r := made(t, s)
	if b := r.Bills[0]; b.Open != 7 || !strings.Contains(b.Notes()[0], "calls 3 of these 7 days estimates") || !strings.Contains(b.Notes()[1], "not closed 4 of these 7 days yet") {
		t.Errorf("%+v: %q", b, b.Notes())
	}
	soon, err := Make(t.Context(), s, r.Period, r.Period.From)
	if err != nil {
		t.Fatal(err)
	}
	if b := soon.Bills[0]; b.Open != 7 || !strings.Contains(b.Notes()[0], "not closed any of these days") {
		t.Errorf("at once: %+v: %q", b, b.Notes())
	}
	late, err := Make(t.Context(), s, r.Period, r.Period.To.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if b := late.Bills[0]; b.Old != 7 || !strings.Contains(b.Notes()[0], "calls these days estimates") {
		t.Errorf("a month later: %+v: %q", b, b.Notes())
	}
	if strings.Contains(late.Text(), "not the bill") {
		t.Error("the text says that it has no bill")
	}
}

// A period of another zone is held against the bill of its own dates, and the
// rows that both sums are of are of the same hours.
func TestBillOfAnotherZone(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	asked := [2]time.Time{}
	s := Sources{Rows: rows{call(9, 23, "nova-lite", "ana@example.com", 3), call(10, 1, "nova-lite", "ana@example.com", 5)},
		Bills: func(_ context.Context, from, to time.Time) ([]bill.Bill, error) {
			asked = [2]time.Time{from, to}
			return []bill.Bill{{Account: "111122223333", Days: []bill.Day{{Date: from, Calls: 3, Final: true}}}}, nil
		}}
	r, err := Make(t.Context(), s, Daily.At(time.Date(2026, 3, 9, 12, 0, 0, 0, zone)), time.Date(2026, 3, 11, 0, 0, 0, 0, zone))
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC); asked != [2]time.Time{want, want.AddDate(0, 0, 1)} {
		t.Errorf("asked for %v", asked)
	}
	if b := r.Bills[0]; *b.Book != 3 || b.Off() != "±0.0 %" || b.Days() != "9 Mar" {
		t.Errorf("%+v, off by %s", b, b.Off())
	}
}

func TestABillThatCannotBeHadIsSaid(t *testing.T) {
	s := week()
	s.Bills = func(context.Context, time.Time, time.Time) ([]bill.Bill, error) {
		return nil, errors.New("no permission for ce:GetCostAndUsage")
	}
	r := made(t, s)
	if r.Bills != nil || len(r.Missing) != 1 || !strings.Contains(r.Missing[0], "the bill could not be read: no permission") {
		t.Errorf("%+v, missing %q", r.Bills, r.Missing)
	}
}

func TestNothingBilledHasNoDrift(t *testing.T) {
	usd := 1.0
	for _, b := range []Billed{{Book: &usd}, {USD: 3}} {
		if b.Drift() != nil || b.Off() != unknown {
			t.Errorf("%+v is off by %s", b, b.Off())
		}
	}
}
