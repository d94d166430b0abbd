package web

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

var newest = time.Date(2026, 3, 31, 14, 22, 7, 120_000_000, time.UTC)

func at[T any](v T) *T { return &v }

func text(role, s string) event.Message {
	return event.Message{Role: role, Content: []event.Block{{Type: event.BlockText, Text: s}}}
}

// agentCall is a coding agent's turn with everything on it that a page can show.
func agentCall() event.Event {
	return event.Event{
		ID: "k3v7q2m5x9c1r8t4w6z0b2n5aa", Time: newest, Kind: event.KindCall, Outcome: event.Success,
		Account: "111122223333", Region: "eu-west-1", InferenceRegion: "eu-north-1", Endpoint: "runtime",
		RequestID: "00000000-0000-4000-8000-0000000000a1", Operation: "ConverseStream", API: "chat",
		ModelRef: "eu.anthropic.claude-sonnet-4-6", Model: "anthropic.claude-sonnet-4-6", Vendor: "anthropic", Family: "claude",
		Profile: "eu.anthropic.claude-sonnet-4-6", ProfileKind: "geo",
		Principal:   "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Developer_0123456789abcdef",
		IdentityARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/alice@example.com",
		Person:      "alice@example.com", Team: "payments", App: "code-agent", Attribution: "sso",
		Tokens: event.Tokens{Input: at(int64(312)), CacheRead: at(int64(41208)), CacheWrite: at(int64(2048)),
			Output: at(int64(917)), Total: at(int64(44485))},
		Cost: event.Cost{USD: at(0.0347334), State: event.Priced, Parts: []event.CostPart{
			{Item: "input", Quantity: 312, Unit: "token", Rate: 0.0000033, USD: 0.0010296, Entry: "anthropic.claude-sonnet-4-6 eu", Source: "AWS price list", Date: "2026-03-01"},
			{Item: "cache_read", Quantity: 41208, Unit: "token", Rate: 0.00000033, USD: 0.01359864, Entry: "anthropic.claude-sonnet-4-6 eu", Source: "AWS price list", Date: "2026-03-01"},
			{Item: "cache_write", Quantity: 2048, Unit: "token", Rate: 0.000004125, USD: 0.008448, Entry: "anthropic.claude-sonnet-4-6 eu", Source: "AWS price list", Date: "2026-03-01"},
			{Item: "output", Quantity: 917, Unit: "token", Rate: 0.0000165, USD: 0.0151305, Entry: "anthropic.claude-sonnet-4-6 eu", Source: "AWS price list", Date: "2026-03-01"},
		}},
		Latency: event.Latency{MS: at(8421.0), FirstTokenMS: at(640.0)}, StopReason: "tool_use", Status: "200",
		Params: event.Params{Temperature: at(0.2), TopP: at(0.9), MaxTokens: at(int64(4096)), Stop: []string{"</done>"}},
		System: "You are a careful programmer. Ask before you delete anything.",
		MessagesIn: []event.Message{
			text("user", "The refund test fails since Tuesday. Find out why."),
			{Role: "assistant", Content: []event.Block{
				{Type: event.BlockText, Text: "I will look at the test first."},
				{Type: event.BlockToolUse, Tool: &event.ToolCall{Name: "read_file", ID: "t1", Input: jsontext.Value(`{"path":"refund_test.go"}`)}}}},
			{Role: "user", Content: []event.Block{
				{Type: event.BlockToolResult, Result: &event.ToolResult{ID: "t1", Name: "read_file", Status: "success",
					Text: "func TestRefund(t *testing.T) {\n\tgot := Refund(100, \"EUR\")\n\tif got != 100 {\n\t\tt.Fatal(got)\n\t}\n}"}},
				{Type: event.BlockImage, Media: &event.Media{Format: "png", Bytes: at(int64(48213))}},
				{Type: event.BlockDocument, Media: &event.Media{Format: "pdf", Name: "refunds", URI: "s3://example-logs/guide.pdf"}},
				{Type: event.BlockText, Text: "Here is the file, and a picture of the failing run."}}},
		},
		MessagesOut: []event.Message{{Role: "assistant", Content: []event.Block{
			{Type: event.BlockReasoning, Text: "The amount is in cents since the last change. The test still speaks of euros."},
			{Type: event.BlockText, Text: "The function counts in cents since Tuesday, the test in euros.\nI will run the test with 10000 to be sure."},
			{Type: event.BlockToolUse, Tool: &event.ToolCall{Name: "run", ID: "t2", Input: jsontext.Value(`{"command":"go test ./refund","limit":12345678901234567890}`)}}}}},
		Prompt: "Here is the file, and a picture of the failing run.", Completion: "The function counts in cents since Tuesday.",
		ToolsOffered: []string{"read_file", "run"},
		Guardrail: event.Guardrail{ID: "gr0example001", Version: "3", Action: "INTERVENED", Intervened: at(true),
			Policies: []string{event.PolicySensitive}, Items: []event.GuardrailItem{
				{Policy: event.PolicySensitive, Type: "EMAIL", Action: event.GuardrailAnonymize, Match: "bob@example.com", Direction: event.DirectionInput},
				{Policy: event.PolicyGrounding, Type: "GROUNDING", Action: "NONE", Score: at(0.42), Threshold: at(0.7), Direction: event.DirectionOutput}}},
		Body:         event.Bodies{Input: event.Body{State: event.BodyFetched, URI: "s3://example-logs/data/in.json.gz"}, Output: event.Body{State: event.BodyInline}},
		Conversation: "c4e1", Turn: at(int64(2)),
		Source:    event.Source{IP: "192.0.2.17", AS: "AS64500 Example Net", Country: "NL"},
		UserAgent: "claude-cli/2.1 (external, cli)", Client: "claude-code", KeyType: "temporary", MFA: at(false), TLS: "TLSv1.3",
		Trail: event.Trail{ID: "00000000-0000-4000-8000-0000000000e1", Name: "InvokeModel", Source: "bedrock.amazonaws.com",
			Category: "Management", Extra: jsontext.Value(`{"inferenceRegion":"eu-north-1"}`)},
		Signals:  []event.Signal{{Kind: "email_address", Direction: "input", Hash: "9f86d081", Offset: 120}},
		Origin:   event.Origin{Bucket: "example-logs", Key: "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/2026/03/31/14/20260331T142207Z_ab12.json.gz", Line: at(int64(17))},
		Metadata: map[string]jsontext.Value{"team": jsontext.Value(`"payments"`), "ticket": jsontext.Value(`4711`)},
	}
}

