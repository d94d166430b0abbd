package event

import "github.com/go-json-experiment/json/jsontext"

// Roles of a message.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleSystem    = "system"
	RoleTool      = "tool"
)

// Message is one turn in one vendor-neutral form.
type Message struct {
	Role    string  `json:"role"`
	Content []Block `json:"content"`
}

// Types of Block.
const (
	BlockText       = "text"
	BlockReasoning  = "reasoning"
	BlockImage      = "image"
	BlockDocument   = "document"
	BlockVideo      = "video"
	BlockAudio      = "audio"
	BlockToolUse    = "tool_use"
	BlockToolResult = "tool_result"
	BlockOther      = "other" // a kind this version does not know, kept whole in Raw
)

// Block is one piece of a message; Type says which of the other fields it has.
type Block struct {
	Type   string         `json:"type"`
	Text   string         `json:"text,omitzero"`
	Media  *Media         `json:"media,omitzero"`
	Tool   *ToolCall      `json:"tool,omitzero"`
	Result *ToolResult    `json:"result,omitzero"`
	Guard  bool           `json:"guard,omitzero"` // inside guardContent
	Raw    jsontext.Value `json:"raw,omitzero"`
}

// ToolCall is a tool that the model asked for in this answer.
type ToolCall struct {
	Name  string         `json:"name,omitzero"`
	ID    string         `json:"id,omitzero"`
	Input jsontext.Value `json:"input,omitzero"` // free JSON as sent; absent when cut or empty
}

// ToolResult is what the caller sent back for a tool call.
type ToolResult struct {
	ID     string         `json:"id,omitzero"`
	Name   string         `json:"name,omitzero"`
	Status string         `json:"status,omitzero"` // success or error
	Text   string         `json:"text,omitzero"`
	JSON   jsontext.Value `json:"json,omitzero"` // content that is not text, whole
}

// Media is an image, document, video or sound; never its bytes.
type Media struct {
	Format string `json:"format,omitzero"` // png, jpeg, pdf, …
	Bytes  *int64 `json:"bytes,omitzero"`  // decoded size
	URI    string `json:"uri,omitzero"`    // s3:// or https:// when by reference
	Name   string `json:"name,omitzero"`   // a document's name
}

// Embedding is one returned vector; never its numbers.
type Embedding struct {
	Format     string `json:"format,omitzero"` // float, int8, binary, …
	Dimensions *int64 `json:"dimensions,omitzero"`
	Bytes      *int64 `json:"bytes,omitzero"` // size of what it was made from, when known
	URI        string `json:"uri,omitzero"`
}

// Video has a video answer's own numbers.
type Video struct {
	Seconds *float64 `json:"seconds,omitzero"`
	FPS     *float64 `json:"fps,omitzero"`
	Width   *int64   `json:"width,omitzero"`
	Height  *int64   `json:"height,omitzero"`
	URI     string   `json:"uri,omitzero"`
}

// Guardrail policies, as Items and Policies name them.
const (
	PolicyTopic        = "topic"
	PolicyContent      = "content"
	PolicyWord         = "word"
	PolicySensitive    = "sensitive_information"
	PolicyGrounding    = "contextual_grounding"
	PolicyReasoning    = "automated_reasoning"
	DirectionInput     = "input"
	DirectionOutput    = "output"
	GuardrailBlocked   = "BLOCKED"
	GuardrailAnonymize = "ANONYMIZED"
)

// Guardrail is what a guardrail did to a call.
type Guardrail struct {
	ID         string          `json:"id,omitzero"`
	Version    string          `json:"version,omitzero"`
	Action     string          `json:"action,omitzero"`     // as logged: INTERVENED or NONE
	Intervened *bool           `json:"intervened,omitzero"` // also true when something was only masked
	Policies   []string        `json:"policies,omitempty"`  // distinct policies of the items, in the order of the constants above
	Items      []GuardrailItem `json:"items,omitempty"`
	Reason     string          `json:"reason,omitzero"` // actionReason as logged
}

// GuardrailItem is one assessment; its fields belong together.
type GuardrailItem struct {
	Policy     string   `json:"policy"`
	Type       string   `json:"type,omitzero"`
	Name       string   `json:"name,omitzero"`
	Action     string   `json:"action,omitzero"` // BLOCKED, ANONYMIZED or NONE (detected only)
	Confidence string   `json:"confidence,omitzero"`
	Strength   string   `json:"strength,omitzero"`
	Match      string   `json:"match,omitzero"` // the sensitive text itself
	Score      *float64 `json:"score,omitzero"`
	Threshold  *float64 `json:"threshold,omitzero"`
	Direction  string   `json:"direction"`
}

// States of a body.
const (
	BodyInline  = "inline"  // in the record
	BodyS3      = "s3"      // in an object that was not looked for
	BodyFetched = "fetched" // in an object that was read
	BodyMissing = "missing"
)

// Bodies tells where the two bodies are.
type Bodies struct {
	Input  Body `json:"input,omitzero"`
	Output Body `json:"output,omitzero"`
}

// Body is where one body is, and if it is missing why, and what would help.
type Body struct {
	State  string `json:"state,omitzero"`
	Reason string `json:"reason,omitzero"` // a sentence: why it is missing and the setting that stops the loss
	URI    string `json:"uri,omitzero"`
}
