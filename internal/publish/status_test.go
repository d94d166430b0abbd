package publish

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/test/standin"
)

func (w *world) part(p *Publisher, what string) Part {
	w.t.Helper()
	for _, one := range p.Status().Parts {
		if one.What == what {
			return one
		}
	}
	w.t.Fatalf("no part %s in %+v", what, p.Status())
	return Part{}
}

// TestStatusSaysWhatFailsAndWhatDoesNot has one log group missing, and then there.
func TestStatusSaysWhatFailsAndWhatDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.ApplicationGroup = "/later"
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		p := w.process()
		_, _ = p.Once(t.Context())
		m, e := w.part(p, Metrics), w.part(p, Errors)
		if m.Fault != "" || m.Last.IsZero() || m.Sent.Points == 0 || m.Total != m.Sent || m.Place != Namespace {
			t.Errorf("%+v", m)
		}
		if e.Fault == "" || !strings.Contains(e.Remedy, "seismo deploy up") || !e.Last.IsZero() || !e.Since.Equal(time.Now().UTC()) || e.Place != "/later" {
			t.Errorf("%+v", e)
		}
		since := e.Since
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		_, _ = p.Once(t.Context())
		if again := w.part(p, Errors); !again.Since.Equal(since) {
			t.Errorf("it fails since %s, and not since %s", again.Since, since)
		}
		w.cloud.CreateLogGroup(standin.LogGroup{Name: "/later"})
		if _, err := p.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if e := w.part(p, Errors); e.Fault != "" || e.Remedy != "" || !e.Since.IsZero() || e.Sent.Lines != 1 {
			t.Errorf("%+v", e)
		}
	})
}

// TestStatusOutlivesTheProcess holds that the newest run of a former process is known.
func TestStatusOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.What = []string{Metrics}
		w.rows.add(call("a", time.Hour))
		w.once()
		ran := time.Now().UTC().Truncate(time.Second)
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		w.cloud.Fault(standin.Fault{Op: "PutMetricData", Status: 403, Code: "AccessDenied", Message: "not authorized to perform: cloudwatch:PutMetricData"})
		w.rows.add(call("b", time.Hour))
		p := w.process()
		if len(p.Status().Parts) != 1 {
			t.Errorf("%+v", p.Status())
		}
		_, _ = p.Once(t.Context())
		if m := w.part(p, Metrics); !m.Last.Equal(ran) || !strings.Contains(m.Remedy, "cloudwatch:PutMetricData") {
			t.Errorf("%+v", m)
		}
	})
}

func TestARunThatIsEndedIsNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		p := w.process()
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		synctest.Wait()
		if next := p.Status().Next; !next.Equal(time.Now().UTC().Add(5 * time.Minute)) {
			t.Errorf("the next run is at %s", next)
		}
		cancel()
		if err := <-done; err != nil || w.part(p, Metrics).Fault != "" {
			t.Errorf("%v, %+v", err, p.Status())
		}
	})
}
