package account_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"seismo/internal/account"
	"seismo/test/standin"
)

// most is the largest number of calls of an operation that arrived within any
// one second.
func most(calls []standin.Call, op, region string) int {
	var times []time.Time
	for _, c := range calls {
		if c.Op == op && (region == "" || c.Region == region) {
			times = append(times, c.Time)
		}
	}
	best := 0
	for i, begin := range times {
		n := 0
		for _, t := range times[i:] {
			if t.Sub(begin) < time.Second {
				n++
			}
		}
		best = max(best, n)
	}
	return best
}

func filter(ctx context.Context, a *account.Account, region string) error {
	_, err := a.Logs(region).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("bedrock")})
	return err
}

// Failure case 16: FilterLogEvents is throttled with HTTP 400. Two sources of one
// account, each with several workers, meet 30 % throttling for ten minutes:
// nothing fails for good, and no second sees more than 80 % of the quota of 5,
// retries counted.
func TestCase16ThrottlingAs400IsWaitedOutBelowTheQuota(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := standin.New(t)
		cloud.CreateLogGroup(standin.LogGroup{Name: "bedrock"})
		cloud.Fault(standin.Fault{Service: "logs", Share: 0.3, Seed: 7, Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"})
		shared := account.NewQuotas()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var work sync.WaitGroup
		for range 2 {
			a, err := account.Open(ctx, cloud.Config(), account.Options{Client: cloud.Transport(), Quotas: shared})
			if err != nil {
				t.Fatal(err)
			}
			for range 4 {
				work.Go(func() {
					for ctx.Err() == nil {
						if err := filter(ctx, a, ""); err != nil && ctx.Err() == nil {
							t.Errorf("a throttled call failed for good: %v", err)
						}
					}
				})
			}
		}
		work.Wait()
		if n := most(cloud.Calls(), "FilterLogEvents", ""); n != 4 {
			t.Errorf("%d calls within one second; 80 %% of 5 is 4, and there was enough to do for it", n)
		}
	})
}

func TestQuotasAreCountedByRegionAndShare(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := standin.New(t)
		cfg := cloud.Config()
		cfg.QuotaShare = 0.2
		a := cloud.Open(t, cfg)
		begin := time.Now()
		for range 3 {
			for _, region := range []string{"us-east-1", "eu-west-1"} {
				_ = filter(t.Context(), a, region) // there is no such group; the call counts all the same
			}
		}
		// A fifth of 5 is one a second: the third leaves after two seconds, and
		// the other Region's calls do not wait behind them.
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("three calls in each of two Regions took %v, want 2s", took)
		}
	})
}

func TestIAMHasOneQuotaForAllRegions(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := standin.New(t)
		cloud.TagRole("reader", nil)
		a := cloud.Account(t)
		for range 5 {
			for _, region := range []string{"us-east-1", "eu-west-1"} {
				in := &iam.ListRoleTagsInput{RoleName: aws.String("reader")}
				if _, err := iam.NewFromConfig(a.SDK(region)).ListRoleTags(t.Context(), in); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := most(cloud.Calls(), "ListRoleTags", ""); n != 4 {
			t.Errorf("%d calls within one second, want 4", n)
		}
	})
}

func TestAWaitForTheQuotaEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := account.NewQuotas()
		wait := func(ctx context.Context) error {
			return q.Wait(ctx, "111122223333", "us-east-1", "CloudTrail", "LookupEvents", 0.8)
		}
		if err := wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if err := wait(ctx); err == nil || time.Since(begin) != 100*time.Millisecond {
			t.Errorf("the wait ended after %v with %v", time.Since(begin), err)
		}
	})
}

func TestNoQuotas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, begun := account.NoQuotas(), time.Now()
		for range 100 {
			if err := q.Wait(t.Context(), "111122223333", "eu-west-1", "Bedrock", "X", account.MaxQuotaShare); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(begun); d > 0 {
			t.Error("waited for", d)
		}
	})
}