// hostileCall tries what an attacker would in every field that callers set.
func hostileCall(payload string) event.Event {
	e := agentCall()
	e.ID, e.Time = "h0st1le0000000000000000000", newest.Add(-time.Minute)
	for _, s := range []*string{&e.Account, &e.Region, &e.InferenceRegion, &e.Endpoint, &e.RequestID, &e.Operation, &e.API, &e.ModelRef, &e.Model,
		&e.Vendor, &e.Family, &e.Profile, &e.ProfileKind, &e.Principal, &e.IdentityARN, &e.Person, &e.Team, &e.App, &e.Attribution,
		&e.Cost.Reason, &e.StopReason, &e.Error, &e.Status, &e.System, &e.Prompt, &e.Completion, &e.Reasoning, &e.Conversation,
		&e.Source.IP, &e.Source.Service, &e.Source.AS, &e.Source.Country, &e.UserAgent, &e.Client, &e.VPCEndpoint, &e.KeyType, &e.TLS,
		&e.Trail.ID, &e.Trail.Name, &e.Trail.Source, &e.Trail.Category, &e.Trail.Error, &e.Trail.Message,
		&e.Guardrail.ID, &e.Guardrail.Version, &e.Guardrail.Action, &e.Guardrail.Reason, &e.Body.Input.State, &e.Body.Input.Reason, &e.Body.Input.URI,
		&e.Origin.Bucket, &e.Origin.Key, &e.Origin.ETag, &e.Origin.Group, &e.Origin.Stream, &e.Origin.EventID, &e.Video.URI} {
		*s = payload
	}
	quoted, err := jsontext.AppendQuote(nil, payload)
	if err != nil {
		quoted = []byte(`"` + strings.ToValidUTF8(`payload`, "") + `"`)
	}
	e.Params.Stop, e.ToolsOffered = []string{payload}, []string{payload}
	e.Metadata = map[string]jsontext.Value{payload: quoted}
	media := event.Media{Format: payload, URI: payload, Name: payload}
	e.ImagesIn, e.ImagesOut, e.Documents = []event.Media{media}, []event.Media{media}, []event.Media{media}
	e.Embeddings = []event.Embedding{{Format: payload}}
	e.Signals = []event.Signal{{Kind: payload, Direction: payload, Hash: payload}}
	e.Trail.Request, e.Trail.Response, e.Trail.Extra = quoted, quoted, quoted
	e.Cost.Parts = []event.CostPart{{Item: payload, Unit: payload, Entry: payload, Source: payload, Date: payload}}
	e.Guardrail.Policies = []string{payload}
	e.Guardrail.Items = []event.GuardrailItem{{Policy: payload, Type: payload, Name: payload, Action: payload, Confidence: payload, Match: payload, Direction: payload}}
	blocks := []event.Block{
		{Type: event.BlockText, Text: payload, Guard: true}, {Type: event.BlockReasoning, Text: payload},
		{Type: event.BlockImage, Media: &media}, {Type: payload, Raw: quoted},
		{Type: event.BlockToolUse, Tool: &event.ToolCall{Name: payload, ID: payload, Input: quoted}},
		{Type: event.BlockToolResult, Result: &event.ToolResult{ID: payload, Name: payload, Status: payload, Text: payload}},
		{Type: event.BlockToolResult, Result: &event.ToolResult{ID: payload, Status: "error", JSON: quoted}},
	}
	e.MessagesIn = []event.Message{{Role: payload, Content: blocks}, {Role: "assistant", Content: blocks}, {Role: payload, Content: blocks}}
	e.MessagesOut = []event.Message{{Role: payload, Content: blocks}}
	return e
}

