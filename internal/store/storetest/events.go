package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
)

// Start is the time of the suite's first event.
var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// Call is an invented call of alice's: one question, one answer.
func Call(n int, question, answer string) event.Event {
	return Talk(n, "alice@example.com", []string{question}, answer)
}

// Talk is an invented Converse call in which the turns so far are sent and one
// more is answered. Turns begin with the person's.
func Talk(n int, person string, turns []string, answer string) event.Event {
	at := start.Add(time.Duration(n) * time.Minute)
	e := event.Event{
		Time: at, Kind: event.KindCall, Outcome: event.Success,
		Account: "111122223333", Region: "us-east-1", Operation: "Converse", API: "chat",
		RequestID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
		ModelRef:  "us.anthropic.claude-sonnet-4-6", Model: "anthropic.claude-sonnet-4-6",
		Vendor: "anthropic", Family: "claude", Person: person,
		Principal:   "arn:aws:iam::111122223333:role/AWSReservedSSO_Developer",
		IdentityARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer/" + person,
		Tokens:      event.Tokens{Input: ptr(int64(10 * n)), Output: ptr(int64(n)), Total: ptr(int64(11 * n))},
		Cost:        event.Cost{USD: ptr(float64(n) / 1000), State: event.Priced},
		Latency:     event.Latency{MS: ptr(float64(100 + n))},
		StopReason:  "end_turn",
		Completion:  answer, Prompt: turns[len(turns)-1],
		Body:   event.Bodies{Input: event.Body{State: event.BodyInline}, Output: event.Body{State: event.BodyInline}},
		Origin: event.Origin{Key: "logs/a.json.gz", Line: ptr(int64(n))},
	}
	e.ID = event.CallID(event.Envelope{Account: e.Account, Region: e.Region, RequestID: e.RequestID, Time: at}, nil)
	e.Record.Raw = fmt.Appendf(nil,
		`{"schemaType":"ModelInvocationLog","timestamp":%q,"accountId":%q,"requestId":%q,"input":{"inputBodyJson":%s,"inputTokenCount":%d},"output":{"outputBodyJson":%s}}`,
		at.Format(time.RFC3339), e.Account, e.RequestID, input(turns), 10*n, output(answer))
	return e
}

func input(turns []string) string {
	var messages []string
	for i, turn := range turns {
		role := event.RoleUser
		if i%2 == 1 {
			role = event.RoleAssistant
		}
		messages = append(messages, message(role, turn))
	}
	return `{"system":[{"text":"You are brief."}],"messages":[` + strings.Join(messages, ",") + `],"inferenceConfig":{"maxTokens":512}}`
}

func output(answer string) string {
	return `{"output":{"message":` + message(event.RoleAssistant, answer) + `},"stopReason":"end_turn"}`
}

func message(role, text string) string {
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf(`{"role":%q,"content":[{"text":%s}]}`, role, quoted)
}

// Trail is the CloudTrail event of a call.
func Trail(call event.Event, n int) event.Event {
	e := event.Event{
		Time: call.Time.Add(time.Second), Kind: event.KindTrail, Outcome: event.Success,
		Account: call.Account, Region: call.Region, RequestID: call.RequestID,
		Source: event.Source{IP: "192.0.2.10", Country: "NO"}, UserAgent: "Boto3/1.34", Client: "boto3",
		KeyType: "temporary", MFA: ptr(false), TLS: "TLSv1.3",
		Trail: event.Trail{ID: fmt.Sprintf("00000000-0000-4000-8000-00000000e%03d", n), Name: "Converse",
			Source: "bedrock.amazonaws.com", ReadOnly: ptr(true), Request: []byte(`{"modelId":"m"}`)},
		Origin: event.Origin{Key: "trail/a.json.gz", Line: ptr(int64(n))},
	}
	e.ID = event.TrailID(e.Account, e.Region, e.Trail.ID, nil)
	e.Record.Raw = fmt.Appendf(nil, `{"eventID":%q,"eventName":"Converse"}`, e.Trail.ID)
	return e
}

func ptr[T any](v T) *T { return &v }
