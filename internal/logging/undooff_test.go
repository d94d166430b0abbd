package logging_test

import (
	"strings"
	"testing"

	"seismo/internal/logging"
	"seismo/test/standin"
)

// What somebody else turned on and disable --force turned off is turned on again by
// undo, unless what it wrote to is gone.
func TestUndoLeavesOffWhatHasNoPlacesAnyMore(t *testing.T) {
	for name, gone := range map[string]bool{"there": false, "gone": true} {
		t.Run(name, func(t *testing.T) {
			c, b := standin.New(t), newBook()
			others(c)
			one := tool(t, c, b, nil)
			plans, errs := one.PlanDisable(t.Context(), []string{here}, logging.Undoing{Force: true})
			if err := logging.Join(errs); err != nil || !plans[0].TurnsOff() {
				t.Fatal(err, plans)
			}
			if err := logging.Join(one.Disable(t.Context(), plans, logging.Undoing{Force: true})); err != nil || c.Logging(here) != nil {
				t.Fatal(err, c.Logging(here))
			}
			if gone {
				c.DropBucket("elsewhere")
			}
			plans, errs = one.PlanUndo(t.Context(), []string{here}, logging.Undoing{})
			if err := logging.Join(errs); err != nil || plans[0].StaysOff() != gone || plans[0].TurnsOff() {
				t.Fatal(err, plans)
			}
			if said := strings.Contains(plans[0].Steps[0].Note, "the bucket elsewhere is not there any more"); said != gone || plans[0].Steps[0].Silent() {
				t.Errorf("note %q, silent %v", plans[0].Steps[0].Note, plans[0].Steps[0].Silent())
			}
			if err := logging.Join(one.Undo(t.Context(), plans, logging.Undoing{})); err != nil {
				t.Fatal(err)
			}
			if on := c.Logging(here) != nil; on == gone {
				t.Errorf("logging is on: %v, want %v", on, !gone)
			}
			if left, err := b.Changes(t.Context(), ""); err != nil || len(left) > 0 {
				t.Errorf("not forgotten: %v %v", left, err)
			}
		})
	}
}
