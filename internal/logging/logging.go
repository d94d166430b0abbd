// Package logging turns Bedrock's model invocation logging on, proves that it
// works, watches it, and puts back what was there before. Everything it does to
// an account is first a plan: a list of settings with their text before and
// after. A change is written down before it is made, so that neither a kill nor a
// failure leaves one that nobody knows how to undo.
//
// It never changes anything while it plans, verifies or reports, never calls a
// model unless a canary is asked for, never replaces where somebody else's logs go
// unless it is told to, and never deletes what holds logs unless it is told to.
package logging

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"seismo/internal/account"
	"seismo/internal/state"
)

// Data says which kinds of data are part of the records.
type Data struct {
	Text      bool `json:"text"`
	Image     bool `json:"image"`
	Embedding bool `json:"embedding"`
	Video     bool `json:"video"`
	Audio     bool `json:"audio"`
}

// Wish is what somebody wants of logging. Names may hold ACCOUNT, REGION and ENV
// in capitals, which stand for the real ones; empty names have the defaults
// below.
type Wish struct {
	Environment string `json:"environment"`
	S3          bool   `json:"s3"`         // records go to the bucket
	CloudWatch  bool   `json:"cloudwatch"` // records go to the log group; large bodies to the bucket
	Bucket      string `json:"bucket"`
	Prefix      string `json:"prefix,omitzero"` // of the keys in the bucket, without slashes at its ends
	Group       string `json:"group"`
	Role        string `json:"role"`
	Key         string `json:"key,omitzero"`        // ARN of a KMS key; "" is encryption by S3
	Retention   int    `json:"retention,omitzero"`  // days that the log group keeps; 0 is 30 where none is set
	BucketDays  int    `json:"bucketDays,omitzero"` // days that the bucket keeps logs; 0 is 365 where no rule is set
	Data        Data   `json:"data"`
	Force       bool   `json:"-"` // replace where somebody else's logs go
}

// The names that a Wish has where it gives none, and the days.
const (
	DefaultBucket    = "bedrock-logs-ACCOUNT-REGION-ENV"
	DefaultGroup     = "/aws/bedrock/model-invocations/ENV"
	DefaultRole      = "seismo-bedrock-logging-REGION-ENV"
	DefaultRetention = 30
	DefaultDays      = 365
)

// Journal is where changes are written down; *state.State is one.
type Journal interface {
	Begin(ctx context.Context, c state.Change) error
	Forget(ctx context.Context, scope, setting string) error
	Changes(ctx context.Context, scope string) ([]state.Change, error)
}

// Memory keeps what was wished; *state.State is one.
type Memory interface {
	Fact(ctx context.Context, name string) (string, error)
	Remember(ctx context.Context, name, value string) error
	Facts(ctx context.Context, prefix string) (map[string]string, error)
}

// Options are what a program gives beside the account.
type Options struct {
	Journal Journal
	Memory  Memory
	Hold    func(ctx context.Context) (release func(), err error)           // keeps other processes from changing things; nil does not
	Command string                                                          // that was given, to be named where it is to be given again; "" names the usual one
	Log     *slog.Logger                                                    // nil is silent
	Now     func() time.Time                                                // nil is time.Now
	Pause   func(ctx context.Context, d time.Duration)                      // nil waits; tests do not
	Seen    func(ctx context.Context, account, region string) (Seen, error) // what an inventory saw; nil is none
	Tell    func(region, verb, setting string, err error)                   // told of every step as it is done; nil is nobody
}

// Tool does everything of this room in one account.
type Tool struct {
	account *account.Account
	opt     Options
}

// New makes a tool. It asks AWS nothing.
func New(a *account.Account, opt Options) *Tool {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Pause == nil {
		opt.Pause = pause
	}
	if opt.Tell == nil {
		opt.Tell = func(string, string, string, error) {}
	}
	return &Tool{a, opt}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// place is one Region of the account.
type place struct {
	account   *account.Account
	id        string // the account's number
	region    string
	partition account.Partition
}

func (t *Tool) place(ctx context.Context, region string) (place, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return place{}, err
	}
	return place{t.account, id, region, account.PartitionOf(region)}, nil
}

// arn is the name of a resource of this place.
func (p place) arn(service, resource string) string {
	switch service {
	case "s3":
		return p.partition.ARN("s3", "", "", resource)
	case "iam":
		return p.partition.ARN("iam", "", p.id, resource)
	}
	return p.partition.ARN(service, p.region, p.id, resource)
}

