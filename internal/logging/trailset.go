package logging

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
)

// trailText is what a trail's own text says.
type trailText struct {
	Bucket      string `json:"bucket"`
	Prefix      string `json:"prefix,omitzero"`
	MultiRegion bool   `json:"multiRegion"`
	Validation  bool   `json:"logFileValidation"`
	Global      bool   `json:"globalServices"`
	Group       string `json:"logGroup,omitzero"`
	Role        string `json:"role,omitzero"`
	Home        string `json:"home,omitzero"`
	Key         string `json:"key,omitzero"`
}

// onText is whether a trail records.
type onText struct {
	On bool `json:"on"`
}

func readTrail(ctx context.Context, p place, name string) (string, error) {
	out, err := p.account.CloudTrail(p.region).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{name}, IncludeShadowTrails: aws.Bool(true)})
	if err != nil {
		return "", explain(err, "look at the trail "+name)
	}
	for _, t := range out.TrailList {
		if aws.ToString(t.Name) == name {
			return textOf(trailText{aws.ToString(t.S3BucketName), aws.ToString(t.S3KeyPrefix), aws.ToBool(t.IsMultiRegionTrail), aws.ToBool(t.LogFileValidationEnabled),
				aws.ToBool(t.IncludeGlobalServiceEvents), aws.ToString(t.CloudWatchLogsLogGroupArn), aws.ToString(t.CloudWatchLogsRoleArn), aws.ToString(t.HomeRegion), aws.ToString(t.KmsKeyId)})
		}
	}
	return "", nil
}

func writeTrail(ctx context.Context, p place, name, from, to string) error {
	client := p.account.CloudTrail(p.region)
	if to == "" {
		_, err := client.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: &name})
		if account.Code(err) == "TrailNotFoundException" {
			return nil
		}
		return explain(err, "delete the trail "+name)
	}
	w, err := fromText[trailText](to)
	if err != nil {
		return err
	}
	some := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	if from == "" {
		_, err = client.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: &w.Bucket, S3KeyPrefix: some(w.Prefix), IsMultiRegionTrail: &w.MultiRegion,
			EnableLogFileValidation: &w.Validation, IncludeGlobalServiceEvents: &w.Global, CloudWatchLogsLogGroupArn: some(w.Group), CloudWatchLogsRoleArn: some(w.Role), KmsKeyId: some(w.Key)})
		return explain(err, "make the trail "+name)
	}
	was, err := fromText[trailText](from)
	if err != nil {
		return err
	}
	change := func(before, after string) *string { // what is left out stays, and "" takes away
		if before == after {
			return some(after)
		}
		return &after
	}
	_, err = client.UpdateTrail(ctx, &cloudtrail.UpdateTrailInput{Name: &name, S3BucketName: &w.Bucket, S3KeyPrefix: change(was.Prefix, w.Prefix), IsMultiRegionTrail: &w.MultiRegion,
		EnableLogFileValidation: &w.Validation, IncludeGlobalServiceEvents: &w.Global, CloudWatchLogsLogGroupArn: change(was.Group, w.Group),
		CloudWatchLogsRoleArn: change(was.Role, w.Role), KmsKeyId: change(was.Key, w.Key)})
	return explain(err, "change the trail "+name)
}

// wantTrail records all Regions with validation. A trail that somebody else made
// keeps where it writes to.
func wantTrail(p place, w *TrailWish, theirs bool) func(string) (string, error) {
	want := trailText{Bucket: w.Bucket, MultiRegion: true, Validation: true, Global: true, Home: p.region, Key: w.Key}
	if w.CloudWatch {
		want.Group = p.arn("logs", "log-group:"+w.Group+":*")
		want.Role = p.arn("iam", "role/"+w.Role)
	}
	return func(before string) (string, error) {
		if before != "" {
			now, err := fromText[trailText](before)
			if err != nil {
				return "", err
			}
			if now.Home != "" && now.Home != p.region {
				return before, &trouble{what: "use the trail " + w.Trail, why: "its home is " + now.Home + ", and a trail is changed only from there",
					remedy: "Give --region " + now.Home + "."}
			}
			after := now
			after.MultiRegion, after.Validation, after.Global = true, true, true
			if w.Key != "" {
				after.Key = w.Key
			}
			if !theirs {
				after.Bucket, after.Prefix = want.Bucket, want.Prefix
			}
			if !theirs && w.CloudWatch {
				after.Group, after.Role = want.Group, want.Role
			}
			if after == now {
				return before, nil
			}
			return textOf(after)
		}
		return textOf(want)
	}
}

func readTrailOn(ctx context.Context, p place, name string) (string, error) {
	out, err := p.account.CloudTrail(p.region).GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &name})
	if err != nil {
		return "", explain(err, "ask whether the trail "+name+" records")
	}
	return textOf(onText{aws.ToBool(out.IsLogging)})
}

func writeTrailOn(ctx context.Context, p place, name, _, to string) error {
	on, err := fromText[onText](to)
	client := p.account.CloudTrail(p.region)
	if err == nil && on.On {
		_, err = client.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: &name})
		return explain(err, "start the trail "+name)
	}
	_, err = client.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: &name})
	return explain(err, "stop the trail "+name)
}

