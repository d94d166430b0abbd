package logging

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
)

// Check is one property that was looked at.
type Check struct {
	Region string `json:"region"`
	Name   string `json:"check"`
	State  Grade  `json:"state"`
	Saw    string `json:"saw,omitzero"`
	Remedy string `json:"remedy,omitzero"`
}

// Grade is how a check came out.
type Grade string

// The grades of checks. What is absent is never a pass.
const (
	Pass   Grade = "pass"
	Fail   Grade = "fail"
	Untold Grade = "untold" // there is nothing yet that could tell
)

// examination is one Region under verification.
type examination struct {
	tool *Tool
	p    place
	now  *types.LoggingConfig
	list []Check
}

// Verify looks at every property that logging needs, as AWS has it and not as
// somebody once made it. It only reads. The error is that of a Region that could
// not be asked at all.
func (t *Tool) Verify(ctx context.Context, regions []string) ([]Check, error) {
	lists, errs := make([][]Check, len(regions)), make([]error, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			p, err := t.place(ctx, region)
			if err == nil {
				x := &examination{tool: t, p: p}
				err = x.run(ctx)
				x.remedies()
				lists[i] = x.list
			}
			errs[i] = err
		})
	}
	work.Wait()
	return slices.Concat(lists...), errors.Join(errs...)
}

func (x *examination) add(ok bool, name, saw, remedy string) {
	c := Check{Region: x.p.region, Name: name, State: Pass, Saw: saw}
	if !ok {
		c.State, c.Remedy = Fail, remedy
	}
	x.list = append(x.list, c)
}

// amiss reports a check that could not be made; that is no pass either.
func (x *examination) amiss(name string, err error) {
	var h interface{ Hint() string }
	c := Check{Region: x.p.region, Name: name, State: Fail, Saw: account.Redact(err.Error())}
	if errors.As(err, &h) {
		c.Remedy = h.Hint()
	}
	x.list = append(x.list, c)
}

const enableAgain = "Run `seismo logging enable` for this Region."

func (x *examination) run(ctx context.Context) error {
	text, err := readLogging(ctx, x.p, "")
	if err != nil {
		return err
	}
	if text == "" {
		x.add(false, "logging is on", "it is off: no call of this Region is recorded", enableAgain)
		return nil
	}
	c, err := fromText[types.LoggingConfig](text)
	if err != nil {
		return err
	}
	x.now = &c
	x.add(true, "logging is on", strings.Join(targets(&c), " and "), "")
	data := kindsOfData(&c)
	x.add(slices.Contains(data, "text"), "text is logged", strings.Join(data, ", "), "Give --text when you enable logging.")
	x.add(len(data) == 5, "every kind of data is logged", strings.Join(data, ", "), "Switch the others on too: --image, --embedding, --video, --audio.")
	x.large(ctx)
	if c.S3Config != nil {
		x.bucket(ctx, "bucket", c.S3Config)
	}
	if c.CloudWatchConfig != nil {
		x.group(ctx, c.CloudWatchConfig)
	}
	x.delivery(ctx)
	x.wanted(ctx)
	return nil
}

// large looks where bodies over 100 KB go.
func (x *examination) large(ctx context.Context) {
	const name = "large bodies are kept"
	c := x.now
	if c.CloudWatchConfig == nil {
		x.add(true, name, placeOf(c.S3Config), "")
		return
	}
	to := c.CloudWatchConfig.LargeDataDeliveryS3Config
	if to == nil || aws.ToString(to.BucketName) == "" {
		x.add(false, name, "the log group has no bucket for bodies over 100 KB: they are lost", enableAgain)
		return
	}
	x.add(true, name, placeOf(to), "")
	if c.S3Config == nil || aws.ToString(c.S3Config.BucketName) != aws.ToString(to.BucketName) || aws.ToString(c.S3Config.KeyPrefix) != aws.ToString(to.KeyPrefix) {
		x.bucket(ctx, "large data", to)
	}
}

// bucket looks at each property of a bucket that is written to.
func (x *examination) bucket(ctx context.Context, as string, to *types.S3Config) {
	name, prefix := aws.ToString(to.BucketName), aws.ToString(to.KeyPrefix)
	at, err := readBucket(ctx, x.p, name)
	if err != nil {
		x.amiss(as+": is there", err)
		return
	}
	where, err := fromText[bucketText](at)
	if at == "" || err != nil {
		x.add(false, as+": is there", "there is no bucket "+name+" in account "+x.p.id, enableAgain)
		return
	}
	x.add(where.Region == x.p.region, as+": lies in the same Region", name+" in "+where.Region, "Bedrock writes only to a bucket of its own Region: choose another with --bucket.")
	x.mayWrite(ctx, as, name, prefix)
	var seal *objects.ServerSideEncryptionByDefault
	x.property(ctx, as+": is encrypted", kindEncryption, name, func(s string) (bool, string) {
		sealed, err := fromText[objects.ServerSideEncryptionConfiguration](s)
		for _, r := range sealed.Rules {
			if d := r.ApplyServerSideEncryptionByDefault; err == nil && d != nil {
				seal = d
				return true, strings.TrimSpace(string(d.SSEAlgorithm) + " " + aws.ToString(d.KMSMasterKeyID))
			}
		}
		return false, "no encryption by default"
	})
	if seal != nil && seal.SSEAlgorithm != objects.ServerSideEncryptionAes256 {
		x.bucketKey(ctx, as, aws.ToString(seal.KMSMasterKeyID))
	}
	x.property(ctx, as+": public access is blocked", kindPublicAccess, name, func(s string) (bool, string) {
		b, err := fromText[objects.PublicAccessBlockConfiguration](s)
		all := err == nil && aws.ToBool(b.BlockPublicAcls) && aws.ToBool(b.BlockPublicPolicy) && aws.ToBool(b.IgnorePublicAcls) && aws.ToBool(b.RestrictPublicBuckets)
		return all, map[bool]string{true: "all four settings", false: "not by all four settings"}[all]
	})
	wished, err := x.wishedDays(ctx, name)
	if err != nil {
		x.amiss(as+": logs end some day", err)
		return
	}
	x.property(ctx, as+": logs end some day", kindLifecycle, name, func(s string) (bool, string) {
		return ends(s, x.p.logsOf(prefix), wished)
	})
}

// property checks one setting; one that is absent fails.
func (x *examination) property(ctx context.Context, name, kind, thing string, good func(string) (bool, string)) {
	text, err := settingOf(kind, x.p.region, thing).read(ctx, x.p, thing)
	switch {
	case err != nil:
		x.amiss(name, err)
	case text == "":
		x.add(false, name, "it is not set", enableAgain)
	default:
		ok, saw := good(text)
		x.add(ok, name, saw, enableAgain)
	}
}

// wanted compares with what was wished when logging was enabled here.
func (x *examination) wanted(ctx context.Context) {
	lines, err := x.tool.drift(ctx, x.p)
	switch {
	case err != nil:
		x.amiss("all is as it was enabled", err)
	case lines == nil:
	case len(lines.Steps) == 0 && lines.Conflict == "":
		x.add(true, "all is as it was enabled", "no drift", "")
	default:
		var what []string
		for _, s := range lines.Steps {
			what = append(what, s.Kind+" "+s.Name)
		}
		if lines.Conflict != "" {
			what = append(what, lines.Conflict)
		}
		x.add(false, "all is as it was enabled", strings.Join(what, ", "), "See `seismo logging watch`; `--restore` puts it back.")
	}
}