// month is a seeded month of an invented company.
func month(n int) []event.Event {
	rng := rand.New(rand.NewPCG(1, 2))
	models := []struct {
		id, vendor, family string
		rate               float64
	}{
		{"anthropic.claude-sonnet-4-6", "anthropic", "claude", 6e-6}, {"amazon.nova-pro-v1:0", "amazon", "nova", 1.2e-6},
		{"anthropic.claude-haiku-4-5", "anthropic", "claude", 1.4e-6}, {"amazon.titan-embed-text-v2:0", "amazon", "titan", 2e-8},
		{"meta.llama3-3-70b-instruct-v1:0", "meta", "llama", 7e-7}, {"mistral.mistral-large-2407-v1:0", "mistral", "mistral", 3e-6},
		{"cohere.embed-english-v3", "cohere", "embed", 1e-7}, {"", "", "", 0},
	}
	people := []string{"alice@example.com", "bob@example.com", "", "carol@example.com", "dan@example.com", "erin@example.com",
		"frank@example.com", "grace@example.com", "heidi@example.com", "ivan@example.com"}
	var out []event.Event
	for i := range n {
		m := models[min(int(rng.ExpFloat64()*1.8), len(models)-1)]
		back := time.Duration(rng.Float64() * float64(30*24*time.Hour))
		t := newest.Add(-back)
		if h := t.Hour(); (h < 7 || h > 19) && rng.IntN(4) > 0 || t.Weekday()%6 == 0 && rng.IntN(3) > 0 {
			t = t.Truncate(24 * time.Hour).Add(time.Duration(8*3600+rng.IntN(9*3600)) * time.Second)
		}
		if t.After(newest) {
			t = newest.Add(-time.Hour)
		}
		e := event.Event{ID: fmt.Sprintf("m%025d", i), Time: t, Kind: event.KindCall, Outcome: event.Success, Account: "111122223333",
			Region: "us-east-1", Operation: "Converse", Model: m.id, Vendor: m.vendor, Family: m.family, ModelRef: "us." + m.id,
			Person: people[min(int(rng.ExpFloat64()*3), len(people)-1)], StopReason: "end_turn",
			Principal: "arn:aws:iam::111122223333:role/report-writer"}
		in, read, written := int64(rng.IntN(4000)), int64(rng.IntN(30000)), int64(rng.IntN(900))
		answer := int64(rng.IntN(1500))
		e.Tokens = event.Tokens{Input: &in, CacheRead: &read, CacheWrite: &written, Output: &answer, Total: at(in + read + written + answer)}
		e.Cost = event.Cost{State: event.Priced, USD: at(float64(in+read/10+written+5*answer) * m.rate)}
		if m.id == "" {
			e.ModelRef = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/ab12cd34ef56"
			e.Cost = event.Cost{State: event.Unpriced, Reason: "the application profile is not mapped to a model"}
		}
		if rng.IntN(3) > 0 {
			e.Latency.MS = at(math.Exp(rng.NormFloat64()*0.8+7.2) + float64(answer))
		}
		switch rng.IntN(25) {
		case 0:
			e.Outcome, e.Error, e.StopReason = event.Failure, "ThrottlingException", ""
		case 1:
			e.Outcome, e.Error, e.StopReason = event.Failure, "ValidationException", ""
		}
		if e.Outcome == event.Failure {
			e.Cost, e.Tokens, e.Latency = event.Cost{State: event.Free}, event.Tokens{}, event.Latency{}
		}
		out = append(out, e)
	}
	return out
}
