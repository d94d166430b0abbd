package simulate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seismo/internal/decode"
	"seismo/internal/enrich"
	"seismo/internal/enrich/mmdb"
	"seismo/internal/event"
	"seismo/internal/normalize"
)

// read is a month as seismo reads it.
type read struct {
	sum    Summary
	keys   []string // bucket/key
	calls  []event.Event
	trail  []event.Event
	found  []event.Finding
	skips  map[string]int
	bad    []string
	prompt map[string]int // how often each was asked
}

// small is the month that most tests look at.
var small = sync.OnceValues(func() (*read, error) { return readMonth(Config{Calls: 6000}) })

func month(t *testing.T) *read {
	t.Helper()
	r, err := small()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readMonth decodes, normalizes and enriches a month with its own maps.
func readMonth(c Config) (*read, error) {
	r := &read{skips: map[string]int{}, prompt: map[string]int{}}
	src := Source(c)
	defer src.Close()
	n, err := normalize.New(normalize.Config{Bodies: src.Body})
	if err != nil {
		return nil, err
	}
	e, err := enricher()
	if err != nil {
		return nil, err
	}
	defer e.Close()
	d := decode.New(decode.DefaultLimits())
	for {
		item, err := src.Receive(context.Background())
		if err != nil {
			return r, nil // io.EOF; the numbers are checked against the month's own
		}
		o := item.(parcel).o
		r.sum.add(o)
		r.keys = append(r.keys, o.Bucket+"/"+o.Key)
		err = d.Decode(context.Background(), bytes.NewReader(o.Body), item.Object().Origin, func(i decode.Item) error {
			return r.take(n, e, i)
		})
		if err != nil {
			return nil, err
		}
	}
}

func (r *read) take(n *normalize.Normalizer, e *enrich.Enricher, i decode.Item) error {
	switch i.Verdict {
	case decode.Skipped:
		r.skips[i.Reason]++
		return nil
	case decode.Bad:
		r.bad = append(r.bad, i.Origin.Key+": "+i.Reason+": "+i.Detail)
		return nil
	}
	if i.Kind.OfFinding() {
		f, err := n.Finding(context.Background(), i)
		r.found = append(r.found, f)
		return err
	}
	ev, err := n.Event(context.Background(), i)
	if unfit := (*normalize.Unfit)(nil); errors.As(err, &unfit) {
		if unfit.Verdict == decode.Bad {
			r.bad = append(r.bad, i.Origin.Key+": "+unfit.Error())
		} else {
			r.skips[unfit.Reason]++
		}
		return nil
	}
	if err != nil {
		return err
	}
	e.Enrich(&ev)
	ev.Record = event.Record{}
	if i.Kind == decode.Invocation {
		r.calls = append(r.calls, ev)
		if ev.Prompt != "" {
			r.prompt[ev.Prompt]++
		}
		return nil
	}
	r.trail = append(r.trail, ev)
	return nil
}

func enricher() (*enrich.Enricher, error) {
	folder, err := os.MkdirTemp("", "simulate-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	people, networks := filepath.Join(folder, "people.yaml"), filepath.Join(folder, "networks.mmdb")
	data, err := mmdb.Write(Networks())
	if err != nil {
		return nil, err
	}
	for name, text := range map[string][]byte{people: PeopleMap(), networks: data} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return nil, err
		}
	}
	return enrich.New(enrich.Config{People: people, Geo: []string{networks}})
}

func TestEverythingIsRead(t *testing.T) {
	r := month(t)
	for _, text := range r.bad {
		t.Error(text)
	}
	if len(r.calls) != r.sum.Calls || len(r.calls) < 5400 || len(r.calls) > 6600 {
		t.Errorf("%d calls read, %d written; about 6000 were asked for", len(r.calls), r.sum.Calls)
	}
	if len(r.trail)+r.skips[decode.SkipEventSource] != r.sum.Trail {
		t.Errorf("%d CloudTrail events read, %d of other sources, %d written", len(r.trail), r.skips[decode.SkipEventSource], r.sum.Trail)
	}
	for _, reason := range []string{decode.SkipPermissionCheck, decode.SkipDigest, decode.SkipLargeBody, decode.SkipEventSource} {
		if r.skips[reason] == 0 {
			t.Errorf("nothing is skipped as %s", reason)
		}
	}
}

