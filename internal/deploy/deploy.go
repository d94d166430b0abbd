// Package deploy makes, shows, checks and removes the stacks that Bedrock's logs
// need in an account: buckets, a key, queues, log groups, roles, a trail, alarms,
// dashboards and saved queries. The templates are data of the room content.
//
// A stack is changed by a change set and by nothing else, and CloudFormation
// itself remembers what was made: a run that is broken off anywhere is taken up
// again by the next. It never touches a stack that does not carry its tag, and
// never deletes what holds logs unless it is told to.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"seismo/internal/account"
)

// Tag is the key of the tag that all stacks carry; its value is the environment.
const Tag = "seismo:environment"

// Names of the stacks, in the order in which they are made. Each template takes
// what it needs of the outputs of those before it.
const (
	Infrastructure = "infrastructure"
	Trail          = "trail"
	Alarms         = "alarms"
	Dashboards     = "dashboards"
	Queries        = "queries"
	Organization   = "organization" // made by hand, in the management account
)

// Wish is what somebody wants to have.
type Wish struct {
	Environment string            `json:"environment"`
	NamePrefix  string            `json:"namePrefix"`
	Regions     []string          `json:"regions"`              // the trail, which sees all Regions, lives in the first
	Parameters  map[string]string `json:"parameters,omitempty"` // of the templates; what is left out stays as it was
	NoTrail     bool              `json:"noTrail,omitzero"`
	NoLogging   bool              `json:"noLogging,omitzero"` // Bedrock's logging is left as it is
}

var word = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$`)

var regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)

// Check fills in defaults and says what is wrong, with the flags at fault.
func (w *Wish) Check() error {
	if w.Environment == "" {
		w.Environment = "prod"
	}
	if w.NamePrefix == "" {
		w.NamePrefix = "seismo"
	}
	switch {
	case !word.MatchString(w.Environment):
		return fmt.Errorf("--environment %q: use small letters, digits and dashes, at most 12", w.Environment)
	case !word.MatchString(w.NamePrefix):
		return fmt.Errorf("--name-prefix %q: use small letters, digits and dashes, at most 12", w.NamePrefix)
	case len(w.Regions) == 0:
		return errors.New("--region: name at least one")
	}
	for _, r := range w.Regions {
		if !regionName.MatchString(r) {
			return fmt.Errorf("--region %q is no Region: they are spelled like eu-west-1", r)
		}
	}
	if d := duplicate(w.Regions); d != "" {
		return fmt.Errorf("--region %s is given twice", d)
	}
	return checkParameters(w.Parameters)
}

func duplicate(list []string) string {
	sorted := slices.Sorted(slices.Values(list))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i]
		}
	}
	return ""
}

// StackName is the name of one stack of a wish.
func (w *Wish) StackName(stack string) string {
	return w.NamePrefix + "-" + w.Environment + "-" + stack
}

// all are the stacks that are made by commands, in their order.
var all = []string{Infrastructure, Trail, Alarms, Dashboards, Queries}

// stacks are the stacks of a Region in the order in which they are made.
func (w *Wish) stacks(region string) []string {
	list := slices.Clone(all)
	if w.NoTrail || region != w.Regions[0] {
		list = slices.DeleteFunc(list, func(s string) bool { return s == Trail })
	}
	return list
}

// Enabler turns Bedrock's logging on once its places are made, and proves it.
type Enabler interface {
	// Enable makes Bedrock of a Region write to the places. It puts back what it
	// changed when it fails. back puts back what it changed, and no more; nil says
	// that it changed nothing.
	Enable(ctx context.Context, to Places) (back func(context.Context) error, err error)
	// Verify returns one sentence for each property that is not as it must be.
	Verify(ctx context.Context, to Places) (wrong []string, err error)
	// Standing reads where Bedrock of the Region writes now.
	Standing(ctx context.Context, to Places) (Standing, error)
	// Undo puts back what was there before Enable was called first.
	Undo(ctx context.Context, to Places) error
}

// Standing is how Bedrock's logging of a Region stands to places.
type Standing struct {
	Goes   string // where records go, as people read it; "" is nowhere
	Here   bool   // that is one of the places
	Known  bool   // Undo knows what was there before these places
	Taken  string // where they go that Enable does not move without force, "" when it may
	Forced bool   // Enable replaces what is somebody else's, Undo turns off what it does not know
}

// Places are where Bedrock's logs of one Region go.
type Places struct {
	Environment string
	Region      string
	Bucket      string // its name
	Prefix      string // of keys, without slashes at its ends; large bodies go to large-data below it
	Group       string // name of the log group
	Role        string // name of the role that Bedrock takes
	Key         string // ARN of the KMS key
}

// Options are what a program gives beside the account.
type Options struct {
	Enabler Enabler                                          // nil: logging is left alone
	Tell    func(line string)                                // told of every step, one line after the other; nil is nobody
	Command string                                           // as it was given; errors name it to go on with
	Pause   func(ctx context.Context, d time.Duration) error // nil waits; tests do not
	Now     func() time.Time                                 // nil is time.Now
}

// Tool does everything of this room in one account.
type Tool struct {
	account   *account.Account
	opt       Options
	templates *shelf
}

// New makes a tool. It asks AWS nothing.
func New(a *account.Account, opt Options) *Tool {
	var mu sync.Mutex // Regions tell at once
	tell := opt.Tell
	opt.Tell = func(line string) {
		if tell == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		tell(line)
	}
	if opt.Pause == nil {
		opt.Pause = pause
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Tool{a, opt, &shelf{read: map[string]*template{}}}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *Tool) client(region string) *cloudformation.Client {
	return cloudformation.NewFromConfig(t.account.SDK(region), func(o *cloudformation.Options) { o.Retryer = account.Firm(o.Retryer) })
}

func (t *Tool) tell(format string, args ...any) {
	t.opt.Tell(strings.TrimRight(fmt.Sprintf(format, args...), " "))
}
