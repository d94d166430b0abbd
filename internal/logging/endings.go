package logging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/go-json-experiment/json"
)

// ends reports whether a lifecycle expires all that lies below a prefix, and not
// before the days that were wished: wished is below 0 where nothing was, and 0 where
// the days of seismo's own rule were.
func ends(text, below string, wished int) (bool, string) {
	rules, err := fromText[[]objects.LifecycleRule](text)
	if err != nil {
		return false, "the lifecycle cannot be read"
	}
	var whole, first ending
	for _, r := range rules {
		e := endingOf(r)
		if e.after == "" || r.Status != objects.ExpirationStatusEnabled {
			continue
		}
		inside := strings.HasPrefix(below, prefixOf(r))
		if inside && !filtered(r) && e.days > 0 {
			whole = whole.or(e)
			if wished == 0 && strings.HasPrefix(e.rule, own+"Bedrock") {
				wished = e.days
			}
		}
		if (inside || strings.HasPrefix(prefixOf(r), below)) && !tagged(r) {
			first = first.or(e)
		}
	}
	switch {
	case wished > 0 && first.after != "" && first.days < wished:
		return false, fmt.Sprintf("the rule %s ends some %s, before the %d days that were wished", first.rule, first.after, wished)
	case whole.after == "":
		return false, "no rule expires all of " + below
	}
	return true, whole.after
}

// ending is when a rule expires objects.
type ending struct {
	days  int
	after string // in words; "" is never
	rule  string
}

// or is the earlier of two.
func (e ending) or(o ending) ending {
	if e.after == "" || o.days < e.days {
		return o
	}
	return e
}

func endingOf(r objects.LifecycleRule) ending {
	e := ending{rule: aws.ToString(r.ID)}
	switch x := r.Expiration; {
	case x == nil:
	case x.Date != nil: // whatever its age
		e.after = "on " + x.Date.UTC().Format(time.DateOnly)
	case aws.ToInt32(x.Days) > 0:
		e.days = int(*x.Days)
		e.after = afterDays(*x.Days)
	}
	return e
}

func afterDays(n int32) string {
	if n == 1 {
		return "after 1 day"
	}
	return fmt.Sprintf("after %d days", n)
}

// prefixOf is what the keys of a rule's objects begin with.
func prefixOf(r objects.LifecycleRule) string {
	switch f := r.Filter; {
	case f == nil:
		return aws.ToString(r.Prefix) //nolint:staticcheck // old rules have it here
	case f.And != nil:
		return aws.ToString(f.And.Prefix)
	default:
		return aws.ToString(f.Prefix)
	}
}

// filtered reports whether a rule is not of all objects of its prefix.
func filtered(r objects.LifecycleRule) bool {
	f := r.Filter
	return tagged(r) || f != nil && (f.ObjectSizeGreaterThan != nil || f.ObjectSizeLessThan != nil ||
		f.And != nil && (f.And.ObjectSizeGreaterThan != nil || f.And.ObjectSizeLessThan != nil))
}

// tagged reports whether a rule is of objects with tags: Bedrock's have none.
func tagged(r objects.LifecycleRule) bool {
	return r.Filter != nil && (r.Filter.Tag != nil || r.Filter.And != nil && len(r.Filter.And.Tags) > 0)
}

// wishedDays are the days that were wished for a bucket when logging was enabled
// here, as ends takes them.
func (x *examination) wishedDays(ctx context.Context, bucket string) (int, error) {
	if x.tool.opt.Memory == nil {
		return -1, nil
	}
	text, err := x.tool.opt.Memory.Fact(ctx, x.p.wishName())
	if text == "" || err != nil {
		return -1, err
	}
	var w Wish
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return -1, err
	}
	if w, err = w.at(x.p); err != nil || w.Bucket != bucket {
		return -1, err
	}
	return w.BucketDays, nil
}
