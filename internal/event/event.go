// Package event is seismo's vocabulary: what one model call or one CloudTrail
// event is called, field by field, wherever it is shown, stored, searched,
// matched by a rule or exported. The table in fields.go gives every name its
// type, meaning, example, sensitivity and its name in other conventions.
//
// It imports nothing of seismo's and never reads, stores or computes anything.
package event

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kinds of event.
const (
	KindCall  = "call"  // a record of the model-invocation log
	KindTrail = "trail" // a CloudTrail event
)

// Outcomes of an event.
const (
	Success = "success"
	Failure = "failure"
)

// Event is one row: a model call, a CloudTrail event, or a call with the facts
// of its CloudTrail event merged in. Strings are "" and pointers nil when the
// value is absent. JSON names are the vocabulary's, dots being nesting.
type Event struct {
	ID      string    `json:"id,omitzero"`
	Time    time.Time `json:"time,omitzero"` // UTC
	Kind    string    `json:"kind,omitzero"`
	Outcome string    `json:"outcome,omitzero"`

	Account         string `json:"account,omitzero"`
	Region          string `json:"region,omitzero"`
	InferenceRegion string `json:"inference_region,omitzero"`
	Endpoint        string `json:"endpoint,omitzero"`
	RequestID       string `json:"request_id,omitzero"`
	Operation       string `json:"operation,omitzero"`
	API             string `json:"api,omitzero"`

	ModelRef    string `json:"model_ref,omitzero"`
	Model       string `json:"model,omitzero"`
	Vendor      string `json:"vendor,omitzero"`
	Family      string `json:"family,omitzero"`
	Profile     string `json:"profile,omitzero"`
	ProfileKind string `json:"profile_kind,omitzero"`

	Principal   string `json:"principal,omitzero"`
	IdentityARN string `json:"identity_arn,omitzero"`
	Person      string `json:"person,omitzero"`
	Team        string `json:"team,omitzero"`
	App         string `json:"app,omitzero"`
	Attribution string `json:"attribution,omitzero"`

	Tokens  Tokens  `json:"tokens,omitzero"`
	Cost    Cost    `json:"cost,omitzero"`
	Latency Latency `json:"latency,omitzero"`

	StopReason string `json:"stop_reason,omitzero"`
	Error      string `json:"error,omitzero"`
	Status     string `json:"status,omitzero"`
	Params     Params `json:"params,omitzero"`

	System       string       `json:"system,omitzero"`
	MessagesIn   []Message    `json:"messages_in,omitempty"`
	MessagesOut  []Message    `json:"messages_out,omitempty"`
	Prompt       string       `json:"prompt,omitzero"`
	Completion   string       `json:"completion,omitzero"`
	Reasoning    string       `json:"reasoning,omitzero"`
	ToolsOffered []string     `json:"tools_offered,omitempty"`
	ToolCalls    []ToolCall   `json:"tool_calls,omitempty"`
	ToolResults  []ToolResult `json:"tool_results,omitempty"`

	ImagesIn   []Media     `json:"images_in,omitempty"`
	ImagesOut  []Media     `json:"images_out,omitempty"`
	Documents  []Media     `json:"documents,omitempty"`
	Embeddings []Embedding `json:"embeddings,omitempty"`
	Video      Video       `json:"video,omitzero"`

	Guardrail Guardrail `json:"guardrail,omitzero"`
	Body      Bodies    `json:"body,omitzero"`

	Conversation string `json:"conversation,omitzero"`
	Turn         *int64 `json:"turn,omitzero"`
	Conflict     bool   `json:"conflict,omitzero"`

	Source      Source `json:"source,omitzero"`
	UserAgent   string `json:"user_agent,omitzero"`
	Client      string `json:"client,omitzero"`
	VPCEndpoint string `json:"vpc_endpoint,omitzero"`
	KeyType     string `json:"key_type,omitzero"`
	MFA         *bool  `json:"mfa,omitzero"`
	TLS         string `json:"tls,omitzero"`
	Trail       Trail  `json:"trail,omitzero"`

	Signals  []Signal                  `json:"signals,omitempty"`
	Origin   Origin                    `json:"origin,omitzero"`
	Metadata map[string]jsontext.Value `json:"metadata,omitempty"` // values as sent, each its own JSON

	// Record is what the event was made of. It is not part of the vocabulary:
	// the store seals it, and Normalize can make the event from it again.
	Record Record `json:"-"`
}

