package publish

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/test/standin"
)

// TestKilledAtEveryStep kills a run before and after each thing that it writes
// down, starts it anew, and counts.
func TestKilledAtEveryStep(t *testing.T) {
	for die := 1; ; die++ {
		done := false
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Backfill = 6 * 3600e9
			for i := range 30 {
				w.rows.add(call(fmt.Sprint("a", i), time.Hour+time.Duration(i)*7*time.Minute))
			}
			w.rows.add(failed("f", "ValidationException", time.Hour))
			w.finds = []event.Finding{{ID: "g", Time: time.Now().Add(-time.Hour), Title: "t", Detector: event.DetectorGuardDuty}}
			w.book.die = die
			_, err := w.process().Once(t.Context())
			done = err == nil
			w.book.die = 0
			time.Sleep(time.Minute) //nolint:forbidigo // virtual time
			if _, err := w.process().Once(t.Context()); err != nil && !errors.Is(err, errDoubtful) {
				t.Fatal(err)
			}
			time.Sleep(patience) //nolint:forbidigo // virtual time
			w.once()
			got := w.sums()
			if got["Calls "] != 31 || got["Errors "] != 1 || got["InputTokens "] != 3000 {
				t.Errorf("killed at step %d: %v calls, %v errors, %v tokens", die, got["Calls "], got["Errors "], got["InputTokens "])
			}
			if n := len(w.cloud.Lines(applicationGroup)); n != 1 {
				t.Errorf("killed at step %d: the failed call is written %d times", die, n)
			}
			if n := len(w.cloud.Lines(securityGroup)); n != 1 {
				t.Errorf("killed at step %d: the finding is written %d times", die, n)
			}
		})
		if done {
			if die < 20 {
				t.Errorf("only %d steps", die)
			}
			return
		}
		if t.Failed() {
			return
		}
	}
}

// TestAnswerThatNeverCame has CloudWatch take a request whose answer is lost.
func TestAnswerThatNeverCame(t *testing.T) {
	for name, fault := range map[string]standin.Fault{
		"taken":     {Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault", Late: true},
		"not taken": {Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault"},
		"cut":       {Op: "PutMetricData", Times: 1, Drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.rows.add(call("a", time.Hour), call("b", 2*time.Hour))
				w.cloud.Fault(fault)
				if _, err := w.process().Once(t.Context()); !errors.Is(err, errDoubtful) {
					t.Fatalf("the first run: %v", err)
				}
				time.Sleep(patience) //nolint:forbidigo // virtual time
				w.once()
				if got := w.sums(); got["Calls "] != 2 {
					t.Errorf("%v", got)
				}
			})
		})
	}
}

func TestDoubtWithoutThePermissionToAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour))
		w.cloud.Fault(standin.Fault{Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault", Late: true},
			standin.Fault{Op: "GetMetricData", Status: 403, Code: "AccessDenied", Message: "not authorized to perform: cloudwatch:GetMetricData"})
		_, _ = w.process().Once(t.Context())
		time.Sleep(patience) //nolint:forbidigo // virtual time
		w.once()
		if got := w.sums(); got["Calls "] != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		w.cloud.Fault(standin.Fault{Op: "PutMetricData", Times: 4, Status: 400, Code: "Throttling"},
			standin.Fault{Op: "PutLogEvents", Times: 3, Status: 400, Code: "ThrottlingException"})
		w.once()
		if got := w.sums(); got["Calls "] != 2 || len(w.cloud.Lines(applicationGroup)) != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestMissingPermissionIsNamedAndStopsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		remove := w.cloud.Fault(standin.Fault{Op: "PutMetricData", Status: 403, Code: "AccessDenied",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: cloudwatch:PutMetricData"})
		_, err := w.process().Once(t.Context())
		var fault *source.Fault
		if !errors.As(err, &fault) || fault.Kind != source.Forbidden || fault.Action != "cloudwatch:PutMetricData" {
			t.Errorf("the error is %v", err)
		}
		if len(w.cloud.Lines(applicationGroup)) != 1 {
			t.Error("the failed call is not written")
		}
		remove()
		w.once()
		if got := w.sums(); got["Calls "] != 2 {
			t.Errorf("%v", got)
		}
	})
}
