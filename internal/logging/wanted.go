package logging

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// part is one setting that a wish is made of. want is the text that it should
// have, given the one it has: one that is right already stays as it is, and what
// others put there stays beside seismo's.
type part struct {
	setting
	want func(before string) (after string, err error)
}

// parts are the settings of a wish, in the order in which they are made: what
// Bedrock writes to before the configuration that makes it write.
func (w *Wish) parts(p place) []part {
	var list []part
	add := func(kind, name string, want func(string) (string, error)) {
		list = append(list, part{settingOf(kind, p.region, name), want})
	}
	if w.Key != "" {
		add(kindKeyPolicy, w.Key, func(b string) (string, error) { return merged(b, keyStatements(p, w)...) })
	}
	add(kindBucket, w.Bucket, wantBucket(p, w.Bucket))
	add(kindPublicAccess, w.Bucket, wantPublicAccess)
	add(kindEncryption, w.Bucket, wantEncryption(w.Key))
	add(kindLifecycle, w.Bucket, w.wantLifecycle(p))
	add(kindBucketPolicy, w.Bucket, func(b string) (string, error) { return merged(b, bucketStatements(p, w)...) })
	if w.CloudWatch {
		add(kindGroup, w.Group, wantGroup(w.Key))
		add(kindRetention, w.Group, wantRetention(w.Retention))
		add(kindRole, w.Role, func(b string) (string, error) { return merged(b, trustStatements(p)...) })
		add(kindRolePolicy, w.Role, func(b string) (string, error) { return merged(b, roleStatements(p, w)...) })
	}
	add(kindLogging, "configuration", w.wantLogging(p))
	return list
}

func wantBucket(p place, name string) func(string) (string, error) {
	return func(before string) (string, error) {
		if before == "" {
			return textOf(bucketText{p.region})
		}
		at, err := fromText[bucketText](before)
		if err == nil && at.Region != p.region {
			err = &trouble{what: "use the bucket " + name, why: "it lies in " + at.Region + ", and Bedrock of " + p.region + " writes only to its own Region",
				remedy: "Choose a bucket of " + p.region + " with --bucket."}
		}
		return before, err
	}
}

func wantPublicAccess(before string) (string, error) {
	after, err := textOf(objects.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true),
		IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true)})
	if err == nil && same(before, after) {
		return before, nil
	}
	return after, err
}

// wantEncryption leaves a bucket that is encrypted as it is, unless a key is
// named.
func wantEncryption(key string) func(string) (string, error) {
	return func(before string) (string, error) {
		algorithm, id := objects.ServerSideEncryptionAes256, (*string)(nil)
		if key != "" {
			algorithm, id = objects.ServerSideEncryptionAwsKms, &key
		}
		if before != "" {
			now, err := fromText[objects.ServerSideEncryptionConfiguration](before)
			if err != nil {
				return "", err
			}
			for _, r := range now.Rules {
				if d := r.ApplyServerSideEncryptionByDefault; d != nil && (key == "" || d.SSEAlgorithm == algorithm && aws.ToString(d.KMSMasterKeyID) == key) {
					return before, nil
				}
			}
		}
		// S3 says of each rule whether it has a bucket key: one that was written without
		// would read as changed by somebody else.
		rule := objects.ServerSideEncryptionRule{BucketKeyEnabled: aws.Bool(key != ""),
			ApplyServerSideEncryptionByDefault: &objects.ServerSideEncryptionByDefault{SSEAlgorithm: algorithm, KMSMasterKeyID: id}}
		return textOf(objects.ServerSideEncryptionConfiguration{Rules: []objects.ServerSideEncryptionRule{rule}})
	}
}

// wantLifecycle has one rule for what Bedrock writes and leaves all others.
func (w *Wish) wantLifecycle(p place) func(string) (string, error) {
	days := w.BucketDays
	if days == 0 {
		days = DefaultDays
	}
	below := p.logsOf(w.Prefix)
	if !w.S3 {
		below = p.logsOf(w.large())
	}
	rule := func(id, prefix string) objects.LifecycleRule {
		return objects.LifecycleRule{ID: aws.String(own + id), Status: objects.ExpirationStatusEnabled,
			Filter: &objects.LifecycleRuleFilter{Prefix: &prefix}, Expiration: &objects.LifecycleExpiration{Days: aws.Int32(int32(days))}}
	}
	want := []objects.LifecycleRule{rule("BedrockLogs", below)}
	if w.S3 && w.CloudWatch {
		want = append(want, rule("BedrockLargeData", p.logsOf(w.large())))
	}
	return func(before string) (string, error) {
		return mergedRules(before, want, w.BucketDays == 0)
	}
}

// mergedRules is a lifecycle with these rules. With keep, days that a rule of
// seismo has already are left.
func mergedRules(before string, want []objects.LifecycleRule, keep bool) (string, error) {
	var rules []objects.LifecycleRule
	if before != "" {
		var err error
		if rules, err = fromText[[]objects.LifecycleRule](before); err != nil {
			return "", err
		}
	}
	differs := false
	for _, w := range want {
		at := slices.IndexFunc(rules, func(r objects.LifecycleRule) bool { return aws.ToString(r.ID) == *w.ID })
		switch {
		case at < 0:
			rules = append(rules, w)
		case rules[at].Status == w.Status && prefixOf(rules[at]) == prefixOf(w) && !filtered(rules[at]) && rules[at].Expiration != nil &&
			(keep || aws.ToInt32(rules[at].Expiration.Days) == *w.Expiration.Days):
			continue
		default:
			rules[at] = w
		}
		differs = true
	}
	if !differs {
		return before, nil
	}
	return textOf(rules)
}

// wantGroup takes a group as it is, and sets its key where one is named.
func wantGroup(key string) func(string) (string, error) {
	return func(before string) (string, error) {
		if before != "" && key == "" {
			return before, nil
		}
		return textOf(groupText{key})
	}
}

func wantRetention(days int) func(string) (string, error) {
	return func(before string) (string, error) {
		switch {
		case days == 0 && before != "":
			return before, nil
		case days == 0:
			days = DefaultRetention
		}
		return textOf(daysText{int32(days)})
	}
}

// wantLogging is the configuration of the wish. One that goes elsewhere is
// somebody else's, and is not replaced unless the wish says so.
func (w *Wish) wantLogging(p place) func(string) (string, error) {
	return func(before string) (string, error) {
		c := configuration(p, w)
		after, err := textOf(c)
		if err != nil || before == "" {
			return after, err
		}
		if same(before, after) {
			return before, nil
		}
		now, err := fromText[types.LoggingConfig](before)
		if err != nil {
			return "", err
		}
		if lost := slices.DeleteFunc(targets(&now), func(t string) bool { return slices.Contains(targets(&c), t) }); len(lost) > 0 && !w.Force {
			return after, &taken{lost, p.keeping(&now), p.region}
		}
		return after, nil
	}
}

// taken says that logs would no longer go where they go now.
type taken struct {
	lost   []string
	keep   string // the command that keeps it
	region string
}

func (t *taken) Error() string {
	return fmt.Sprintf("logging goes to %s already", strings.Join(t.lost, " and "))
}

func (t *taken) Unwrap() error { return ErrTaken }

// Hint is what to do about it.
func (t *taken) Hint() string {
	return "To keep it: `" + t.keep + "`. To replace it, give --force as well; `seismo logging undo --region " + t.region + "` puts it back."
}

// isTaken tells a conflict from a failure.
func isTaken(err error) bool { return errors.Is(err, ErrTaken) }
