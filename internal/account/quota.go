package account

import (
	"context"
	"math"
	"sync"
	"time"
)

// quota is how many calls a second AWS grants an account in a Region.
type quota struct {
	service, operation string // as the SDK spells them; "" is every operation not named, together
	rate               float64
}

// quotas are those that a collector can meet. Services that are not here have
// quotas that it cannot reach. Source: the services' quota pages; where AWS
// names none, a rate that is known to work.
var quotas = []quota{
	{"CloudWatch Logs", "FilterLogEvents", 5},
	{"CloudWatch Logs", "DescribeLogGroups", 5},
	{"CloudWatch Logs", "DescribeLogStreams", 5},
	{"CloudWatch Logs", "GetLogEvents", 10},
	{"CloudWatch Logs", "", 5},
	{"CloudTrail", "LookupEvents", 2},
	{"CloudTrail", "", 10},
	{"CloudWatch", "GetMetricData", 50},
	{"CloudWatch", "ListMetrics", 25},
	{"CloudWatch", "", 20},
	{"Bedrock", "", 5},
	{"IAM", "GetRole", 10},
	{"IAM", "GetRolePolicy", 10},
	{"IAM", "", 5},
	{"Service Quotas", "", 5},
	{"SSO Admin", "", 10},
	{"identitystore", "", 10},
	{"STS", "", 20},
	{"KMS", "", 50},
	{"S3", "ListObjectsV2", 1000},
	{"S3", "HeadBucket", 50},
	{"EventBridge", "", 10},
}

// global is the service with one quota for all Regions of an account.
const global = "IAM"

// Quotas paces the calls of a process. Accounts that are given the same Quotas
// share it, so that two sources of one account stay below its quota together.
type Quotas struct {
	open  bool // nobody waits
	mu    sync.Mutex
	lanes map[lane]*pace
}

// lane is what a quota is counted by.
type lane struct{ account, region, service, operation string }

// NewQuotas is a fresh count of calls.
func NewQuotas() *Quotas { return &Quotas{lanes: map[lane]*pace{}} }

// NoQuotas lets every call leave at once: for emulators, which have no quotas, where a
// test is of something else.
func NoQuotas() *Quotas { return &Quotas{open: true} }

// Wait blocks until a call may leave, so that calls of its kind are never closer
// together than the share of the quota allows: no second sees more. It returns
// the context's error when that ends first.
func (q *Quotas) Wait(ctx context.Context, account, region, service, operation string, share float64) error {
	rate, name, ok := quotaOf(service, operation)
	if !ok || q.open {
		return nil
	}
	if service == global {
		region = ""
	}
	q.mu.Lock()
	p := q.lanes[lane{account, region, service, name}]
	if p == nil {
		p = &pace{turn: make(chan struct{}, 1)}
		q.lanes[lane{account, region, service, name}] = p
	}
	q.mu.Unlock()
	gap := time.Duration(math.Ceil(float64(time.Second) / (rate * share)))
	return p.wait(ctx, gap)
}

func quotaOf(service, operation string) (rate float64, name string, ok bool) {
	for _, q := range quotas {
		if q.service == service && (q.operation == operation || q.operation == "") {
			return q.rate, q.operation, true
		}
	}
	return 0, "", false
}

// pace lets one call after the other go, with a gap after each. The gap counts
// from when a call really left, so that a late one does not crowd the next.
type pace struct {
	turn chan struct{} // holds one token while a call waits for its moment
	next time.Time
}

func (p *pace) wait(ctx context.Context, gap time.Duration) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if d := time.Until(p.next); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.next = time.Now().Add(gap)
	return nil
}
