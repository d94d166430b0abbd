package logging

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/go-json-experiment/json"

	"seismo/internal/state"
)

// keepWish remembers what was wished in a plan, with the days that came of it.
func (t *Tool) keepWish(ctx context.Context, plan *Plan) error {
	wish, retention, bucket := any(&plan.wish), &plan.wish.Retention, &plan.wish.BucketDays
	if plan.trail != nil {
		wish, retention, bucket = plan.trail, &plan.trail.Retention, &plan.trail.BucketDays
	}
	if err := t.resolve(ctx, plan, retention, bucket); err != nil {
		return err
	}
	text, err := json.Marshal(wish)
	if err != nil {
		return err
	}
	return t.opt.Memory.Remember(ctx, "wish "+plan.scope, string(text))
}

// resolve puts the days into a wish that named none and for which seismo set some, so
// that whoever changes them later is seen. Days that somebody else set stay nobody's
// wish: they are left as they are, whatever becomes of them.
func (t *Tool) resolve(ctx context.Context, plan *Plan, retention, bucket *int) error {
	made, err := t.opt.Journal.Changes(ctx, plan.scope)
	if err != nil {
		return err
	}
	for _, s := range plan.Steps {
		at := slices.IndexFunc(made, func(c state.Change) bool { return c.Setting == s.part.id() })
		if at < 0 {
			continue
		}
		days := daysOf(s.Kind, made[at].After)
		if !s.changes() && days != daysOf(s.Kind, s.Before) {
			continue // what seismo set was changed before this run, which left it so
		}
		switch {
		case s.Kind == kindRetention && *retention == 0:
			*retention = days
		case s.Kind == kindLifecycle && *bucket == 0:
			*bucket = days
		}
	}
	return nil
}

// daysOf are the days of a text: those of a group's retention, or of seismo's own rules
// of a lifecycle; 0 where there are none, or rules that differ.
func daysOf(kind, text string) int {
	switch kind {
	case kindRetention:
		d, err := fromText[daysText](text)
		if err != nil {
			return 0
		}
		return int(d.Days)
	case kindLifecycle:
		rules, err := fromText[[]objects.LifecycleRule](text)
		if err != nil {
			return 0
		}
		days := int32(0)
		for _, r := range rules {
			switch {
			case !strings.HasPrefix(aws.ToString(r.ID), own):
			case r.Expiration == nil, days != 0 && aws.ToInt32(r.Expiration.Days) != days:
				return 0
			default:
				days = aws.ToInt32(r.Expiration.Days)
			}
		}
		return int(days)
	}
	return 0
}
