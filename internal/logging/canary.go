package logging

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"seismo/internal/account"
)

// Canary is how one call is made and followed to where its record must arrive.
type Canary struct {
	Model string        // id or ARN; "" tries the cheap models of each Region
	Wait  time.Duration // for all hops after the call's answer; 0 is DefaultWait

	// Stored reports whether the database of a collector has the row of a call, by
	// its request id. An error that is ErrNoCollector says that there is none to
	// ask; nil is that too.
	Stored func(ctx context.Context, requestID string) (bool, error)
	// Tell is told of every change and every look; nil is nobody. It is called by
	// several Regions at once.
	Tell func(Flight)
}

// DefaultWait is how long a canary is waited for, and TrailWait from when on
// CloudTrail's event is waited for too: it comes 5 to 15 minutes after the call.
const (
	DefaultWait = 10 * time.Minute
	TrailWait   = 15 * time.Minute
)

// ErrNoCollector says that no collector can be asked for a row.
var ErrNoCollector = errors.New("no collector can be asked")

// Arrival is how far one hop of a canary came.
type Arrival string

// The states of hops. Only what was seen has Arrived.
const (
	Arrived   Arrival = "arrived"
	Waiting   Arrival = "waiting"
	Missed    Arrival = "missed"     // it did not come within the wait
	Blocked   Arrival = "blocked"    // it could not be looked for, or the call was refused
	Unwaited  Arrival = "not waited" // there is such a hop, and this wait is too short for it
	Unset     Arrival = "not set up" // logging does not go there
	Unreached Arrival = "not looked" // an earlier hop failed, or Ctrl-C came first
)

// The names of hops, in the order of a record's way.
const (
	HopCall  = "call"
	HopS3    = "bucket"
	HopGroup = "log group"
	HopStore = "database"
	HopTrail = "CloudTrail"
)

// Hop is one place that a call or its record must come by.
type Hop struct {
	Name  string    `json:"hop"`
	State Arrival   `json:"state"`
	Where string    `json:"where,omitzero"` // the object, the group, the model
	At    time.Time `json:"at,omitzero"`    // when it was seen, by this machine's clock
	After *float64  `json:"seconds_after_call,omitzero"`
	Since *float64  `json:"seconds_after_hop_before,omitzero"` // before it on the record's way
	Saw   string    `json:"saw,omitzero"`                      // why it is as it is
	Fix   string    `json:"remedy,omitzero"`
}

// Flight is one call and its way. It holds nothing of what was said.
type Flight struct {
	Account   string        `json:"account"`
	Region    string        `json:"region"`
	Model     string        `json:"model,omitzero"` // that answered, as it was called
	Mark      string        `json:"mark"`           // requestMetadata's seismo-canary
	RequestID string        `json:"request_id,omitzero"`
	Called    time.Time     `json:"called,omitzero"`
	Answered  time.Time     `json:"answered,omitzero"`
	Latency   *float64      `json:"latency_seconds"`
	Input     *int32        `json:"input_tokens"`
	Output    *int32        `json:"output_tokens"`
	Wait      time.Duration `json:"-"`
	Hops      []Hop         `json:"hops"`
}

// Proved reports whether everything that was waited for arrived.
func (f *Flight) Proved() bool {
	proved := len(f.Hops) > 0
	for _, h := range f.Hops {
		proved = proved && (h.State == Arrived || h.State == Unset || h.State == Unwaited)
	}
	return proved
}

// Fly makes one call in each Region and follows it. It changes nothing but that
// calls are made, which are billed by their few tokens. The error is that of ctx,
// or of an account that could not be asked at all; what became of each call stands
// in its flight.
func (t *Tool) Fly(ctx context.Context, c Canary, regions []string) ([]Flight, error) {
	if c.Wait == 0 {
		c.Wait = DefaultWait
	}
	if c.Tell == nil {
		c.Tell = func(Flight) {}
	}
	flights, errs := make([]Flight, len(regions)), make([]error, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			p, err := t.place(ctx, region)
			f := &flight{tool: t, p: p, canary: c}
			f.Flight = Flight{Account: p.id, Region: region, Mark: mark(), Wait: c.Wait}
			if err == nil {
				f.run(ctx)
				err = ctx.Err()
			}
			flights[i], errs[i] = f.Flight, err
		})
	}
	work.Wait()
	return flights, errors.Join(errs...)
}

