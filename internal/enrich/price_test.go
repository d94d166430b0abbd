package enrich

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
)

func number[T any](v T) *T { return &v }

// enricher has the embedded book and, if text is given, a price file of the user.
func enricher(t testing.TB, prices ...string) *Enricher {
	t.Helper()
	cfg := Config{}
	for _, text := range prices {
		cfg.Prices = append(cfg.Prices, file(t, "prices.yaml", text))
	}
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// call is a successful call of a model with counts of input and output.
func call(model string, input, output int64) *event.Event {
	return &event.Event{Kind: event.KindCall, Outcome: event.Success, Time: noon, Region: "us-east-1",
		Endpoint: "runtime", Model: model, Tokens: event.Tokens{Input: &input, Output: &output}}
}

func with(ev *event.Event, changes ...func(*event.Event)) *event.Event {
	for _, change := range changes {
		change(ev)
	}
	return ev
}

func geo(id string) func(*event.Event) {
	return func(ev *event.Event) { ev.Profile, ev.ProfileKind = id, kindGeo }
}

func in(region string) func(*event.Event) {
	return func(ev *event.Event) { ev.Region = region }
}

func kind(kind string) func(*event.Event) {
	return func(ev *event.Event) { ev.ProfileKind = kind }
}

func mantle(ev *event.Event) { ev.Endpoint = "mantle" }

// embedding is a call that answers with vectors, and so has no count of output.
func embedding(model string, input int64) *event.Event {
	return with(call(model, input, 0), func(ev *event.Event) { ev.Tokens.Output = nil })
}

func cached(read, write, hour int64) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Tokens.CacheRead, ev.Tokens.CacheWrite, ev.Tokens.CacheWrite1h = &read, &write, &hour
	}
}

func pictures(n int, body string) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Tokens = event.Tokens{}
		ev.ImagesOut = make([]event.Media, n)
		ev.Record.Raw = []byte(body)
	}
}

