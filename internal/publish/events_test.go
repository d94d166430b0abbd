package publish

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/test/standin"
)

func TestAGroupThatIsNotThereIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.ApplicationGroup = "/none"
		w.rows.add(failed("b", "ValidationException", time.Hour))
		_, err := w.process().Once(t.Context())
		var fault *source.Fault
		if !errors.As(err, &fault) || !strings.Contains(fault.Remedy, "create-log-group --log-group-name /none") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestLinesHoldNoTextAndNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := failed("b", "ValidationException", time.Hour)
		b.Principal = "arn:aws:iam::111122223333:user/alice"
		w.rows.add(b)
		w.finds = []event.Finding{{ID: "f", Time: time.Now().Add(-time.Hour), Severity: event.High, Detector: event.DetectorGuardDuty,
			Title: "alice called from afar", Principal: "alice", Raw: []byte(`{"secret":1}`)}}
		w.once()
		lines := append(w.cloud.Lines(applicationGroup), w.cloud.Lines(securityGroup)...)
		if len(lines) != 2 {
			t.Fatalf("%d lines", len(lines))
		}
		for _, l := range lines {
			if strings.Contains(l, "secret") || strings.Contains(l, "alice") || !strings.Contains(l, "person-") {
				t.Errorf("a line: %s", l)
			}
		}
		if again := w.once(); again.Lines != 0 {
			t.Errorf("%d lines are written again", again.Lines)
		}
		w.book.facts = map[string]string{}
		w.cfg.People = named
		w.once()
		if got := w.cloud.Lines(applicationGroup); !strings.Contains(got[1], "alice@example.com") {
			t.Errorf("named: %s", got[1])
		}
	})
}

func TestMoreFailuresThanAreWrittenAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.MaxEvents = 10
		for i := range 25 {
			w.rows.add(failed(fmt.Sprint("f", i), "ValidationException", 20*time.Minute))
		}
		got := w.once()
		lines := w.cloud.Lines(applicationGroup)
		if got.Left != 15 || len(lines) != 11 || !strings.Contains(strings.Join(lines, "\n"), `"calls":15`) {
			t.Errorf("%d left out, %d lines", got.Left, len(lines))
		}
		if again := w.once(); again.Lines != 0 {
			t.Errorf("%d lines are written again", again.Lines)
		}
	})
}

func TestAccountsThatAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		other := failed("b", "ValidationException", time.Hour)
		other.Account = "444455556666"
		w.rows.add(failed("a", "ValidationException", time.Hour), other)
		for _, name := range []string{standin.AccountID, other.Account} {
			w.finds = append(w.finds, event.Finding{ID: name, Time: time.Now().UTC().Add(-time.Hour), Account: name, Title: "odd"})
		}
		p := w.process()
		p.deps.Leave = []string{standin.AccountID}
		if _, err := p.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		lines := append(w.cloud.Lines(securityGroup), w.cloud.Lines(applicationGroup)...)
		if len(lines) != 2 || strings.Contains(strings.Join(lines, ""), `"account":"`+standin.AccountID) || w.sums()["Calls "] != 1 {
			t.Errorf("%q, %v", lines, w.sums())
		}
	})
}
