package bedrock

import (
	"strings"
	"testing"

	"seismo/internal/event"
)

// TestWordsAreNoText holds that columns in the clear take no sentence from a
// body, wherever one may be slipped in.
func TestWordsAreNoText(t *testing.T) {
	const said = "my key is AKIAIOSFODNN7EXAMPLE, keep it!"
	long := strings.Repeat("x", 1<<16)
	ev := readRecord(t, []byte(`{"operation":"InvokeModel","errorCode":"`+long+`","status":"a\u0007b",
		"input":{"inputBodyJson":{"anthropic_version":"bedrock-2023-05-31","messages":[{"role":"user","content":"Hi"}]}},
		"output":{"outputBodyJson":{"type":"message","role":"assistant","content":[],"stop_reason":"`+long+`",
		"amazon-bedrock-guardrailAction":"`+said+`","amazon-bedrock-trace":{"guardrail":{"input":{"g1":{"contentPolicy":{
		"filters":[{"type":"`+said+`","action":"`+said+`","confidence":"`+said+`","filterStrength":"`+said+`","detected":true}]}}}}}}}}`), nil)
	if ev.StopReason != "" || len(ev.Error) != 128 || ev.Status != "ab" || ev.Guardrail.Action != "" {
		t.Errorf("stop reason %.20q, error of %d bytes, status %q, action %q", ev.StopReason, len(ev.Error), ev.Status, ev.Guardrail.Action)
	}
	want := event.GuardrailItem{Policy: event.PolicyContent, Direction: event.DirectionInput}
	if len(ev.Guardrail.Items) != 1 || ev.Guardrail.Items[0] != want {
		t.Errorf("items %+v, want %+v", ev.Guardrail.Items, want)
	}
}
