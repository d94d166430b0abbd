package logging

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// kind is one sort of setting that an account has: how it is read and written as
// a text, and what that needs. A text is JSON; "" is a setting that is not there.
type kind struct {
	name   string
	reads  []string // IAM actions
	writes []string
	in     string // kind of the thing that this is a setting of, "" for things themselves

	read  func(ctx context.Context, p place, name string) (string, error)
	write func(ctx context.Context, p place, name, from, to string) error

	// without takes an owner's part out of a text that others changed too; nil
	// where a text has one owner.
	without func(text string, o owner) (string, error)
	// full reports whether a thing holds logs, which are not deleted unasked; empty
	// deletes what is no log, or errFull where there is one, and with all everything.
	// Both are nil of what holds none.
	full  func(ctx context.Context, p place, name string) (bool, error)
	empty func(ctx context.Context, p place, name string, all bool) error
	// born is when a thing was made; nil where AWS does not tell.
	born func(ctx context.Context, p place, name string) (time.Time, error)
}

// Names of kinds, as plans and journals spell them.
const (
	kindBucket       = "bucket"
	kindPublicAccess = "bucket.public_access"
	kindEncryption   = "bucket.encryption"
	kindLifecycle    = "bucket.lifecycle"
	kindBucketPolicy = "bucket.policy"
	kindKeyPolicy    = "key.policy"
	kindGroup        = "group"
	kindRetention    = "group.retention"
	kindRole         = "role"
	kindRolePolicy   = "role.policy"
	kindLogging      = "logging"
	kindTrail        = "trail"
	kindTrailOn      = "trail.logging"
	kindSelectors    = "trail.selectors"
	kindInsights     = "trail.insights"
)

// kinds are all sorts of settings that this room reads and writes. Sources of the
// IAM actions: AWS's service authorization reference.
func kinds() []kind {
	return []kind{
		{name: kindBucket, reads: []string{"s3:ListBucket"}, writes: []string{"s3:CreateBucket"},
			read: readBucket, write: writeBucket, full: fullBucket, empty: emptyBucket},
		{name: kindPublicAccess, in: kindBucket, reads: []string{"s3:GetBucketPublicAccessBlock"}, writes: []string{"s3:PutBucketPublicAccessBlock"},
			read: readPublicAccess, write: writePublicAccess},
		{name: kindEncryption, in: kindBucket, reads: []string{"s3:GetEncryptionConfiguration"}, writes: []string{"s3:PutEncryptionConfiguration"},
			read: readEncryption, write: writeEncryption},
		{name: kindLifecycle, in: kindBucket, reads: []string{"s3:GetLifecycleConfiguration"}, writes: []string{"s3:PutLifecycleConfiguration"},
			read: readLifecycle, write: writeLifecycle, without: withoutRules},
		{name: kindBucketPolicy, in: kindBucket, reads: []string{"s3:GetBucketPolicy"}, writes: []string{"s3:PutBucketPolicy"},
			read: readBucketPolicy, write: writeBucketPolicy, without: withoutOwn},
		{name: kindKeyPolicy, reads: []string{"kms:GetKeyPolicy"}, writes: []string{"kms:PutKeyPolicy"},
			read: readKeyPolicy, write: writeKeyPolicy, without: withoutOwn},
		{name: kindGroup, reads: []string{"logs:DescribeLogGroups"}, writes: []string{"logs:CreateLogGroup"},
			read: readGroup, write: writeGroup, full: fullGroup, empty: emptyGroup, born: bornGroup},
		{name: kindRetention, in: kindGroup, reads: []string{"logs:DescribeLogGroups"}, writes: []string{"logs:PutRetentionPolicy"},
			read: readRetention, write: writeRetention},
		{name: kindRole, reads: []string{"iam:GetRole"}, writes: []string{"iam:CreateRole"},
			read: readRole, write: writeRole, without: withoutOwn, born: bornRole},
		{name: kindRolePolicy, in: kindRole, reads: []string{"iam:GetRolePolicy"}, writes: []string{"iam:PutRolePolicy"},
			read: readRolePolicy, write: writeRolePolicy, without: withoutOwn},
		{name: kindLogging, reads: []string{"bedrock:GetModelInvocationLoggingConfiguration"}, writes: []string{"bedrock:PutModelInvocationLoggingConfiguration"},
			read: readLogging, write: writeLogging},
		{name: kindTrail, reads: []string{"cloudtrail:DescribeTrails"}, writes: []string{"cloudtrail:CreateTrail", "cloudtrail:UpdateTrail"},
			read: readTrail, write: writeTrail},
		{name: kindTrailOn, in: kindTrail, reads: []string{"cloudtrail:GetTrailStatus"}, writes: []string{"cloudtrail:StartLogging"},
			read: readTrailOn, write: writeTrailOn},
		{name: kindSelectors, in: kindTrail, reads: []string{"cloudtrail:GetEventSelectors"}, writes: []string{"cloudtrail:PutEventSelectors"},
			read: readSelectors, write: writeSelectors, without: withoutOwnSelectors},
		{name: kindInsights, in: kindTrail, reads: []string{"cloudtrail:GetInsightSelectors"}, writes: []string{"cloudtrail:PutInsightSelectors"},
			read: readInsights, write: writeInsights},
	}
}

// setting is one setting of one thing.
type setting struct {
	kind
	region string
	name   string // of the thing
}

// id is how a setting is written down: kind, Region and name.
func (s setting) id() string { return s.kind.name + " " + s.region + " " + s.name }

// thing is the id of what this is a setting of.
func (s setting) thing() string {
	if s.in == "" {
		return s.id()
	}
	return s.in + " " + s.region + " " + s.name
}

func settingOf(name, region, thing string) setting {
	for _, k := range kinds() {
		if k.name == name {
			return setting{k, region, thing}
		}
	}
	return setting{kind{name: name}, region, thing}
}

// parseSetting reads what id wrote.
func parseSetting(id string) (setting, error) {
	name, rest, _ := strings.Cut(id, " ")
	region, thing, ok := strings.Cut(rest, " ")
	if s := settingOf(name, region, thing); ok && s.read != nil {
		return s, nil
	}
	return setting{}, fmt.Errorf("the state file names a setting %q that this version does not know: use a newer seismo", id)
}
