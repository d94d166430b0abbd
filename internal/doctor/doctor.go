// Package doctor finds out whether seismo can do what its configuration asks of
// AWS: it tries each permission by a call that changes nothing, names what is
// missing with the exact IAM action and KMS key, tells for each account and
// Region whether Bedrock's logging is on, and writes the smallest policy.
//
// It only reads: it takes no message from a queue, writes no object and shows
// nothing of what was said.
package doctor

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"seismo/internal/account"
)

// Target is what one source, or one of the readings beside the sources, needs.
type Target struct {
	Source  string         // its name
	Account account.Config // how it reaches AWS
	Regions []string       // where it looks; none is the account's own Region

	Queue       string   // URL of a queue to receive from
	Buckets     []string // names of the buckets that the queue tells of, where they are known
	Bucket      string   // bucket to list, or the ARN of an access point
	Prefix      string   // of the keys in it
	Bodies      []string // places, as s3://bucket/prefix, to read bodies from
	Group       string   // ARN or name of a log group
	GroupPrefix string   // beginning of the names of log groups
	Lookup      bool     // events of CloudTrail are looked up
	Metrics     bool     // CloudWatch's metrics are read
	Inventory   bool     // profiles, models, guardrails and the like are read

	Publish *Publishing // CloudWatch is written to; Regions say where
	Mail    *Mailing    // reports are sent by SES; Regions say where
	Server  *Server     // reports are sent by a mail server, and AWS is not asked
	Bill    bool        // reports are held against the bill of Cost Explorer
}

// State is how a check came out.
type State string

// The states of a check.
const (
	OK      State = "ok"
	Missing State = "missing" // the permission is not there
	Failed  State = "failed"  // it does not work for another reason
	Skipped State = "skipped" // it was not tried; Why says the reason
)

// Check is one thing that was tried.
type Check struct {
	Source   string `json:"source"`  // "" is of no source alone
	Account  string `json:"account"` // number, "" when it is unknown
	Region   string `json:"region"`
	Action   string `json:"action"` // as IAM spells it
	Resource string `json:"resource,omitzero"`
	State    State  `json:"state"`
	Why      string `json:"why,omitzero"`
	Remedy   string `json:"remedy,omitzero"`
}

// RegionLogging is what Bedrock's logging does in one Region of one account.
type RegionLogging struct {
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Known   bool     `json:"known"` // whether it could be asked; Why says why not
	On      bool     `json:"on"`
	To      []string `json:"to,omitzero"`    // s3://bucket/prefix, or the log group
	With    []string `json:"with,omitzero"`  // kinds of data that are logged: text, image, …
	Large   string   `json:"large,omitzero"` // where bodies over 100 KB go, "" when they are lost
	Calls   *int64   `json:"calls_24h"`      // of the last 24 hours, by CloudWatch's count; null when unknown
	Why     string   `json:"why,omitzero"`   // what could not be asked, or what is amiss
	Remedy  string   `json:"remedy,omitzero"`
}

// Report is all that was found.
type Report struct {
	Checks  []Check         `json:"checks"`
	Logging []RegionLogging `json:"logging"`
	Found   []Found         `json:"found,omitzero"`
}

// Found is something that a source turned out to need beside what its
// configuration names: the KMS key that seals what it reads, or a bucket whose
// notifications its queue takes.
type Found struct {
	Source string `json:"source"`
	ARN    string `json:"arn"`
}

// Missing is how many checks say that something must be done.
func (r *Report) Missing() int {
	n := 0
	for _, c := range r.Checks {
		if c.State == Missing || c.State == Failed {
			n++
		}
	}
	return n
}

// Options are what a program gives beside the targets.
type Options struct {
	Regions  []string          // whose logging is looked at, besides the targets' own; "all" is every Region with Bedrock
	Log      *slog.Logger      // nil is silent
	Client   http.RoundTripper // of tests
	Patience time.Duration     // longest time of one check; 0 is 20 s
	Now      func() time.Time  // nil is time.Now
}

// together is how many checks run at once; the quotas pace them besides.
const together = 16

// Examine runs all checks at once, each for at most 20 seconds. One that fails
// stops no other; the report says so.
func Examine(ctx context.Context, targets []Target, opt Options) Report {
	if opt.Patience == 0 {
		opt.Patience = 20 * time.Second
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	x := &exam{opt: opt, quotas: account.NewQuotas(), accounts: map[account.Config]*patient{},
		seats: make(chan struct{}, together), regions: map[regionKey]bool{}, wants: map[account.Config]wants{}}
	for _, t := range targets {
		w := x.wants[t.Account]
		x.wants[t.Account] = wants{w.metrics || t.Metrics, w.inventory || t.Inventory}
	}
	var work sync.WaitGroup
	for _, t := range targets {
		work.Go(func() { x.target(ctx, t) })
	}
	work.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	slices.SortFunc(x.report.Checks, func(a, b Check) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Region, b.Region),
			strings.Compare(a.Action, b.Action), strings.Compare(a.Resource, b.Resource))
	})
	slices.SortFunc(x.report.Logging, func(a, b RegionLogging) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region))
	})
	slices.SortFunc(x.report.Found, func(a, b Found) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.ARN, b.ARN))
	})
	x.report.Found = slices.Compact(x.report.Found)
	return x.report
}
