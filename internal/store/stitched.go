package store

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// The answer of a Converse call, as far as it says something.
type (
	answerBody struct {
		Output     answerOutput `json:"output"`
		StopReason string       `json:"stopReason,omitzero"`
	}
	answerOutput struct {
		Message answerMessage `json:"message"`
	}
	answerMessage struct {
		Role    string        `json:"role"`
		Content []answerBlock `json:"content"`
	}
	answerBlock struct {
		Text      string           `json:"text,omitzero"`
		Reasoning *answerReasoning `json:"reasoningContent,omitzero"`
		ToolUse   *answerTool      `json:"toolUse,omitzero"`
	}
	answerReasoning struct {
		Text struct {
			Text string `json:"text"`
		} `json:"reasoningText"`
	}
	answerTool struct {
		ID    string         `json:"toolUseId"`
		Name  string         `json:"name"`
		Input jsontext.Value `json:"input,omitzero"`
	}
)

// stitched is what the chunks of an answer add up to, masked.
func (r *redactor) stitched() []byte {
	e := r.event
	var blocks []answerBlock
	if e.Reasoning != "" {
		b := answerBlock{Reasoning: &answerReasoning{}}
		b.Reasoning.Text.Text = e.Reasoning
		blocks = append(blocks, b)
	}
	if e.Completion != "" {
		blocks = append(blocks, answerBlock{Text: e.Completion})
	}
	for _, call := range e.ToolCalls {
		blocks = append(blocks, answerBlock{ToolUse: &answerTool{ID: call.ID, Name: call.Name, Input: call.Input}})
	}
	body := answerBody{Output: answerOutput{answerMessage{Role: event.RoleAssistant, Content: blocks}}, StopReason: e.StopReason}
	raw, err := json.Marshal(body, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil || len(blocks) == 0 {
		return quoted(maskedStream)
	}
	v, err := jsondoc.Parse(r.mask(raw))
	if err != nil {
		return quoted(maskedStream)
	}
	return r.value(nil, v, "", elsewhere, 0)
}