// mark is a random word that tells one canary from all others.
func mark() string { return strings.ToLower(rand.Text()) }

// flight is one call under way. Its hops are looked for at once.
type flight struct {
	Flight
	tool   *Tool
	p      place
	canary Canary
	to     types.LoggingConfig
	mu     sync.Mutex // of Hops, once several are looked for
}

func (f *flight) run(ctx context.Context) {
	f.Hops = []Hop{{Name: HopCall, State: Waiting}, {Name: HopS3, State: Unset}, {Name: HopGroup, State: Unset},
		{Name: HopStore, State: Unset}, {Name: HopTrail, State: Unwaited}}
	if f.canary.Stored == nil {
		f.Hops[3].Saw = "this program has no collector to ask: seismo has"
	}
	text, err := readLogging(ctx, f.p, "")
	if err == nil && text != "" {
		f.to, err = fromText[types.LoggingConfig](text)
	}
	switch {
	case err != nil:
		f.block(HopCall, err)
	case text == "":
		f.set(HopCall, func(h *Hop) {
			h.State, h.Saw, h.Fix = Blocked, "logging is off: no call was made, since nothing would be recorded", enableAgain
		})
	default:
		f.call(ctx)
	}
	if f.hop(HopCall).State != Arrived {
		for _, h := range f.Hops[1:] {
			f.set(h.Name, func(h *Hop) { h.State = Unreached })
		}
		return
	}
	f.follow(ctx)
}

func (f *flight) hop(name string) Hop {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.Hops {
		if h.Name == name {
			return h
		}
	}
	return Hop{}
}

// set changes one hop and tells of it.
func (f *flight) set(name string, change func(*Hop)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.Hops {
		if f.Hops[i].Name == name {
			change(&f.Hops[i])
		}
	}
	now := f.Flight
	now.Hops = append([]Hop(nil), f.Hops...)
	f.canary.Tell(now)
}

// block ends a hop that cannot be looked for.
func (f *flight) block(name string, err error) {
	var h interface{ Hint() string }
	f.set(name, func(hop *Hop) {
		hop.State, hop.Saw = Blocked, account.Redact(err.Error())
		if errors.As(err, &h) {
			hop.Fix = h.Hint()
		}
	})
}

// WithCanary adds to a plan the permissions that a canary needs; model is that of
// Canary.
func (plan *Plan) WithCanary(model string) {
	p, w := plan.place, &plan.wish
	if p.account == nil {
		return
	}
	add := func(action, resource string) {
		plan.canary = append(plan.canary, Permission{Action: action, Resource: resource})
	}
	models := []string{model}
	if model == "" {
		models = CanaryModels(p.region)
	}
	for _, m := range models {
		for _, arn := range p.modelARNs(m) {
			add("bedrock:InvokeModel", arn)
		}
	}
	if w.S3 {
		add("s3:ListBucket", p.arn("s3", w.Bucket))
		add("s3:GetObject", p.arn("s3", w.Bucket+"/"+p.logsOf(w.Prefix)+"*"))
	}
	if w.S3 && w.Key != "" {
		add("kms:Decrypt", w.Key)
	}
	if w.CloudWatch {
		add("logs:FilterLogEvents", p.arn("logs", "log-group:"+w.Group+":*"))
	}
	add("cloudtrail:LookupEvents", "*")
}

// modelARNs are the resources of a call of a model: a profile is one, and the model
// behind it in whatever Region it runs.
func (p place) modelARNs(model string) []string {
	if _, ok := account.ParseARN(model); ok {
		return []string{model}
	}
	prefix, rest, _ := strings.Cut(model, ".")
	if !slices.Contains([]string{"us", "us-gov", "eu", "apac", "au", "ca", "jp", "global"}, prefix) {
		return []string{p.partition.ARN("bedrock", p.region, "", "foundation-model/"+model)}
	}
	return []string{p.arn("bedrock", "inference-profile/"+model), p.partition.ARN("bedrock", "*", "", "foundation-model/"+rest)}
}