func TestNothingHappensOutsideTheMonth(t *testing.T) {
	first, end := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	r := month(t)
	last := first
	for _, ev := range append(r.calls[:len(r.calls):len(r.calls)], r.trail...) {
		if ev.Time.Before(first) || !ev.Time.Before(end) {
			t.Fatalf("%s %s at %s", ev.Kind, ev.RequestID, ev.Time)
		}
		if ev.Time.After(last) {
			last = ev.Time
		}
	}
	if end.Sub(last) > 2*time.Hour {
		t.Errorf("the last thing happens at %s", last)
	}
}

// TestEveryShapeIsThere holds the month to what a company on Bedrock leaves.
func TestEveryShapeIsThere(t *testing.T) {
	seen := map[string]int{}
	for _, c := range month(t).calls {
		seen["operation "+c.Operation]++
		seen["family "+c.Family]++
		seen["profile kind "+c.ProfileKind]++
		seen["error "+c.Error]++
		seen["body "+c.Body.Input.State]++
		seen["region "+c.Region]++
		seen["account "+c.Account]++
		mark := func(name string, is bool) {
			if is {
				seen[name]++
			}
		}
		mark("guardrail", c.Guardrail.ID != "" && c.Guardrail.Intervened != nil && *c.Guardrail.Intervened)
		mark("image", len(c.ImagesOut) > 0)
		mark("embedding", c.API == "embeddings")
		mark("cache", c.Tokens.CacheRead != nil && *c.Tokens.CacheRead > 0)
		mark("metadata", len(c.Metadata) > 0)
		mark("tool call", len(c.ToolCalls) > 0)
	}
	for _, want := range strings.Split(`operation InvokeModel|operation InvokeModelWithResponseStream|operation Converse|operation ConverseStream|`+
		`family claude|family nova|family titan|family llama|family mistral|profile kind geo|profile kind global|profile kind application|`+
		`profile kind provisioned|profile kind imported|error ThrottlingException|error ValidationException|error AccessDeniedException|`+
		`body inline|body fetched|body missing|region eu-west-1|region us-east-1|region us-west-2|region ap-northeast-1|`+
		`account 111122223333|account 444455556666|account 777788889999|guardrail|image|embedding|cache|metadata|tool call`, "|") {
		if seen[want] == 0 {
			t.Errorf("none of the calls has %s", want)
		}
	}
}

// TestTextsDiffer keeps the month from being one prompt, asked 6,000 times.
func TestTextsDiffer(t *testing.T) {
	r := month(t)
	total := 0
	for _, n := range r.prompt {
		total += n
	}
	if len(r.prompt)*100 < total*85 {
		t.Errorf("%d different prompts among %d", len(r.prompt), total)
	}
}

// TestMostCallsHaveTheirCloudTrailEvent joins by request id, as seismo does.
func TestMostCallsHaveTheirCloudTrailEvent(t *testing.T) {
	r := month(t)
	trail := map[string]event.Event{}
	for _, ev := range r.trail {
		trail[ev.RequestID] = ev
	}
	joined := 0
	for _, c := range r.calls {
		ev, ok := trail[c.RequestID]
		if !ok {
			continue
		}
		joined++
		if !ev.Time.Equal(c.Time) || ev.Account != c.Account || ev.Region != c.Region || ev.IdentityARN != c.IdentityARN {
			t.Fatalf("call and event of %s differ: %+v %+v", c.RequestID, c.Time, ev.Time)
		}
	}
	if joined*100 < len(r.calls)*55 || joined == len(r.calls) {
		t.Errorf("%d of %d calls have an event", joined, len(r.calls))
	}
}

// TestMoneyHasNames holds PeopleMap to its purpose.
func TestMoneyHasNames(t *testing.T) {
	var total, named float64
	teams, unpriced := 0, map[string]bool{}
	r := month(t)
	for _, c := range r.calls {
		if c.Team != "" && c.App != "" {
			teams++
		}
		if c.Cost.State == event.Unpriced {
			unpriced[c.ModelRef] = true
		}
		if c.Cost.USD == nil {
			continue
		}
		total += *c.Cost.USD
		if c.Person != "" {
			named += *c.Cost.USD
		}
	}
	if named < 0.6*total || total == 0 {
		t.Errorf("people stand behind %.2f of %.2f dollars", named, total)
	}
	if teams*100 < len(r.calls)*85 {
		t.Errorf("%d of %d calls have team and app", teams, len(r.calls))
	}
	if unpriced[translateProfile] || unpriced[studioProfile] || !unpriced[unmappedProfile] || !unpriced[forecastModel] {
		t.Errorf("unpriced are %v", unpriced)
	}
}