// bedrockHere is the pattern of every source ARN that Bedrock names here.
func (p place) bedrockHere() string { return p.arn("bedrock", "*") }

// scope is under what the changes of a Region's logging are written down.
func (p place) scope() string { return "logging " + p.id + " " + p.region }

// wishName is the name of the fact that keeps what was wished here.
func (p place) wishName() string { return "wish " + p.scope() }

var (
	environment = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$`)
	bucketName  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	roleName    = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,64}$`)
	groupName   = regexp.MustCompile(`^[A-Za-z0-9_/.#-]{1,512}$`)
)

// retentions are the days that a log group can keep. Source: PutRetentionPolicy
// of CloudWatch Logs.
var retentions = [...]int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// Check says what is wrong with a wish for a number of Regions, with the flags at
// fault.
func (w *Wish) Check(regions int) error {
	switch {
	case !environment.MatchString(w.Environment):
		return fmt.Errorf("--environment %q: use small letters, digits and dashes, at most 20", w.Environment)
	case !w.S3 && !w.CloudWatch:
		return fmt.Errorf("--destination: give s3, cloudwatch or both")
	case w.Data == Data{}:
		return fmt.Errorf("every kind of data is switched off: leave at least one of --text, --image, --embedding, --video and --audio on")
	case w.Retention != 0 && !known(w.Retention):
		return fmt.Errorf("--retention %d: CloudWatch keeps logs for %s days", w.Retention, strings.Trim(fmt.Sprint(retentions), "[]"))
	case w.BucketDays < 0:
		return fmt.Errorf("--bucket-retention %d: give a number of days", w.BucketDays)
	case regions > 1 && w.Bucket != "" && !strings.Contains(w.Bucket, "REGION"):
		return fmt.Errorf("--bucket %s: Bedrock writes only to a bucket of its own Region; put REGION into the name, or name one Region", w.Bucket)
	case regions > 1 && w.Role != "" && !strings.Contains(w.Role, "REGION"):
		return fmt.Errorf("--role-name %s: each Region has a role of its own; put REGION into the name, or name one Region", w.Role)
	}
	if k, ok := account.ParseARN(w.Key); w.Key != "" && (!ok || k.Service != "kms" || !strings.HasPrefix(k.Resource, "key/")) {
		return fmt.Errorf("--kms-key %q: give the ARN of a key, not an alias", w.Key)
	}
	return nil
}

func known(days int) bool {
	for _, d := range retentions {
		if d == days {
			return true
		}
	}
	return false
}

// at is the wish with the names of one place.
func (w Wish) at(p place) (Wish, error) {
	names := strings.NewReplacer("ACCOUNT", p.id, "REGION", p.region, "ENV", w.Environment)
	fill := func(name *string, otherwise string) {
		if *name == "" {
			*name = otherwise
		}
		*name = names.Replace(*name)
	}
	fill(&w.Bucket, DefaultBucket)
	fill(&w.Group, DefaultGroup)
	fill(&w.Role, DefaultRole)
	w.Prefix = strings.Trim(names.Replace(w.Prefix), "/")
	if key, ok := account.ParseARN(w.Key); ok && (key.Region != p.region || key.Account != p.id) {
		return w, fmt.Errorf("the key %s lies in %s of account %s; logging of %s needs a key of that Region and of account %s", w.Key, key.Region, key.Account, p.region, p.id)
	}
	switch {
	case !bucketName.MatchString(w.Bucket):
		return w, fmt.Errorf("%q is no name of a bucket: use 3 to 63 small letters, digits and dashes; choose another with --bucket", w.Bucket)
	case !groupName.MatchString(w.Group):
		return w, fmt.Errorf("%q is no name of a log group; choose another with --log-group", w.Group)
	case !roleName.MatchString(w.Role):
		return w, fmt.Errorf("%q is no name of a role: use at most 64 letters and digits; choose another with --role-name", w.Role)
	}
	return w, nil
}

// large is the prefix of bodies that are too large for the log group.
func (w *Wish) large() string { return strings.TrimPrefix(w.Prefix+"/large-data", "/") }

// logsOf is where below a prefix Bedrock writes. Source: "Monitor model
// invocation using CloudWatch Logs and Amazon S3" in Bedrock's user guide.
func (p place) logsOf(prefix string) string {
	return strings.TrimPrefix(prefix+"/AWSLogs/"+p.id+"/BedrockModelInvocationLogs/", "/")
}
