package normalize_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize"
)

func item(t *testing.T, kind decode.Kind, text string) decode.Item {
	t.Helper()
	doc, err := jsondoc.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return decode.Item{Verdict: decode.Good, Kind: kind, Raw: []byte(text), Doc: doc, Origin: event.Origin{Key: "a.json"}}
}

func normalizer(t *testing.T, cfg normalize.Config) *normalize.Normalizer {
	t.Helper()
	n, err := normalize.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEvent(t *testing.T) {
	n := normalizer(t, normalize.Config{})
	tests := map[string]struct {
		item decode.Item
		kind string
	}{
		"a call": {item(t, decode.Invocation, `{"schemaType":"ModelInvocationLog","modelId":"amazon.nova-lite-v1:0"}`), event.KindCall},
		"a trail event": {item(t, decode.Trail, `{"eventSource":"bedrock.amazonaws.com","eventName":"ListGuardrails","eventID":"e"}`),
			event.KindTrail},
	}
	for name, tt := range tests {
		ev, err := n.Event(context.Background(), tt.item)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ev.Kind != tt.kind || ev.ID == "" || ev.Origin.Key != "a.json" || string(ev.Record.Raw) != string(tt.item.Raw) {
			t.Errorf("%s: kind %q, id %q, origin %+v, %d bytes of record", name, ev.Kind, ev.ID, ev.Origin, len(ev.Record.Raw))
		}
	}
}

func TestFinding(t *testing.T) {
	n := normalizer(t, normalize.Config{})
	for detector, it := range map[string]decode.Item{
		event.DetectorInsight:   item(t, decode.Insight, `{"eventCategory":"Insight","sharedEventID":"s"}`),
		event.DetectorGuardDuty: item(t, decode.GuardDuty, `{"id":"f","service":{"serviceName":"guardduty"}}`),
	} {
		f, err := n.Finding(context.Background(), it)
		if err != nil || f.Detector != detector || f.ID == "" || f.Origin.Key != "a.json" || string(f.Raw) != string(it.Raw) {
			t.Errorf("%s: %+v, %v", detector, f, err)
		}
		if !it.Kind.OfFinding() {
			t.Errorf("%s is not said to be a finding", detector)
		}
	}
	for name, it := range map[string]decode.Item{"an event": item(t, decode.Trail, `{}`), "an array": item(t, decode.Insight, `[]`), "nothing": {}} {
		var unfit *normalize.Unfit
		if _, err := n.Finding(context.Background(), it); !errors.As(err, &unfit) || unfit.Verdict != decode.Bad {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnfit wants a verdict and a reason for every record that becomes no event.
func TestUnfit(t *testing.T) {
	n := normalizer(t, normalize.Config{TrailSources: []string{"ec2.amazonaws.com"}})
	tests := map[string]struct {
		item    decode.Item
		verdict decode.Verdict
		reason  string
	}{
		"a source nobody listens to": {item(t, decode.Trail, `{"eventSource":"sqs.amazonaws.com","eventName":"SendMessage"}`),
			decode.Skipped, decode.SkipEventSource},
		"no event source":  {item(t, decode.Trail, `{"eventName":"X"}`), decode.Bad, decode.BadRecord},
		"an array":         {item(t, decode.Invocation, `[]`), decode.Bad, decode.BadRecord},
		"nothing":          {decode.Item{}, decode.Bad, decode.BadRecord},
		"an unknown kind":  {item(t, 0, `{}`), decode.Bad, decode.BadRecord},
		"a skipped record": {decode.Item{Verdict: decode.Skipped}, decode.Bad, decode.BadRecord},
	}
	for name, tt := range tests {
		_, err := n.Event(context.Background(), tt.item)
		var unfit *normalize.Unfit
		if !errors.As(err, &unfit) || unfit.Verdict != tt.verdict || unfit.Reason != tt.reason || unfit.Detail == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := n.Event(context.Background(), item(t, decode.Trail, `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}`)); err != nil {
		t.Errorf("a source that the configuration names: %v", err)
	}
}

func TestBodies(t *testing.T) {
	const record = `{"accountId":"1","operation":"Converse","input":{"inputBodyS3Path":"s3://b/k"}}`
	asked := ""
	n := normalizer(t, normalize.Config{BodyLimit: 60, Bodies: func(_ context.Context, uri string) (io.ReadCloser, error) {
		asked = uri
		return io.NopCloser(strings.NewReader(`{"messages":[{"role":"user","content":"Hi"}]}`)), nil
	}})
	ev, err := n.Event(context.Background(), item(t, decode.Invocation, record))
	if err != nil || asked != "s3://b/k" || ev.Prompt != "Hi" {
		t.Errorf("asked for %q, prompt %q, %v", asked, ev.Prompt, err)
	}
	n = normalizer(t, normalize.Config{Bodies: func(context.Context, string) (io.ReadCloser, error) { return nil, fs.ErrNotExist }})
	ev, err = n.Event(context.Background(), item(t, decode.Invocation, record))
	if err != nil || ev.Body.Input.State != event.BodyMissing || ev.Body.Input.Reason == "" {
		t.Errorf("a body that is not there: %+v, %v", ev.Body.Input, err)
	}
}
