package logging

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seismo/internal/account"
	"seismo/internal/state"
)

// TrailWish is what somebody wants of CloudTrail: a trail of all Regions that
// selects the data events of Bedrock. Names may hold ACCOUNT, REGION and ENV.
type TrailWish struct {
	Environment string `json:"environment"`
	Trail       string `json:"trail"`  // name; one that exists keeps its bucket
	Bucket      string `json:"bucket"` // of a trail that is made
	Group       string `json:"group"`
	Role        string `json:"role"`
	CloudWatch  bool   `json:"cloudwatch"` // of a trail that is made: deliver to a log group too
	Insights    bool   `json:"insights"`
	Key         string `json:"key,omitzero"`  // ARN of a KMS key that seals the trail's files, and the group of a trail that is made
	Home        string `json:"home,omitzero"` // Region of the trail, of one that was enabled
	Retention   int    `json:"retention,omitzero"`
	BucketDays  int    `json:"bucketDays,omitzero"`
	Existing    bool   `json:"-"` // the trail must be there, or be one that seismo made
}

// The names that a TrailWish has where it gives none.
const (
	DefaultTrail       = "seismo-bedrock-ENV"
	DefaultTrailBucket = "bedrock-trail-ACCOUNT-REGION-ENV"
	DefaultTrailGroup  = "/aws/bedrock/cloudtrail-logs/ENV"
	DefaultTrailRole   = "seismo-bedrock-trail-ENV"
)

const trailService = "cloudtrail.amazonaws.com"

