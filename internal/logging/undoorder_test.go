package logging_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/test/standin"
)

// TestUndoNeverLeavesBedrockWithoutItsBucket enables twice, as the stacks do after a
// first try by hand, and looks after each step of undo: a configuration that is on may
// write.
func TestUndoNeverLeavesBedrockWithoutItsBucket(t *testing.T) {
	second := both()
	second.Bucket, second.Prefix, second.Role, second.Key, second.Force = "company-logs", "invocations", "stack-role", keyARN, true
	for name, first := range map[string]func(*standin.Cloud){
		"nothing before": func(c *standin.Cloud) { c.Bucket("company-logs", here) },
		"others before":  others,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				withKey(c)
				first(c)
				before := look(c, here)
				b := newBook()
				one := tool(t, c, b, nil)
				w := both()
				w.Force = true
				for _, w := range []logging.Wish{w, second} {
					if err := enable(t.Context(), one, w, here); err != nil {
						t.Fatal(err)
					}
				}
				steps, switched := 0, false
				looking := logging.New(c.Account(t), logging.Options{Journal: b, Memory: b, Pause: func(context.Context, time.Duration) {},
					Tell: func(_, verb, setting string, err error) {
						steps++
						switched = switched || strings.HasPrefix(setting, "logging ")
						for name, g := range grades(t, one) {
							if g.State == logging.Fail && (strings.Contains(name, "may write") || strings.Contains(name, "Bedrock may assume") || strings.HasSuffix(name, "is there")) {
								t.Errorf("after %s %s (%v): %s: %s", verb, setting, err, name, g.Saw)
							}
						}
						if !switched && verb == string(logging.Delete) {
							t.Errorf("%s %s comes before the configuration", verb, setting)
						}
					}})
				if err := disable(t.Context(), looking, logging.Undoing{}, here); err != nil {
					t.Fatal(err)
				}
				if steps < 10 || !switched {
					t.Errorf("%d steps", steps)
				}
				diff := cmp.Diff(before, look(c, here))
				if name == "nothing before" && diff != "" {
					t.Error("not as it was:", diff)
				}
			})
		})
	}
}

// What a former configuration needs, and was replaced, is there before it.
func TestUndoPutsBackFirstWhatIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		others(c)
		w := both()
		w.Bucket, w.Prefix, w.Force = "company-logs", "one", true
		if err := enable(t.Context(), tool(t, c, newBook(), nil), w, here); err != nil { // written down in a file that is lost
			t.Fatal(err)
		}
		before := look(c, here)
		b := newBook()
		one := tool(t, c, b, nil)
		w.Prefix = "two"
		if err := enable(t.Context(), one, w, here); err != nil {
			t.Fatal(err)
		}
		kinds := undoing(t, one)
		policy, on, life := slices.Index(kinds, "bucket.policy"), slices.Index(kinds, "logging"), slices.Index(kinds, "bucket.lifecycle")
		if policy < 0 || policy > on || on > life {
			t.Errorf("order: %v", kinds)
		}
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" {
			t.Error("not as it was:", diff)
		}
	})
}

// undoing are the kinds that undo changes in a Region, in order.
func undoing(t *testing.T, tool *logging.Tool) []string {
	t.Helper()
	plans, errs := tool.PlanUndo(t.Context(), []string{here}, logging.Undoing{})
	if err := logging.Join(errs); err != nil {
		t.Fatal(err)
	}
	return kindsChanged(plans[0])
}

func kindsChanged(plan logging.Plan) (kinds []string) {
	for _, s := range plan.Steps {
		if s.Verb != logging.Keep && s.Verb != logging.Leave {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}

// A trail that got its key later stops, and goes, before the key's policy does.
func TestUndoStopsATrailFirst(t *testing.T) {
	for name, w := range map[string]logging.TrailWish{
		"made":   {Environment: "prod", CloudWatch: true},
		"theirs": {Environment: "prod", Trail: "main"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				withKey(c)
				othersTrail(c)
				c.StopTrail("main")
				one := tool(t, c, newBook(), nil)
				for _, key := range []string{"", keyARN} {
					w.Key = key
					on, _ := trailed(w)
					if err := on(t.Context(), one); err != nil {
						t.Fatal(err)
					}
				}
				plan, err := one.PlanTrailUndo(t.Context(), w, here, logging.Undoing{})
				if err != nil {
					t.Fatal(err)
				}
				kinds := kindsChanged(plan)
				if last := slices.Index(kinds, "trail"); kinds[0] != map[string]string{"made": "trail", "theirs": "trail.logging"}[name] || last < 0 || last > slices.Index(kinds, "key.policy") {
					t.Errorf("order: %v", kinds)
				}
			})
		})
	}
}

// A configuration that somebody changed since stays, and so does what it needs.
func TestUndoLeavesWhatAChangedConfigurationNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		withKey(c)
		w := both()
		w.Key = keyARN
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, w, here); err != nil {
			t.Fatal(err)
		}
		now := c.Logging(here)
		now["videoDataDeliveryEnabled"] = false
		c.SetBedrock(here, standin.Bedrock{Logging: now})
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		for name, g := range grades(t, one) {
			if g.State == logging.Fail && name != "every kind of data is logged" && name != "all is as it was enabled" { // video is not
				t.Errorf("%s: %s", name, g.Saw)
			}
		}
		if err := disable(t.Context(), one, logging.Undoing{Force: true}, here); err != nil {
			t.Fatal(err)
		}
		if c.Logging(here) != nil || len(c.Buckets())+len(c.Roles())+len(c.LogGroups()) > 0 {
			t.Error("not as it was")
		}
	})
}
