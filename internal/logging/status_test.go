package logging_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/test/standin"
)

func put(who, more string, at time.Time) standin.TrailEvent {
	return standin.TrailEvent{ID: "e" + at.Format(time.RFC3339), Name: "PutModelInvocationLoggingConfiguration", User: who, Source: "bedrock.amazonaws.com", Region: here, Time: at,
		JSON: `{"eventName":"PutModelInvocationLoggingConfiguration","userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/admin/` + who + `"}` + more + `}`}
}

// TestStatusSaysSinceWhenAndByWhom asks each that may remember, one after the other.
func TestStatusSaysSinceWhenAndByWhom(t *testing.T) {
	seen := func(first time.Duration, s logging.Seen) func(context.Context, string, string) (logging.Seen, error) {
		return func(_ context.Context, account, region string) (logging.Seen, error) {
			if account != standin.AccountID || region != here {
				return logging.Seen{}, errors.New("another place was asked for")
			}
			s.First = time.Now().Add(-first)
			return s, nil
		}
	}
	day := 24 * time.Hour
	inventory := seen(200*day, logging.Seen{Bucket: "elsewhere", Prefix: "p/"})
	for name, a := range map[string]struct {
		make     func(*standin.Cloud)
		enable   bool // by seismo, an hour ago
		seen     func(context.Context, string, string) (logging.Seen, error)
		from, by string
		ago      time.Duration
		note     string
	}{
		"CloudTrail": {make: func(c *standin.Cloud) {
			others(c)
			c.PutTrailEvent(put("ann", "", time.Now().Add(-3*day)), put("bob", "", time.Now().Add(-2*day)))
		}, seen: inventory, from: logging.FromTrail, by: "arn:aws:sts::111122223333:assumed-role/admin/bob", ago: 2 * day},
		"refused calls": {make: func(c *standin.Cloud) {
			others(c)
			c.PutTrailEvent(put("ann", "", time.Now().Add(-3*day)), put("bob", `,"errorCode":"AccessDenied"`, time.Now().Add(-2*day)))
		}, from: logging.FromTrail, by: "arn:aws:sts::111122223333:assumed-role/admin/ann", ago: 3 * day},
		"journal, of what CloudTrail does not know yet": {enable: true, make: func(c *standin.Cloud) {
			c.PutTrailEvent(put("ann", "", time.Now().Add(-3*day)))
		}, from: logging.FromJournal, by: "seismo", ago: time.Hour},
		"CloudTrail of what seismo did": {enable: true, make: func(c *standin.Cloud) {
			c.PutTrailEvent(put("me", "", time.Now()))
		}, from: logging.FromTrail, by: "arn:aws:sts::111122223333:assumed-role/admin/me", ago: time.Hour},
		"journal, of what CloudTrail forgot": {enable: true, make: func(*standin.Cloud) {}, seen: inventory, from: logging.FromJournal, by: "seismo", ago: time.Hour,
			note: "remembers no change"},
		"inventory":           {make: others, seen: inventory, from: logging.FromInventory, ago: 200 * day, note: "remembers no change"},
		"inventory of before": {make: others, seen: seen(200*day, logging.Seen{Bucket: "another"}), note: "remembers no change"},
		"nobody":              {make: others, note: "remembers no change"},
		"not allowed": {make: func(c *standin.Cloud) {
			others(c)
			c.Fault(standin.Fault{Service: "cloudtrail", Op: "LookupEvents", Status: 400, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: cloudtrail:LookupEvents"})
		}, seen: inventory, from: logging.FromInventory, ago: 200 * day, note: "cloudtrail:LookupEvents is not allowed"},
		"off": {make: func(c *standin.Cloud) {
			e := put("ann", "", time.Now().Add(-day))
			e.Name = "DeleteModelInvocationLoggingConfiguration"
			c.PutTrailEvent(put("bob", "", time.Now().Add(-2*day)), e)
		}, from: logging.FromTrail, by: "arn:aws:sts::111122223333:assumed-role/admin/ann", ago: day},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b := standin.New(t), newBook()
				acc, err := account.Open(t.Context(), c.Config(), account.Options{Client: c.Transport()})
				if err != nil {
					t.Fatal(err)
				}
				one := logging.New(acc, logging.Options{Journal: b, Memory: b, Seen: a.seen})
				a.make(c)
				now := time.Now()
				if a.enable {
					if err := enable(t.Context(), one, both(), here); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Hour) //nolint:forbidigo // virtual time
				}
				got := one.Status(t.Context(), []string{here})[0]
				since := now.Add(-a.ago)
				if a.enable {
					since = time.Now().Add(-a.ago)
				}
				if a.from == "" {
					since = got.Since
				}
				if d := got.Since.Sub(since); got.Fault != "" || got.From != a.from || got.By != a.by || d > 2*time.Second || d < -2*time.Second || !strings.Contains(got.Note, a.note) || a.note == "" && got.Note != "" {
					t.Errorf("%+v\nwant from %q by %q %v ago, note %q", got, a.from, a.by, a.ago, a.note)
				}
			})
		})
	}
}