// TestPrice has a line for every family and every unit. Each sum was worked out
// by hand from the price file, per million tokens where nothing else is said.
func TestPrice(t *testing.T) {
	const sonnet, sonnet45, haiku = "anthropic.claude-sonnet-4-6", "anthropic.claude-sonnet-4-5-20250929-v1:0",
		"anthropic.claude-haiku-4-5-20251001-v1:0"
	for _, c := range []struct {
		name string
		ev   *event.Event
		usd  float64
		from string // entry of the first part
	}{
		{"base", call(sonnet, 1000, 200), 0.006, sonnet},                                     // 1000×3 + 200×15
		{"us geo", with(call(sonnet, 1000, 200), geo("us."+sonnet)), 0.0066, "us." + sonnet}, // 1000×3.3 + 200×16.5
		{"global", with(call(sonnet, 1000, 200), geo("global."+sonnet), kind("global")), 0.006, "global." + sonnet},
		{"geo profile's ARN", with(call(sonnet, 1000, 200), geo("arn:aws:bedrock:us-east-1:111122223333:inference-profile/us."+sonnet)), 0.0066, "us." + sonnet},
		{"geo without an entry", with(call("meta.llama3-8b-instruct-v1:0", 1000, 0), geo("eu.meta.llama3-8b-instruct-v1:0")), 0.0003, "us-east-1/meta.llama3-8b-instruct-v1:0"},
		{"Region", with(call("meta.llama3-8b-instruct-v1:0", 1000, 0), in("sa-east-1")), 0.0005, "sa-east-1/meta.llama3-8b-instruct-v1:0"},
		{"GovCloud", with(call("amazon.nova-pro-v1:0", 1000, 1000), in("us-gov-west-1")), 0.0048, "us-gov-west-1/amazon.nova-pro-v1:0"}, // 0.96 + 3.84
		{"cache", with(call(haiku, 100, 10), cached(1000, 3000, 1000)), 0.00475, haiku},                                                 // 100×1 + 1000×0.1 + 2000×1.25 + 1000×2 + 10×5 = 4750
		{"more for an hour than in all", with(call(haiku, 100, 10), cached(0, 500, 900)), 0.00115, haiku},                               // 100×1 + 500×2 + 10×5
		{"200,000 exactly", with(call(sonnet45, 100_000, 10), cached(50_000, 50_000, 0)), 0.50265, sonnet45},                            // 100k×3 + 50k×0.3 + 50k×3.75 + 10×15
		{"above 200,000", with(call(sonnet45, 100_001, 10), cached(50_000, 50_000, 0)), 1.005231, sonnet45 + " above 200k"},             // 100001×6 + 50k×0.6 + 50k×7.5 + 10×22.5
		{"nothing said or answered", call(sonnet, 0, 0), 0, sonnet},
		{"context in the id", call("anthropic.claude-v2:1:200k", 1000, 1000), 0.032, "us-east-1/anthropic.claude-v2:1"}, // 8 + 24
		{"Nova", call("amazon.nova-lite-v1:0", 1000, 1000), 0.0003, "amazon.nova-lite-v1:0"},                            // 0.06 + 0.24
		{"Titan text", call("amazon.titan-text-lite-v1", 1000, 1000), 0.0007, "amazon.titan-text-lite-v1"},              // 0.3 + 0.4
		{"Titan embeddings", embedding("amazon.titan-embed-text-v2:0", 1000), 0.00002, "amazon.titan-embed-text-v2:0"},
		{"Llama", call("meta.llama3-1-8b-instruct-v1:0", 1000, 1000), 0.00044, "meta.llama3-1-8b-instruct-v1:0"}, // 0.22 + 0.22
		{"Mistral", call("mistral.mistral-7b-instruct-v0:2", 1000, 1000), 0.00035, "us-east-1/mistral.mistral-7b-instruct-v0:2"},
		{"Cohere", call("cohere.command-r-v1:0", 1000, 1000), 0.002, "cohere.command-r-v1:0"},
		{"Cohere rerank", with(call("cohere.rerank-v3-5:0", 0, 0), func(ev *event.Event) { ev.Tokens = event.Tokens{} }), 0.002, "cohere.rerank-v3-5:0"},
		{"AI21", call("ai21.jamba-1-5-mini-v1:0", 1000, 1000), 0.0006, "ai21.jamba-1-5-mini-v1:0"},
		{"DeepSeek", call("deepseek.v3.2", 1000, 1000), 0.00247, "us-east-1/deepseek.v3.2"},
		{"Qwen", call("qwen.qwen3-32b-v1:0", 1000, 1000), 0.00075, "qwen.qwen3-32b-v1:0"},
		{"gpt-oss", call("openai.gpt-oss-120b-1:0", 1000, 1000), 0.00075, "openai.gpt-oss-120b-1:0"},
		{"mantle", with(call("openai.gpt-5.4", 1000, 1000), mantle), 0.01925, "mantle/openai.gpt-5.4"}, // 2.75 + 16.5
		{"Writer", call("writer.palmyra-x4-v1:0", 1000, 1000), 0.0125, "writer.palmyra-x4-v1:0"},
		{"Stability", with(call("stability.stable-image-core-v1:1", 0, 0), pictures(3, "{}")), 0.12, "stability.stable-image-core-v1:1"},
		{"SDXL by size and steps", with(call("stability.stable-diffusion-xl-v1", 0, 0), pictures(2,
			`{"input":{"inputBodyJson":{"width":1024,"height":1024,"steps":51}}}`)), 0.16, "stability.stable-diffusion-xl-v1 up to 1024x1024"},
		{"TwelveLabs embeddings", embedding("twelvelabs.marengo-embed-2-7-v1:0", 10), 0.0007, "twelvelabs.marengo-embed-2-7-v1:0"},
		{"images embedded", with(embedding("amazon.titan-embed-image-v1", 100), func(ev *event.Event) { ev.ImagesIn = make([]event.Media, 2) }), 0.0002, "amazon.titan-embed-image-v1"}, // 100×0.8 + 2×60
	} {
		t.Run(c.name, func(t *testing.T) {
			cost := enricher(t).Price(c.ev)
			if cost.State != event.Priced || cost.USD == nil {
				t.Fatalf("got %+v", cost)
			}
			if math.Abs(*cost.USD-c.usd) > 1e-12 {
				t.Errorf("got %.12f, want %.12f from %+v", *cost.USD, c.usd, cost.Parts)
			}
			if cost.Parts[0].Entry != c.from {
				t.Errorf("priced by %q, want %q", cost.Parts[0].Entry, c.from)
			}
			sum := 0.0
			for _, part := range cost.Parts {
				sum += part.USD
				if part.USD != part.Quantity*part.Rate || part.Source == "" || part.Date == "" {
					t.Errorf("part %+v", part)
				}
			}
			if sum != *cost.USD {
				t.Errorf("the parts add up to %v, not to %v", sum, *cost.USD)
			}
		})
	}
}

