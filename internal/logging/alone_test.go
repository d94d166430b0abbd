package logging_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/internal/state"
	"seismo/test/standin"
)

// process is a tool as a process of its own has it: with its own hold of a state file.
func process(t *testing.T, c *standin.Cloud, path string) (*logging.Tool, *after) {
	t.Helper()
	kept, err := state.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() }) // what was committed is kept whether or not
	wire := &after{next: c.Transport()}
	a, err := account.Open(t.Context(), c.Config(), account.Options{Client: wire})
	if err != nil {
		t.Fatal(err)
	}
	return logging.New(a, logging.Options{Journal: kept, Memory: kept, Hold: kept.Hold, Pause: func(context.Context, time.Duration) {}}), wire
}

// TestTwoProcessesAtOnce lets a process come to an end, or wait, after each change that
// another one makes of the same Region. Each ends well or in a sentence; logging that is
// on works; and what is written down is the whole truth: undo puts everything back.
func TestTwoProcessesAtOnce(t *testing.T) {
	elsewhere := both()
	elsewhere.Bucket, elsewhere.Prefix = "company-logs", "other"
	for name, second := range map[string]func(context.Context, *logging.Tool) error{
		"enable, the same":     func(ctx context.Context, o *logging.Tool) error { return enable(ctx, o, both(), here) },
		"enable, to elsewhere": func(ctx context.Context, o *logging.Tool) error { return enable(ctx, o, elsewhere, here) },
		"undo":                 func(ctx context.Context, o *logging.Tool) error { return disable(ctx, o, logging.Undoing{}, here) },
	} {
		t.Run(name, func(t *testing.T) {
			moments := 0
			for more := true; more; moments++ {
				synctest.Test(t, func(t *testing.T) { more = between(t, moments+1, second) })
			}
			if moments < 10 {
				t.Errorf("%d changes are seen", moments)
			}
		})
	}
}

// between lets a second process act after a change of a first one, by its number;
// more says that there was one.
func between(t *testing.T, moment int, second func(context.Context, *logging.Tool) error) (more bool) {
	c, path := standin.New(t), filepath.Join(t.TempDir(), "aws.state")
	c.Bucket("company-logs", here)
	before := look(c, here)
	one, wire := process(t, c, path)
	other, _ := process(t, c, path)
	writes := 0
	var later error
	wire.did = func(r *http.Request) {
		if reads(r) {
			return
		}
		if writes++; writes == moment {
			later = second(t.Context(), other)
		}
	}
	first := enable(t.Context(), one, both(), here)
	wire.did = nil
	var hint interface{ Hint() string }
	for _, err := range []error{first, later} {
		if err != nil && (!errors.As(err, &hint) || !strings.Contains(hint.Hint(), "Go on with") && !strings.Contains(hint.Hint(), "To keep it: `seismo logging enable ")) {
			t.Error("no sentence:", err)
		}
	}
	if first != nil && later != nil {
		t.Errorf("neither came through: %v; %v", first, later)
	}
	if c.Logging(here) != nil {
		for name, g := range grades(t, one) {
			if g.State == logging.Fail {
				t.Errorf("after change %d: %s: %s", moment, name, g.Saw)
			}
		}
	}
	if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, look(c, here)); diff != "" {
		t.Errorf("after change %d, %v and %v, undone: %s", moment, first, later, diff)
	}
	return writes >= moment
}

// TestHeldStateFile finds another process at work that does not end.
func TestHeldStateFile(t *testing.T) {
	c, b := standin.New(t), newBook()
	before := look(c, here)
	held := logging.New(c.Account(t), logging.Options{Journal: b, Memory: b, Hold: func(context.Context) (func(), error) { return nil, state.ErrHeld }})
	for name, do := range map[string]func() error{
		"enable":  func() error { return enable(t.Context(), held, both(), here) },
		"disable": func() error { return disable(t.Context(), held, logging.Undoing{Force: true}, here) },
	} {
		if name == "disable" {
			c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{"s3Config": map[string]any{"bucketName": "theirs"}}})
			before = look(c, here)
		}
		err := do()
		if !errors.Is(err, state.ErrHeld) || !strings.Contains(err.Error(), "nothing was changed") {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) != 0 {
			t.Errorf("%s: %s", name, diff)
		}
		c.SetBedrock(here, standin.Bedrock{})
		before = look(c, here)
	}
}

// TestUndoOfAStalePlan plans an undo, and another process enables anew before it.
func TestUndoOfAStalePlan(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		plans, errs := tool.PlanUndo(t.Context(), []string{here}, logging.Undoing{})
		if err := logging.Join(errs); err != nil {
			t.Fatal(err)
		}
		w := both()
		w.Retention = 7
		if err := enable(t.Context(), tool, w, here); err != nil {
			t.Fatal(err)
		}
		before := look(c, here)
		err := logging.Join(tool.Undo(t.Context(), plans, logging.Undoing{}))
		if !errors.Is(err, logging.ErrChanged) || !strings.Contains(err.Error(), "another seismo") {
			t.Error(err)
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" {
			t.Error(diff)
		}
	})
}