var trailName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$`)

// Check says what is wrong with a wish, with the flags at fault.
func (w *TrailWish) Check() error {
	common := Wish{Environment: w.Environment, S3: true, Data: Data{Text: true}, Retention: w.Retention, BucketDays: w.BucketDays, Key: w.Key}
	return common.Check(1)
}

func (w TrailWish) at(p place) (TrailWish, error) {
	names := strings.NewReplacer("ACCOUNT", p.id, "REGION", p.region, "ENV", w.Environment)
	fill := func(name *string, otherwise string) {
		if *name == "" {
			*name = otherwise
		}
		*name = names.Replace(*name)
	}
	if arn, ok := account.ParseARN(w.Trail); ok {
		w.Trail = strings.TrimPrefix(arn.Resource, "trail/")
	}
	fill(&w.Trail, DefaultTrail)
	fill(&w.Bucket, DefaultTrailBucket)
	fill(&w.Group, DefaultTrailGroup)
	fill(&w.Role, DefaultTrailRole)
	if key, ok := account.ParseARN(w.Key); ok && (key.Region != p.region || key.Account != p.id) {
		return w, fmt.Errorf("the key %s lies in %s of account %s; the trail's bucket lies in %s of account %s, and needs a key from there", w.Key, key.Region, key.Account, p.region, p.id)
	}
	switch {
	case !trailName.MatchString(w.Trail):
		return w, fmt.Errorf("%q is no name of a trail; choose another with --trail", w.Trail)
	case !bucketName.MatchString(w.Bucket):
		return w, fmt.Errorf("%q is no name of a bucket; choose another with --bucket", w.Bucket)
	}
	return w, nil
}

// trailScope is under what the changes of a trail are written down.
func (p place) trailScope(name string) string { return "trail " + p.id + " " + name }

// parts are the settings of a trail in the order in which they are made. A trail
// that somebody else made keeps where it writes to.
func (w *TrailWish) parts(p place, theirs bool) []part {
	var list []part
	add := func(kind, name string, want func(string) (string, error)) {
		list = append(list, part{settingOf(kind, p.region, name), want})
	}
	if w.Key != "" {
		add(kindKeyPolicy, w.Key, func(b string) (string, error) { return merged(b, trailSeals(p, w, theirs)...) })
	}
	if !theirs {
		add(kindBucket, w.Bucket, wantBucket(p, w.Bucket))
		add(kindPublicAccess, w.Bucket, wantPublicAccess)
		add(kindEncryption, w.Bucket, wantEncryption(""))
		add(kindLifecycle, w.Bucket, w.wantRules())
		add(kindBucketPolicy, w.Bucket, func(b string) (string, error) { return merged(b, trailStatements(p, w)...) })
		if w.CloudWatch {
			add(kindGroup, w.Group, wantGroup(w.Key))
			add(kindRetention, w.Group, wantRetention(w.Retention))
			add(kindRole, w.Role, func(b string) (string, error) { return merged(b, trailTrust(p, w)) })
			add(kindRolePolicy, w.Role, func(b string) (string, error) { return merged(b, trailWrites(p, w)) })
		}
	}
	add(kindTrail, w.Trail, wantTrail(p, w, theirs))
	add(kindSelectors, w.Trail, wantSelectors(theirs))
	if w.Insights {
		add(kindInsights, w.Trail, wantInsights)
	}
	add(kindTrailOn, w.Trail, func(string) (string, error) { return textOf(onText{true}) })
	return list
}

// statement is one of this trail: what of its kind is another trail's stays.
func (w *TrailWish) statement(p place, kind string, s statement) statement {
	s.Sid, s.Effect, s.former = own+kind+trailTail(w.Trail), "Allow", own+kind
	if s.whose == "" {
		s.whose = p.arn("cloudtrail", "trail/"+w.Trail)
	}
	return s
}

func trailStatements(p place, w *TrailWish) []statement {
	here := map[string]string{"aws:SourceArn": p.arn("cloudtrail", "trail/"+w.Trail)}
	list := []statement{
		w.statement(p, "TrailLooks", statement{Principal: service(trailService), Action: []string{"s3:GetBucketAcl"},
			Resource: []string{p.arn("s3", w.Bucket)}, Condition: map[string]map[string]string{"StringEquals": here}}),
		w.statement(p, "TrailWrites", statement{Principal: service(trailService), Action: []string{"s3:PutObject"},
			Resource: []string{p.arn("s3", w.Bucket+"/AWSLogs/"+p.id+"/*")}, Condition: map[string]map[string]string{
				"StringEquals": {"aws:SourceArn": here["aws:SourceArn"], "s3:x-amz-acl": "bucket-owner-full-control"}}}),
	}
	return append(list, tlsOnly(p, w.Bucket)...)
}

// trailSeals lets CloudTrail seal this trail's files with a key, and CloudWatch Logs
// the group of a trail that is made. In a key's policy * is the key itself.
func trailSeals(p place, w *TrailWish, theirs bool) []statement {
	here := map[string]string{"aws:SourceArn": p.arn("cloudtrail", "trail/"+w.Trail)}
	list := []statement{
		w.statement(p, "TrailSeals", statement{Principal: service(trailService), Action: []string{"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"},
			Resource: []string{"*"}, Condition: map[string]map[string]string{"StringEquals": here,
				"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": p.partition.ARN("cloudtrail", "*", p.id, "trail/*")}}}),
		w.statement(p, "TrailAsks", statement{Principal: service(trailService), Action: []string{"kms:DescribeKey"},
			Resource: []string{"*"}, Condition: map[string]map[string]string{"StringEquals": here}}),
	}
	if w.CloudWatch && !theirs {
		group := groupSeals(p, w.Group)
		group.whose = p.arn("logs", "log-group:"+w.Group)
		list = append(list, w.statement(p, "TrailLogsSeals", group))
	}
	return list
}

func trailTrust(p place, w *TrailWish) statement {
	return w.statement(p, "TrailAssumes", statement{Principal: service(trailService), Action: []string{"sts:AssumeRole"},
		Condition: map[string]map[string]string{"StringEquals": {"aws:SourceAccount": p.id, "aws:SourceArn": p.arn("cloudtrail", "trail/"+w.Trail)}}})
}

// trailWrites allows the trail's own streams; CloudTrail chooses how their names
// end.
func trailWrites(p place, w *TrailWish) statement {
	streams := p.arn("logs", "log-group:"+w.Group+":log-stream:"+p.id+"_CloudTrail_"+p.region+"*")
	return w.statement(p, "WriteLogs", statement{whose: streams, Action: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resource: []string{streams}})
}

// PlanTrail works out what a trail needs. It only reads.
func (t *Tool) PlanTrail(ctx context.Context, w TrailWish, region string) (Plan, error) {
	plan := Plan{Region: region}
	p, err := t.place(ctx, region)
	if err != nil {
		return plan, err
	}
	if w, err = w.at(p); err != nil {
		return plan, err
	}
	plan.Account, plan.place, plan.scope = p.id, p, p.trailScope(w.Trail)
	text, err := readTrail(ctx, p, w.Trail)
	if err != nil {
		return plan, err
	}
	made, err := t.opt.Journal.Changes(ctx, plan.scope)
	if err != nil {
		return plan, err
	}
	mine := slices.ContainsFunc(made, func(c state.Change) bool { return strings.HasPrefix(c.Setting, kindTrail+" ") && c.Before == "" })
	w.Home, plan.Trail = p.region, w.Trail
	plan.trail = &w
	if text == "" && !mine {
		if w.missing(&plan); plan.err != nil {
			return plan, nil
		}
	}
	err = plan.fill(ctx, w.parts(p, text != "" && !mine))
	return plan, err
}

// ApplyTrail makes a plan of PlanTrail true.
func (t *Tool) ApplyTrail(ctx context.Context, plan *Plan) error {
	again := t.again("seismo logging trail enable")
	if plan.err != nil {
		return &Failure{Region: plan.Region, Err: plan.err}
	}
	return t.runAnd(ctx, plan, again)
}

// PlanTrailUndo works out what it takes to put a trail back as it was.
func (t *Tool) PlanTrailUndo(ctx context.Context, w TrailWish, region string, how Undoing) (Plan, error) {
	p, err := t.place(ctx, region)
	if err != nil {
		return Plan{Region: region}, err
	}
	if w, err = w.at(p); err != nil {
		return Plan{Region: region}, err
	}
	return t.planUndo(ctx, p, p.trailScope(w.Trail), how)
}

// UndoTrail makes a plan of PlanTrailUndo true.
func (t *Tool) UndoTrail(ctx context.Context, plan *Plan, how Undoing) error {
	return t.undo(ctx, plan, how, t.again("seismo logging trail undo"))
}

// VerifyTrail checks each property of a trail.
func (t *Tool) VerifyTrail(ctx context.Context, w TrailWish, region string) ([]Check, error) {
	p, err := t.place(ctx, region)
	if err != nil {
		return nil, err
	}
	if w, err = w.at(p); err != nil {
		return nil, err
	}
	x := &examination{tool: t, p: p}
	err = x.trail(ctx, w.Trail)
	return x.list, err
}