// Record is the text an event was made of, whole.
type Record struct {
	Raw        []byte // the log record or CloudTrail event, as delivered
	BodyInput  []byte // the input body fetched from S3, when it was; decompressed
	BodyOutput []byte // the output body fetched from S3, when it was; decompressed
}

// Tokens counts as Bedrock does: input excludes what was read from or written
// to the cache; total is the sum of the parts that are known.
type Tokens struct {
	Input      *int64 `json:"input,omitzero"`
	CacheRead  *int64 `json:"cache_read,omitzero"`
	CacheWrite *int64 `json:"cache_write,omitzero"`
	Output     *int64 `json:"output,omitzero"`
	Total      *int64 `json:"total,omitzero"`

	// CacheWrite1h is the part of CacheWrite with a time to live of an hour;
	// the price differs. Known only when the body splits the count.
	CacheWrite1h *int64 `json:"cache_write_1h,omitzero"`
}

// States of a cost.
const (
	Priced   = "priced"
	Unpriced = "unpriced"
	Free     = "free" // a failed call
)

// Cost is what a call costs by the price book, in US dollars, not rounded.
type Cost struct {
	USD    *float64   `json:"usd,omitzero"`    // nil when unpriced, never a false 0
	State  string     `json:"state,omitzero"`  // Priced, Unpriced or Free
	Reason string     `json:"reason,omitzero"` // why it is unpriced
	Parts  []CostPart `json:"parts,omitempty"`
}

// CostPart is one line of the sum: quantity × rate = usd.
type CostPart struct {
	Item     string  `json:"item"`     // input, output, cache_read, cache_write, cache_write_1h, image, second, query
	Quantity float64 `json:"quantity"` // tokens, images, seconds
	Unit     string  `json:"unit"`     // token, image, second, query
	Rate     float64 `json:"rate"`     // US dollars per unit
	USD      float64 `json:"usd"`
	Entry    string  `json:"entry"`           // the price book entry used
	Source   string  `json:"source,omitzero"` // where the entry's figures come from
	Date     string  `json:"date,omitzero"`   // the date the entry was taken over, YYYY-MM-DD
}

// Latency in milliseconds; nil when the log does not say.
type Latency struct {
	MS           *float64 `json:"ms,omitzero"`
	FirstTokenMS *float64 `json:"first_token_ms,omitzero"`
}

// Params are the sampling parameters, wherever the vendor puts them.
type Params struct {
	Temperature *float64 `json:"temperature,omitzero"`
	TopP        *float64 `json:"top_p,omitzero"`
	TopK        *float64 `json:"top_k,omitzero"`
	MaxTokens   *int64   `json:"max_tokens,omitzero"`
	Stop        []string `json:"stop,omitempty"`
}

// Source is where a call came from, by CloudTrail.
type Source struct {
	IP      string `json:"ip,omitzero"`
	Service string `json:"service,omitzero"` // the service name CloudTrail gives in place of an address
	AS      string `json:"as,omitzero"`      // number and name of the network: "AS64500 Example Net"
	Country string `json:"country,omitzero"` // ISO 3166-1 alpha-2
}

// Trail is the part of a CloudTrail event that has no name of its own.
type Trail struct {
	ID       string         `json:"id,omitzero"`       // eventID
	Name     string         `json:"name,omitzero"`     // eventName
	Source   string         `json:"source,omitzero"`   // eventSource
	Category string         `json:"category,omitzero"` // eventCategory
	Error    string         `json:"error,omitzero"`    // errorCode
	Message  string         `json:"message,omitzero"`  // errorMessage
	ReadOnly *bool          `json:"read_only,omitzero"`
	Request  jsontext.Value `json:"request,omitzero"`  // requestParameters, whole
	Response jsontext.Value `json:"response,omitzero"` // responseElements, whole
	Extra    jsontext.Value `json:"extra,omitzero"`    // additionalEventData, whole
}

// Signal is a finding about content. It never holds the content itself.
type Signal struct {
	Kind      string `json:"kind"`
	Direction string `json:"direction"` // input, output or tool
	Hash      string `json:"hash"`
	Offset    int64  `json:"offset"`
}

// Origin is where a record came from.
type Origin struct {
	Bucket  string `json:"bucket,omitzero"`
	Key     string `json:"key,omitzero"`  // S3 key, or the path of a local file
	Line    *int64 `json:"line,omitzero"` // from 1; nil for a whole object
	ETag    string `json:"etag,omitzero"`
	Group   string `json:"group,omitzero"`    // CloudWatch log group
	Stream  string `json:"stream,omitzero"`   // CloudWatch log stream
	EventID string `json:"event_id,omitzero"` // CloudWatch event id
}
