package logging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/go-json-experiment/json"

	"seismo/internal/state"
)

// Goal is where a configuration makes Bedrock write. One without buckets and group
// is none: logging is off.
type Goal struct {
	Buckets []string
	Group   string
	Role    string   // its name
	Targets []string // as people read them
}

// Standing is how logging of a Region stands.
type Standing struct {
	Now    Goal
	Made   Goal // what seismo made last, as its state file says
	Before bool // it is as it was before seismo's first change

	// Begun are the names of buckets, groups and roles that seismo changed while
	// nothing is written down of the configuration itself: enable did not come as
	// far, or undo was broken off after it.
	Begun []string
}

// Standing reads where logs of a Region go, and where seismo made them go last. It
// only reads.
func (t *Tool) Standing(ctx context.Context, region string) (Standing, error) {
	p, err := t.place(ctx, region)
	if err != nil {
		return Standing{}, err
	}
	now, err := readLogging(ctx, p, "")
	if err != nil {
		return Standing{}, err
	}
	made, begun, err := t.madeLast(ctx, p)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Before: same(now, made.Before), Begun: begun}
	if s.Now, err = goalOf(now); err == nil {
		s.Made, err = goalOf(made.After)
	}
	return s, err
}

// madeLast is what is written down of a Region's configuration. When nothing is,
// its After is "", and begun names what else was changed.
func (t *Tool) madeLast(ctx context.Context, p place) (made state.Change, begun []string, err error) {
	if t.opt.Journal == nil {
		return made, nil, nil
	}
	done, err := t.opt.Journal.Changes(ctx, p.scope())
	if err != nil {
		return made, nil, err
	}
	for _, c := range done {
		s, err := parseSetting(c.Setting)
		if err != nil {
			return made, nil, err
		}
		if s.kind.name == kindLogging {
			return c, nil, nil
		}
		begun = append(begun, s.name)
	}
	return made, begun, nil
}

func goalOf(text string) (Goal, error) {
	if text == "" {
		return Goal{}, nil
	}
	c, err := fromText[types.LoggingConfig](text)
	if err != nil {
		return Goal{}, err
	}
	g := Goal{Targets: targets(&c)}
	bucket := func(to *types.S3Config) {
		if to != nil && !slices.Contains(g.Buckets, aws.ToString(to.BucketName)) {
			g.Buckets = append(g.Buckets, aws.ToString(to.BucketName))
		}
	}
	bucket(c.S3Config)
	if to := c.CloudWatchConfig; to != nil {
		bucket(to.LargeDataDeliveryS3Config)
		arn := aws.ToString(to.RoleArn)
		g.Group, g.Role = aws.ToString(to.LogGroupName), arn[strings.LastIndexByte(arn, '/')+1:]
	}
	return g, nil
}

// Conflict says where logs of a Region go that a wish would move away from there,
// "" when it may do so. It only reads, and less than Plan.
func (t *Tool) Conflict(ctx context.Context, w Wish, region string) (string, error) {
	p, err := t.place(ctx, region)
	if err != nil {
		return "", err
	}
	if w, err = w.at(p); err != nil {
		return "", err
	}
	now, err := readLogging(ctx, p, "")
	if err != nil || now == "" {
		return "", err
	}
	mine, err := t.mayReplace(ctx, p, &w, now)
	if err != nil || mine {
		return "", err
	}
	var there *taken
	if _, err = w.wantLogging(p)(now); errors.As(err, &there) {
		return strings.Join(there.lost, " and "), nil
	}
	return "", err
}

// isMine reports whether the configuration of a Region is the one that seismo made
// last.
func (t *Tool) isMine(ctx context.Context, p place, now string) (bool, error) {
	made, _, err := t.madeLast(ctx, p)
	return err == nil && now != "" && same(now, made.After), err
}

// mayReplace reports whether a Region's configuration is the one that seismo made
// last for the same environment and bucket. What it made for another environment is
// as good as somebody else's.
func (t *Tool) mayReplace(ctx context.Context, p place, w *Wish, now string) (bool, error) {
	if mine, err := t.isMine(ctx, p, now); err != nil || !mine {
		return false, err
	}
	text, err := t.opt.Memory.Fact(ctx, p.wishName())
	if err != nil || text == "" {
		return false, err
	}
	var was Wish
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return false, fmt.Errorf("read what was wished of logging in %s: %w", p.region, err)
	}
	return was.Environment == w.Environment && was.Bucket == w.Bucket, nil
}

// Written is what the state file says of a Region before a plan is applied.
type Written struct {
	changes []state.Change
	wish    string
}

// Written reads what Revert needs.
func (t *Tool) Written(ctx context.Context, plan *Plan) (Written, error) {
	changes, err := t.opt.Journal.Changes(ctx, plan.scope)
	if err != nil {
		return Written{}, err
	}
	wish, err := t.opt.Memory.Fact(ctx, plan.place.wishName())
	return Written{changes, wish}, err
}

// Revert takes back what Apply of a plan did, in the account and in the state file:
// all is as it was before that run, and not as before the first one. What somebody
// changed since stays and is named in the error.
func (t *Tool) Revert(ctx context.Context, plan *Plan, was Written) error {
	var done []Step
	var theirs []string
	for _, s := range plan.Steps {
		if !s.changes() {
			continue
		}
		now, _, err := readInside(ctx, plan.place, s.part.setting)
		if err != nil {
			return err
		}
		if !s.fresh && !same(now, s.After) && !same(now, s.Before) {
			theirs = append(theirs, s.Kind+" "+s.Name+" (somebody changed it since)")
			continue
		}
		done = append(done, s)
	}
	f := &Failure{Region: plan.Region}
	t.rollback(ctx, plan, done, was.changes, f)
	if err := t.opt.Memory.Remember(context.WithoutCancel(ctx), plan.place.wishName(), was.wish); err != nil {
		return err
	}
	if left := append(f.Left, theirs...); len(left) > 0 {
		return fmt.Errorf("not put back: %s", strings.Join(left, ", "))
	}
	return nil
}
