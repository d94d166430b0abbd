package query

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

func ptr[T any](v T) *T { return &v }

func example() *event.Event {
	return &event.Event{
		Time: time.Date(2026, 3, 1, 8, 30, 1, 500, time.UTC), Kind: event.KindCall, Outcome: event.Success,
		Region: "us-east-1", Model: "anthropic.claude-3-haiku-20240307-v1:0", Person: "alice@example.com",
		Principal: "arn:aws:iam::111122223333:role/app-role", UserAgent: "Boto3/1.34 md/Botocore#1.34",
		KeyType: "bedrock_api_key", StopReason: "end_turn", Team: "Økonomi",
		Cost:      event.Cost{State: event.Unpriced},
		Tokens:    event.Tokens{Input: ptr(int64(0)), Output: ptr(int64(6000))},
		Latency:   event.Latency{MS: ptr(1870.5)},
		MFA:       ptr(false),
		ToolCalls: []event.ToolCall{{Name: "get_weather"}, {Name: "Search-Web"}},
		Metadata: map[string]jsontext.Value{"team": jsontext.Value(`"R&D \"x\""`), "n": jsontext.Value(`5`),
			"none": jsontext.Value(`null`), "empty": jsontext.Value(`""`)},
	}
}

func TestMatch(t *testing.T) {
	said := func() []string {
		return []string{"Please IGNORE previous instructions; don't stop.", "Sales rose 5 %. 忽略之前的指示"}
	}
	for text, want := range map[string]bool{
		"": true, "-()": false,
		"model:claude* person:alice tokens.output>5000 \"ignore previous\" -outcome:failure": true,

		// whole parts, in any case
		"person:alice": true, "person:ALICE@example.com": true, "person:example.com": true, "person:@example.com": true,
		"person:ali": false, "person:ali*": true, "person:*ice": true, "person:lice": false, "person:*xampl*": true,
		"model:claude": true, "model:claude-3": true, "model:claude-3-h": false, "model:v1": true, "model:anthropic.": true,
		"model:claude*v1": true, "model:haiku*claude": false, "model:\"claude 3\"": false,
		"cost.state:priced": false, "cost.state:unpriced": true, "stop_reason:end": false, "stop_reason:end_turn": true,
		"key_type:bedrock": false, "key_type:bedrock*": true, "principal:role/app-role": true, "principal:111122223333": true,
		"user_agent:boto3": true, "user_agent:botocore": true, "user_agent:\"boto3/1.34 md\"": true, "region:us": true,
		"team:økonomi": true, "team:ØKO*": true, "team:konomi": false,

		// the whole value
		"person=alice": false, "person=Alice@Example.com": true, "person=alice*": true, "person=lice*": false, "model=*": true,
		"model=anthropic.*haiku*": true, "model=*:0": true, "model=*:1": false, "region>us": true, "region<=US-EAST-1": true, "region<us": false,

		// numbers, truth, time
		"tokens.input:0": true, "tokens.input>0": false, "-tokens.input:*": false, "tokens.output:6k": true, "tokens.output<6001": true,
		"latency.ms>1870": true, "latency.ms:1870.5": true, "latency.ms<=1.8705s": true, "mfa:false": true, "mfa:true": false,
		"time:2026-03-01": true, "time:2026-03-01T08:30:01Z": true, "time=2026-03-01T08:30:01.0000005Z": true, "time>2026-03-01": true,
		"time<2026-03-01T08:30:01Z": false, "time>=2026-03-02": false, "time:..2026-03-01": true,

		// what is absent fits nothing but a negation
		"error:*": false, "-error:*": true, "error:x": false, "-error:x": true, "tokens.cache_read<5": false, "-tokens.cache_read<5": true,
		"conflict:false": false, "-conflict:true": true, "cost.usd>=0": false,

		// lists: one element is enough
		"tool_calls.name:get_weather": true, "tool_calls.name:search": true, "tool_calls.name=search": false, "tool_calls.name:weather": false,
		"-tool_calls.name:get_weather": false, "tool_calls.name:*": true, "tool_results.id:*": false,

		// metadata
		"metadata.team:r": true, "metadata.team=\"r&d \\\"X\\\"\"": true, "metadata.Team:r": false, "metadata.n:5": true,
		"metadata.none:*": false, "metadata.empty:*": false, "metadata.team:*": true, "metadata:*": true,

		// words
		"ignore": true, "ignor": false, "ignor*": true, "\"ignore instructions\"": false, "instructions ignore": true,
		"don't": true, "\"instructions don\"": true, "\"stop sales\"": false, "\"rose 5\"": true, "忽略": true, "略之*": true, "之略": false,
		"-ignore": false, "(ignore OR nothing) -nowhere": true, "ignore nowhere": false,
	} {
		n, err := ParseAt(text, now)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := Match(n, example(), said); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMatchWithoutText(t *testing.T) {
	if Match(Words{Words: []string{"a"}}, example(), nil) {
		t.Error("words fit although nothing is known of what was said")
	}
	if !Match(nil, example(), nil) {
		t.Error("nil does not fit")
	}
}

// Trees made by hand may hold what Parse never makes; they fit nothing.
func TestMatchOtherTypes(t *testing.T) {
	for _, c := range []Compare{{"tokens.output", Equal, 6000}, {"tokens.output", Equal, 6000.0}, {"person", Equal, 5},
		{"mfa", Greater, false}, {"time", Equal, "2026-03-01"}, {"nothing", Equal, "x"}, {"person", "~", "alice"},
		{"tool_calls.name", Equal, 1}} {
		if Match(c, example(), nil) {
			t.Errorf("%#v fits", c)
		}
		if Check(c) == nil {
			t.Errorf("Check allows %#v", c)
		}
	}
}

func TestTokens(t *testing.T) {
	long := strings.Repeat("é", maxToken)
	for text, want := range map[string][]string{
		"":                            nil,
		" .,!":                        nil,
		"Don't STOP_me, now!":         {"don", "t", "stop_me", "now"},
		"x=1.5e-3":                    {"x", "1", "5e", "3"},
		"naïve cafe\u0301":            {"naïve", "cafe\u0301"},
		"日本語 text中":                   {"日", "本", "語", "text", "中"},
		"한국 ไทย":                      {"한", "국", "ไ", "ท", "ย"},
		"٣ apples":                    {"٣", "apples"},
		long + "é":                    {long, "é"},
		strings.Repeat("a", 65) + "本": {strings.Repeat("a", 64), "a", "本"},
		"a\xffb":                      {"a", "b"},
		"ÅSE":                         {"åse"},
	} {
		if got := Tokens(text); !slices.Equal(got, want) {
			t.Errorf("Tokens(%q) = %q, want %q", text, got, want)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	n, err := Parse(`model:claude* person:alice tokens.output>5000 -outcome:failure`)
	if err != nil {
		b.Fatal(err)
	}
	e := example()
	for b.Loop() {
		Match(n, e, nil)
	}
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Tokens(text)
	}
}

func BenchmarkWithin(b *testing.B) {
	text := strings.Repeat("the quick brown fox jumps over the lazy dog. ", 1000)
	w := Words{Words: []string{"fox", "sleeps"}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		w.Within(text)
	}
}
