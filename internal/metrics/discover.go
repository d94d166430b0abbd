package metrics

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"seismo/internal/account"
)

// series is one metric with one set of dimensions.
type series struct {
	metric types.Metric
	owner  string // linked account whose it is; "" for the account itself
}

func (s series) account(own string) string { return cmp.Or(s.owner, own) }

func (s series) stats() []string { return stats(aws.ToString(s.metric.MetricName)) }

// queries is how many statistics the series have, each of which AWS bills.
func queries(found []series) int {
	n := 0
	for _, s := range found {
		n += len(s.stats())
	}
	return n
}

// recently is how far back CloudWatch looks when asked for active series only.
// A reading that follows another sooner than this needs no others.
const recently = 3 * time.Hour

// mostPages bounds the pages of one namespace; CloudWatch gives 500 series each.
const mostPages = 40

// mostAnswers bounds the pages of one request for data.
const mostAnswers = 1000

// discover lists the series that there are: those with points in the last three
// hours, or in the last two weeks. left is how many are above the limit.
func (c *Collector) discover(ctx context.Context, t *target, own string, active bool) (found []series, left int, err error) {
	client := t.account.CloudWatch(t.region)
	for _, namespace := range namespaces {
		in := &cloudwatch.ListMetricsInput{Namespace: aws.String(namespace)}
		if active {
			in.RecentlyActive = types.RecentlyActivePt3h
		}
		if c.cfg.LinkedAccounts || c.cfg.OwningAccount != "" {
			in.IncludeLinkedAccounts = aws.Bool(true)
		}
		if c.cfg.OwningAccount != "" {
			in.OwningAccount = aws.String(c.cfg.OwningAccount)
		}
		for range mostPages {
			out, err := client.ListMetrics(ctx, in)
			if err != nil {
				return nil, 0, account.Explain(err, "list the metrics of "+namespace+" in "+t.region)
			}
			for i, m := range out.Metrics {
				s := series{metric: m}
				if i < len(out.OwningAccounts) && out.OwningAccounts[i] != own {
					s.owner = out.OwningAccounts[i]
				}
				found = append(found, s)
			}
			if in.NextToken = out.NextToken; aws.ToString(out.NextToken) == "" {
				break
			}
		}
	}
	slices.SortStableFunc(found, func(a, b series) int { return len(a.metric.Dimensions) - len(b.metric.Dimensions) })
	if n := len(found) - c.cfg.MaxSeries; n > 0 {
		found, left = found[:c.cfg.MaxSeries], n
	}
	return found, left, nil
}
