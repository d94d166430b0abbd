package logging

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trail "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"seismo/internal/account"
	"seismo/internal/jsondoc"
	"seismo/internal/state"
)

// How it is known since when logging is as it is.
const (
	FromTrail     = "CloudTrail" // its event of the call, which it keeps for 90 days
	FromJournal   = "journal"    // seismo did it, and wrote it down
	FromInventory = "inventory"  // seismo's inventory first saw it so: it is so since then at the latest
)

// Seen is what an inventory last saw of a Region's logging.
type Seen struct {
	First  time.Time // since when it was seen so; zero is never
	Bucket string    // "" where it does not go to S3
	Prefix string
	Group  string // "" where it does not go to CloudWatch
}

// blame finds out since when logging is as it is, and by whom: from CloudTrail; where
// that does not remember, or is not told yet, from the journal; else from the
// inventory.
func (t *Tool) blame(ctx context.Context, p place, s *Status, now *types.LoggingConfig) error {
	if err := t.trailSays(ctx, p, s); err != nil {
		s.Note = account.Redact(err.Error())
	} else if s.Since.IsZero() {
		s.Note = "CloudTrail remembers no change of logging in 90 days"
	}
	if err := t.journalSays(ctx, p, s); err != nil || !s.Since.IsZero() || t.opt.Seen == nil {
		return err
	}
	seen, err := t.opt.Seen(ctx, p.id, p.region)
	if err != nil {
		t.opt.Log.Debug("the inventory does not say since when logging is on", "region", p.region, "error", err.Error())
		return nil
	}
	if !seen.First.IsZero() && seen.is(now) {
		s.Since, s.From = seen.First.UTC(), FromInventory
	}
	return nil
}

// is reports whether what was seen is what is.
func (s *Seen) is(now *types.LoggingConfig) bool {
	var is Seen
	if to := now.S3Config; to != nil {
		is.Bucket, is.Prefix = aws.ToString(to.BucketName), strings.Trim(aws.ToString(to.KeyPrefix), "/")
	}
	if to := now.CloudWatchConfig; to != nil {
		is.Group = aws.ToString(to.LogGroupName)
	}
	return is.Bucket == s.Bucket && is.Prefix == strings.Trim(s.Prefix, "/") && is.Group == s.Group
}

// trailSays finds the last event that configured logging. Calls that were refused
// configured nothing.
func (t *Tool) trailSays(ctx context.Context, p place, s *Status) error {
	for _, name := range []string{"PutModelInvocationLoggingConfiguration", "DeleteModelInvocationLoggingConfiguration"} {
		out, err := p.account.CloudTrail(p.region).LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(10),
			LookupAttributes: []trail.LookupAttribute{{AttributeKey: trail.LookupAttributeKeyEventName, AttributeValue: &name}}})
		if err != nil {
			return explain(err, "look changes of logging up in CloudTrail")
		}
		for _, e := range out.Events { // the newest first
			doc, err := jsondoc.Parse([]byte(aws.ToString(e.CloudTrailEvent)))
			if err == nil && doc.Get("errorCode").Str() != "" {
				continue
			}
			if at := aws.ToTime(e.EventTime); at.After(s.Since) {
				s.Since, s.From, s.By = at.UTC(), FromTrail, aws.ToString(e.Username)
				if who := doc.Get("userIdentity", "arn").Str(); err == nil && who != "" {
					s.By = who
				}
			}
			break
		}
	}
	return nil
}

// journalSays takes what seismo did last, where it is so still and CloudTrail does
// not know of anything later: its events come some minutes late.
func (t *Tool) journalSays(ctx context.Context, p place, s *Status) error {
	if !s.Ours {
		return nil
	}
	on, err := t.turnedOn(ctx, p)
	// CloudTrail's times are whole seconds, and clocks differ.
	if on.After(s.Since.Add(skew)) {
		s.Since, s.From, s.By = on.UTC(), FromJournal, "seismo"
	}
	return err
}

// turnedOn is when seismo last configured logging of a Region; zero when it did not.
func (t *Tool) turnedOn(ctx context.Context, p place) (time.Time, error) {
	if t.opt.Journal == nil {
		return time.Time{}, nil
	}
	done, err := t.opt.Journal.Changes(ctx, p.scope())
	at := slices.IndexFunc(done, func(c state.Change) bool { return strings.HasPrefix(c.Setting, kindLogging+" ") })
	if at < 0 {
		return time.Time{}, err
	}
	return done[at].Begun, err
}
