package logging_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/test/standin"
)

// configure writes a configuration as somebody in the console does.
func configure(c *standin.Cloud, change func(map[string]any)) {
	now := c.Logging(here)
	change(now)
	c.SetBedrock(here, standin.Bedrock{Logging: now})
}

// TestUndoAfterSmallChange lets somebody switch video off: the configuration is not
// seismo's any more and stays, and so does everything that it writes to.
func TestUndoAfterSmallChange(t *testing.T) {
	for name, how := range map[string]logging.Undoing{"undo": {}, "undo --delete-data": {DeleteData: true}} {
		t.Run(name, func(t *testing.T) {
			enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
				configure(c, func(now map[string]any) { now["videoDataDeliveryEnabled"] = false })
				before := look(c, here)
				plans, errs := tool.PlanUndo(t.Context(), []string{here}, how)
				if err := logging.Join(append(errs, tool.Undo(t.Context(), plans, how)...)); err != nil {
					t.Fatal(err)
				}
				said := map[string]bool{}
				for _, s := range plans[0].Steps {
					said[s.Kind] = s.Verb == logging.Leave && strings.Contains(s.Note, "--force")
				}
				for _, kind := range []string{"logging", "bucket", "group", "role"} {
					if !said[kind] {
						t.Errorf("of the %s it is not said that it stays, and how to go on", kind)
					}
				}
				if diff := cmp.Diff(before, look(c, here)); diff != "" {
					t.Error("Bedrock logs on, and this is gone:", diff)
				}
				how.Force = true
				if err := disable(t.Context(), tool, how, here); err != nil {
					t.Fatal(err)
				}
				if left := look(c, here); len(left.Buckets)+len(left.Groups)+len(left.Roles)+len(left.Logging) != 0 {
					t.Error("left after --force:", left)
				}
			})
		})
	}
}

// TestUndoLeavesWhatSomebodyLogsTo undoes while somebody's own configuration, of
// which seismo knows nothing, goes to the bucket that seismo made.
func TestUndoLeavesWhatSomebodyLogsTo(t *testing.T) {
	for name, how := range map[string]logging.Undoing{"undo": {}, "undo --delete-data": {DeleteData: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b := standin.New(t), newBook()
				one := tool(t, c, b, nil)
				if err := enable(t.Context(), one, both(), here); err != nil {
					t.Fatal(err)
				}
				if err := b.Forget(t.Context(), "logging 111122223333 "+here, "logging "+here+" configuration"); err != nil {
					t.Fatal(err)
				}
				configure(c, func(now map[string]any) { delete(now, "cloudWatchConfig") })
				if err := disable(t.Context(), one, how, here); err != nil {
					t.Fatal(err)
				}
				left := look(c, here)
				if left.Buckets[madeBucket]["policy"] == "" || len(left.Groups)+len(left.Roles) != 0 || left.Logging == nil {
					t.Error("want the bucket with its policy and nothing else of seismo's:", left)
				}
			})
		})
	}
}

// TestUndoLeavesWhatItPutsBack: the configuration that was there first names the
// bucket that was gone then and that seismo made again.
func TestUndoLeavesWhatItPutsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{"s3Config": map[string]any{"bucketName": madeBucket}}})
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Fatal(err)
		}
		if err := disable(t.Context(), one, logging.Undoing{DeleteData: true}, here); err != nil {
			t.Fatal(err)
		}
		left := look(c, here)
		if left.Buckets[madeBucket]["policy"] == "" || len(left.Groups)+len(left.Roles) != 0 || left.Logging["cloudWatchConfig"] != nil {
			t.Error("want the bucket with its policy and nothing else of seismo's:", left)
		}
	})
}