func readInsights(ctx context.Context, p place, name string) (string, error) {
	out, err := p.account.CloudTrail(p.region).GetInsightSelectors(ctx, &cloudtrail.GetInsightSelectorsInput{TrailName: &name})
	if account.Code(err) == "InsightNotEnabledException" {
		return "", nil
	}
	if err != nil || len(out.InsightSelectors) == 0 {
		return "", explain(err, "read the Insights of the trail "+name)
	}
	return textOf(out.InsightSelectors)
}

func writeInsights(ctx context.Context, p place, name, _, to string) error {
	list := []types.InsightSelector{}
	if to != "" {
		var err error
		if list, err = fromText[[]types.InsightSelector](to); err != nil {
			return err
		}
	}
	_, err := p.account.CloudTrail(p.region).PutInsightSelectors(ctx, &cloudtrail.PutInsightSelectorsInput{TrailName: &name, InsightSelectors: list})
	return explain(err, "set the Insights of the trail "+name)
}

// wantInsights has both kinds and leaves what there is.
func wantInsights(before string) (string, error) {
	var list []types.InsightSelector
	if before != "" {
		var err error
		if list, err = fromText[[]types.InsightSelector](before); err != nil {
			return "", err
		}
	}
	n := len(list)
	for _, kind := range []types.InsightType{types.InsightTypeApiCallRateInsight, types.InsightTypeApiErrorRateInsight} {
		found := false
		for _, s := range list[:n] {
			found = found || s.InsightType == kind
		}
		if !found {
			list = append(list, types.InsightSelector{InsightType: kind})
		}
	}
	if len(list) == n {
		return before, nil
	}
	return textOf(list)
}

// wantRules ends a trail's objects in its bucket.
func (w *TrailWish) wantRules() func(string) (string, error) {
	days := w.BucketDays
	if days == 0 {
		days = DefaultDays
	}
	rule := objects.LifecycleRule{ID: aws.String(trailRule), Status: objects.ExpirationStatusEnabled,
		Filter: &objects.LifecycleRuleFilter{Prefix: aws.String("AWSLogs/")}, Expiration: &objects.LifecycleExpiration{Days: aws.Int32(int32(days))}}
	return func(before string) (string, error) {
		return mergedRules(before, []objects.LifecycleRule{rule}, w.BucketDays == 0)
	}
}

// trail checks each property of a trail.
func (x *examination) trail(ctx context.Context, name string) error {
	const again = "Run `seismo logging trail enable`."
	text, err := readTrail(ctx, x.p, name)
	if err != nil {
		return err
	}
	if text == "" {
		x.add(false, "trail: is there", "there is no trail "+name+" in "+x.p.region, again)
		return nil
	}
	now, err := fromText[trailText](text)
	if err != nil {
		return err
	}
	x.add(true, "trail: is there", name, "")
	x.add(now.MultiRegion, "trail: all Regions", yes(now.MultiRegion), again)
	x.add(now.Validation, "trail: log file validation", yes(now.Validation), again)
	x.property(ctx, "trail: records", kindTrailOn, name, func(s string) (bool, string) {
		on, err := fromText[onText](s)
		return err == nil && on.On, yes(on.On)
	})
	x.trailDelivery(ctx, name, &now)
	x.property(ctx, "trail: data events of Bedrock", kindSelectors, name, func(s string) (bool, string) {
		missing := missingTypes(s)
		if len(missing) > 0 {
			return false, "not selected: " + strings.Join(missing, ", ")
		}
		return true, fmt.Sprintf("%d types of resources", len(DataEventTypes()))
	})
	if now.Home == "" || now.Home == x.p.region {
		policy, err := readBucketPolicy(ctx, x.p, now.Bucket)
		if err != nil {
			x.amiss("trail: CloudTrail may write", err)
			return nil
		}
		ask := x.p.ofTrail(name, "s3:PutObject", x.p.arn("s3", now.Bucket+"/"+strings.TrimPrefix(now.Prefix+"/AWSLogs/", "/")+x.p.id+"/CloudTrail/x"))
		ask.context["s3:x-amz-acl"] = "bucket-owner-full-control"
		x.ruled(ask.judge(policy), true, "trail: CloudTrail may write", again)
	}
	if now.Key != "" {
		x.trailKey(ctx, name, now.Key)
	}
	return nil
}

// trailKey asks the key's policy whether CloudTrail may seal with it.
func (x *examination) trailKey(ctx context.Context, name, key string) {
	const check = "trail: CloudTrail may seal with the key"
	policy, err := readKeyPolicy(ctx, x.p, key)
	if err != nil {
		x.amiss(check, err)
		return
	}
	ask := x.p.ofTrail(name, "kms:GenerateDataKey", key)
	ask.context["kms:encryptioncontext:aws:cloudtrail:arn"] = x.p.arn("cloudtrail", "trail/"+name)
	x.ruled(ask.judge(policy), true, check, "Run `seismo logging trail enable` with --kms-key.")
}

// ofTrail is a request of CloudTrail for a trail of this Region.
func (p place) ofTrail(name, action, resource string) asking {
	a := p.inService(trailService, action, resource)
	a.context["aws:sourcearn"], a.context["aws:sourceaccount"] = p.arn("cloudtrail", "trail/"+name), p.id
	return a
}

func yes(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
