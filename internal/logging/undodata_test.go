package logging_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/test/standin"
)

const below = "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/2026/03/01/08/"

// after does something once an answer is there to a kind of request.
type after struct {
	next http.RoundTripper
	did  func(r *http.Request)
}

func (a *after) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if a.did != nil {
		a.did(r)
	}
	return resp, err
}

func lists(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Query().Has("versions") }

// racing is a tool whose calls are followed by what a test does.
func racing(t *testing.T, c *standin.Cloud, b *book) (*logging.Tool, *after) {
	t.Helper()
	wire := &after{next: c.Transport()}
	a, err := account.Open(t.Context(), c.Config(), account.Options{Client: wire})
	if err != nil {
		t.Fatal(err)
	}
	return logging.New(a, logging.Options{Journal: b, Memory: b, Pause: func(context.Context, time.Duration) {}}), wire
}

// TestLateDeliveriesStay delivers a record at each moment at which undo has just
// looked into the bucket: it is never deleted, and it is said that the bucket stays.
func TestLateDeliveriesStay(t *testing.T) {
	for moment := 1; moment <= 2; moment++ {
		t.Run(fmt.Sprint(moment), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b := standin.New(t), newBook()
				one, wire := racing(t, c, b)
				if err := enable(t.Context(), one, both(), here); err != nil {
					t.Fatal(err)
				}
				looks := 0
				wire.did = func(r *http.Request) {
					if lists(r) {
						if looks++; looks == moment {
							c.PutObject(madeBucket, below+"late.json.gz", []byte("a record"))
						}
					}
				}
				plans, errs := one.PlanUndo(t.Context(), []string{here}, logging.Undoing{})
				if err := logging.Join(append(errs, one.Undo(t.Context(), plans, logging.Undoing{})...)); err != nil {
					t.Fatal(err)
				}
				left := look(c, here)
				if looks < moment || len(left.Buckets) != 1 || !strings.Contains(left.Buckets[madeBucket]["keys"], "late") || left.Buckets[madeBucket]["publicAccessBlock"] == "" {
					t.Errorf("after %d looks the record or the bucket's protection is gone: %v", looks, left.Buckets)
				}
				if len(left.Groups)+len(left.Roles)+len(left.Logging) != 0 {
					t.Error("the rest was not undone:", left)
				}
				said := false
				for _, s := range plans[0].Steps {
					said = said || s.Kind == "bucket" && s.Verb == logging.Leave && strings.Contains(s.Note, "--delete-data")
				}
				if !said {
					t.Error("it is not said that the bucket stays:", plans[0].Steps)
				}
				wire.did = nil
				if err := disable(t.Context(), one, logging.Undoing{DeleteData: true}, here); err != nil || len(c.Buckets()) != 0 || len(b.changes) != 0 {
					t.Error("--delete-data afterwards:", err, c.Buckets(), b.changes)
				}
			})
		})
	}
}

// TestRollbackKeepsDeliveries: a configuration is refused although something was
// written already, and the bucket is not deleted with it.
func TestRollbackKeepsDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		one, wire := racing(t, c, b)
		c.Fault(standin.Fault{Service: "bedrock", Op: "PutModelInvocationLoggingConfiguration", Status: 403, Code: "AccessDeniedException", Message: "no"})
		wire.did = func(r *http.Request) {
			if lists(r) {
				c.PutObject(madeBucket, below+"late.json.gz", []byte("a record"))
			}
		}
		err := enable(t.Context(), one, both(), here)
		if err == nil || !strings.Contains(err.Error(), "bucket "+madeBucket+" (it holds logs)") {
			t.Error("it is not said that the bucket stays:", err)
		}
		if !strings.Contains(c.Buckets()[madeBucket]["keys"], "late") {
			t.Error("the record is gone:", c.Buckets())
		}
	})
}

// TestDeleteDataTakesWhatComesMeanwhile deletes several pages of objects while one is
// delivered.
func TestDeleteDataTakesWhatComesMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		one, wire := racing(t, c, b)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Fatal(err)
		}
		for n := range 2100 {
			c.PutObject(madeBucket, fmt.Sprintf("%s%04d.json.gz", below, n), []byte("x"))
		}
		pages := 0
		wire.did = func(r *http.Request) {
			if lists(r) {
				if pages++; pages == 3 {
					c.PutObject(madeBucket, below+"0000-late.json.gz", []byte("x"))
				}
			}
		}
		if err := disable(t.Context(), one, logging.Undoing{DeleteData: true}, here); err != nil || len(c.Buckets()) != 0 || pages < 4 {
			t.Error(err, pages, "pages", len(c.Buckets()), "buckets")
		}
	})
}

// TestMadeAnewStays deletes what seismo made and makes other things of the same names.
func TestMadeAnewStays(t *testing.T) {
	const group, made = "/aws/bedrock/model-invocations/prod", "seismo-bedrock-logging-eu-west-1-prod"
	for name, how := range map[string]logging.Undoing{"undo": {}, "undo --delete-data": {DeleteData: true}} {
		t.Run(name, func(t *testing.T) {
			enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
				time.Sleep(time.Hour) //nolint:forbidigo // virtual time
				trust := c.Roles()[made]["trust"]
				c.SetBedrock(here, standin.Bedrock{})
				c.DropBucket(madeBucket)
				c.Bucket(madeBucket, here)
				c.PutObject(madeBucket, "payroll/2026.csv", []byte("theirs"))
				c.DeleteLogGroup("arn:aws:logs:eu-west-1:111122223333:log-group:" + group)
				c.CreateLogGroup(standin.LogGroup{Name: group, Region: here})
				c.PutRole(made, trust)
				before := look(c, here)
				plans, errs := tool.PlanUndo(t.Context(), []string{here}, how)
				if err := logging.Join(append(errs, tool.Undo(t.Context(), plans, how)...)); err != nil {
					t.Fatal(err)
				}
				if left := look(c, here); len(left.Buckets) != 1 || left.Buckets[madeBucket]["keys"] != before.Buckets[madeBucket]["keys"] || len(left.Groups) != 1 || len(left.Roles) != 1 {
					t.Error("what others made is gone:", left)
				}
				for _, s := range plans[0].Steps {
					if (s.Kind == "bucket" || s.Kind == "group" || s.Kind == "role") && (s.Verb != logging.Leave || !strings.Contains(s.Note, "anew")) {
						t.Errorf("%s %s: %s", s.Verb, s.Kind, s.Note)
					}
				}
				how.Force = true
				if err := disable(t.Context(), tool, how, here); err != nil {
					t.Fatal(err)
				}
				if left := look(c, here); (len(left.Buckets) == 0) != how.DeleteData || len(left.Groups)+len(left.Roles) != 0 {
					t.Error("after --force:", left)
				}
			})
		})
	}
}

// TestOldThingsAreStillSeismos: time alone makes nothing anew.
func TestOldThingsAreStillSeismos(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		time.Sleep(400 * 24 * time.Hour) //nolint:forbidigo // virtual time
		c.PutObject(madeBucket, below+"x.json.gz", []byte("x"))
		if err := disable(t.Context(), tool, logging.Undoing{DeleteData: true}, here); err != nil {
			t.Fatal(err)
		}
		if left := look(c, here); len(left.Buckets)+len(left.Groups)+len(left.Roles) != 0 {
			t.Error("left:", left)
		}
	})
}
