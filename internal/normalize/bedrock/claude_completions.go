package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// claudeCompletions reads the older text completions of Claude, whose prompt
// holds the turns as "\n\nHuman: …\n\nAssistant: …".
func claudeCompletions() family {
	return family{name: "claude completions", request: completionsRequest, response: completionsResponse, stream: completionsStream}
}

const (
	humanMark     = "\n\nHuman:"
	assistantMark = "\n\nAssistant:"
)

func completionsRequest(x *exchange, body jsondoc.Value) bool {
	prompt := body.Get("prompt").Str()
	if prompt == "" || !body.First("max_tokens_to_sample", "anthropic_version").Exists() &&
		!strings.Contains(prompt, humanMark) {
		return false
	}
	x.is("text")
	x.sampling(body)
	set(&x.params.MaxTokens, count(body.Get("max_tokens_to_sample")))
	x.systemOf(body.Get("system"))
	x.humanTurns(prompt)
	return true
}

// humanTurns splits a prompt into its turns; what stands before the first one
// is system text. A prompt without turns is the user's, whole.
func (x *exchange) humanTurns(prompt string) {
	head, rest, found := strings.Cut("\n\n"+strings.TrimLeft(prompt, "\n"), humanMark)
	if !found {
		say(&x.in, event.RoleUser, filled(prompt)...)
		return
	}
	if head = strings.TrimSpace(head); head != "" {
		x.system = append(x.system, head)
	}
	for _, turn := range strings.Split(rest, humanMark) {
		human, answers, _ := strings.Cut(turn, assistantMark)
		say(&x.in, event.RoleUser, filled(strings.TrimSpace(human))...)
		for _, answer := range strings.Split(answers, assistantMark) {
			say(&x.in, event.RoleAssistant, filled(strings.TrimSpace(answer))...)
		}
	}
}

func completionsResponse(x *exchange, body jsondoc.Value) bool {
	completion := body.Get("completion")
	if completion.Kind() != jsondoc.String {
		return false
	}
	x.is("text")
	say(&x.out, event.RoleAssistant, filled(completion.Str())...)
	x.anthropicMessage(body)
	return true
}

func completionsStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "completion") {
		return false
	}
	x.is("text")
	var said strings.Builder
	for _, chunk := range chunks {
		said.WriteString(chunk.Get("completion").Str())
		x.anthropicMessage(chunk)
	}
	say(&x.out, event.RoleAssistant, filled(said.String())...)
	return true
}