func TestUnpriced(t *testing.T) {
	const sonnet = "anthropic.claude-sonnet-4-6"
	none := func(ev *event.Event) { ev.Tokens = event.Tokens{} }
	film := func(ev *event.Event) {
		ev.MessagesIn = []event.Message{{Role: event.RoleUser, Content: []event.Block{{Type: event.BlockVideo}}}}
	}
	for _, c := range []struct {
		name, reason string
		ev           *event.Event
	}{
		{"no model", reasonNoModel, call("", 1, 1)},
		{"unknown model", reasonNoPrice, call("example.model-v1", 1, 1)},
		{"placeholder", "the source has only a placeholder of 0", call("anthropic.claude-mythos-preview", 1, 1)},
		{"not on mantle", reasonMantle, with(call(sonnet, 1, 1), mantle)},
		{"application", reasonApplication, with(call(sonnet, 1, 1), kind("application"))},
		{"provisioned", reasonProvisioned, with(call(sonnet, 1, 1), kind("provisioned"))},
		{"custom", reasonCustom, with(call(sonnet, 1, 1), kind("custom"))},
		{"imported", reasonImported, with(call(sonnet, 1, 1), kind("imported"))},
		{"marketplace", reasonMarketplace, with(call(sonnet, 1, 1), kind("marketplace"))},
		{"no counts", reasonNoTokens, with(call(sonnet, 1, 1), none)},
		{"no count of input", reasonNoInput, with(call(sonnet, 1, 1), func(ev *event.Event) { ev.Tokens.Input = nil })},
		{"no count of output", reasonNoOutput, with(call(sonnet, 1, 1), func(ev *event.Event) { ev.Tokens.Output = nil })},
		{"impossible count", reasonNoOutput, call(sonnet, 1, -1)},
		{"no cache price", "no price for tokens read from this model's cache", with(call("amazon.nova-lite-v1:0", 1, 1), cached(5, 0, 0))},
		{"no images", reasonNoImages, with(call("amazon.nova-canvas-v1:0", 0, 0), pictures(0, ""))},
		{"unknown size", reasonNoImageSize, with(call("stability.stable-diffusion-xl-v1", 0, 0), pictures(1, "{}"))},
		{"too large", reasonImageSize, with(call("stability.stable-diffusion-xl-v1", 0, 0), pictures(1,
			`{"input":{"inputBodyJson":{"width":2048,"height":2048,"steps":10}}}`))},
		{"film watched", reasonNoSecondsIn, with(call("twelvelabs.pegasus-1-2-v1:0", 1, 1), film)},
		{"film embedded", reasonNoMedia, with(embedding("twelvelabs.marengo-embed-2-7-v1:0", 0), film)},
		{"body not read", reasonNoMediaKnown, with(embedding("amazon.titan-embed-image-v1", 5), func(ev *event.Event) { ev.Body.Input.State = event.BodyS3 })},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := event.Cost{State: event.Unpriced, Reason: c.reason}
			if diff := cmp.Diff(want, enricher(t).Price(c.ev)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFailedCallsAreFree(t *testing.T) {
	want := event.Cost{State: event.Free, USD: number(0.0)}
	for _, ev := range []*event.Event{
		with(call("anthropic.claude-sonnet-4-6", 5, 5), func(ev *event.Event) { ev.Outcome = event.Failure }),
		with(call("", 5, 5), func(ev *event.Event) { ev.Error = "ThrottlingException" }),
	} {
		if diff := cmp.Diff(want, enricher(t).Price(ev)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

const dated = `
source: agreement
date: 2026-01-01
prices:
  - {model: example.m, input: 1, output: 1}
  - {model: example.m, from: 2026-06-01, input: 2, output: 2}
  - {model: example.later, from: 2026-06-01, input: 2, output: 2}
`

func TestDates(t *testing.T) {
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, model string
		when        time.Time
		usd         float64 // for a million tokens of input; 0 when there is no price
	}{
		{"before", "example.m", june.Add(-time.Nanosecond), 1},
		{"from its first moment", "example.m", june, 2},
		{"without a time", "example.m", time.Time{}, 2},
		{"not yet", "example.later", june.Add(-time.Second), 0},
	} {
		ev := with(call(c.model, 1e6, 0), func(ev *event.Event) { ev.Time = c.when })
		cost := enricher(t, dated).Price(ev)
		switch {
		case c.usd == 0 && cost.Reason != reasonNoPriceYet:
			t.Errorf("%s: %+v", c.name, cost)
		case c.usd != 0 && (cost.USD == nil || *cost.USD != c.usd):
			t.Errorf("%s: got %+v, want %v", c.name, cost, c.usd)
		}
	}
}

func TestOwnPricesWin(t *testing.T) {
	march := "prices:\n  - {model: example.m, from: 2026-03-01, input: 9, output: 9}\n"
	e := enricher(t, dated, march)
	for _, c := range []struct {
		when string
		usd  float64
	}{
		{"2026-02-01", 1}, // the earlier file's
		{"2026-03-01", 9},
		{"2026-07-01", 9}, // also where the earlier file has a change of price later on
	} {
		when, err := time.Parse(time.DateOnly, c.when)
		if err != nil {
			t.Fatal(err)
		}
		cost := e.Price(with(call("example.m", 1e6, 0), func(ev *event.Event) { ev.Time = when }))
		if cost.USD == nil || *cost.USD != c.usd {
			t.Errorf("%s: got %+v, want %v", c.when, cost, c.usd)
		}
	}
	embedded := enricher(t, "prices:\n  - {model: anthropic.claude-sonnet-4-6, input: 2, output: 10}\n")
	if cost := embedded.Price(call("anthropic.claude-sonnet-4-6", 1e6, 0)); cost.USD == nil || *cost.USD != 2 {
		t.Errorf("got %+v, want the user's 2", cost)
	}
}

func TestLeapsAreWarnedOf(t *testing.T) {
	e := enricher(t, "prices:\n  - {model: anthropic.claude-sonnet-4-6, input: 30, output: 15}\n")
	warnings := e.Book().Warnings()
	if len(warnings) != 1 || !strings.Contains(warnings[0], "prices.yaml:2: input of anthropic.claude-sonnet-4-6 is 30, 10 times the 3") {
		t.Errorf("got %q", warnings)
	}
}
