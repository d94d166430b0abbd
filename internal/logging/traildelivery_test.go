package logging_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/logging"
	"seismo/test/standin"
)

func TestVerifyTellsHowATrailDelivers(t *testing.T) {
	const bucket, group = "trail: delivery to the bucket", "trail: delivery to the log group"
	at := time.Date(2026, 11, 20, 23, 59, 58, 0, time.UTC)
	for name, a := range map[string]struct {
		set    map[string]any
		check  string
		want   logging.Grade
		says   string
		remedy string
	}{
		"nothing yet":     {nil, bucket, logging.Untold, "nothing was delivered yet", ""},
		"well":            {map[string]any{"LatestDeliveryTime": at}, bucket, logging.Pass, "last at 2026-11-20 23:59:58", ""},
		"group, well":     {map[string]any{"LatestCloudWatchLogsDeliveryTime": at}, group, logging.Pass, "last at 2026-11-20 23:59:58", ""},
		"group, nothing":  {nil, group, logging.Untold, "nothing", ""},
		"refused":         {map[string]any{"LatestDeliveryError": "AccessDenied", "LatestDeliveryTime": at}, bucket, logging.Fail, "cannot deliver: AccessDenied; last at 2026-11-20", "look at its policy"},
		"no bucket":       {map[string]any{"LatestDeliveryError": "NoSuchBucket"}, bucket, logging.Fail, "NoSuchBucket; nothing was delivered yet", "Make the bucket " + madeTrailBucket},
		"key":             {map[string]any{"LatestDeliveryError": "KMS.DisabledException"}, bucket, logging.Fail, "KMS.DisabledException", "state of the key"},
		"anything":        {map[string]any{"LatestDeliveryError": "SlowDown"}, bucket, logging.Fail, "SlowDown", "Look at the bucket"},
		"group, refused":  {map[string]any{"LatestCloudWatchLogsDeliveryError": "Access denied"}, group, logging.Fail, "Access denied", "/aws/bedrock/cloudtrail-logs/prod, and whether the role"},
		"digests refused": {map[string]any{"LatestDigestDeliveryError": "AccessDenied"}, "trail: delivery of digests", logging.Fail, "AccessDenied", "policy"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				one := tool(t, c, newBook(), nil)
				w := logging.TrailWish{Environment: "prod", CloudWatch: true}
				on, _ := trailed(w)
				if err := on(t.Context(), one); err != nil {
					t.Fatal(err)
				}
				for member, value := range a.set {
					c.ChangeTrail("seismo-bedrock-prod", member, value)
				}
				list, err := one.VerifyTrail(t.Context(), w, here)
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, c := range list {
					if c.Name != a.check {
						continue
					}
					found = true
					if c.State != a.want || !strings.Contains(c.Saw, a.says) || !strings.Contains(c.Remedy, a.remedy) || (c.Remedy == "") != (a.want != logging.Fail) {
						t.Errorf("%+v", c)
					}
				}
				if !found {
					t.Errorf("no %q in %+v", a.check, list)
				}
			})
		})
	}
}

// A status that cannot be asked is no pass.
func TestVerifyOfATrailThatMayNotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		w := logging.TrailWish{Environment: "prod"}
		on, _ := trailed(w)
		if err := on(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		c.Fault(standin.Fault{Service: "cloudtrail", Op: "GetTrailStatus", Status: 400, Code: "AccessDeniedException", Message: "no"})
		list, err := one.VerifyTrail(t.Context(), w, here)
		if err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, c := range list {
			failed = failed || c.Name == "trail: delivery" && c.State == logging.Fail
		}
		if !failed {
			t.Errorf("%+v", list)
		}
	})
}
