package inventory

import "time"

// Kinds of thing.
const (
	KindAccount    = "account" // of a look alone: an account that cannot be reached
	KindLogging    = "logging"
	KindProfile    = "profile"
	KindModel      = "model"
	KindGuardrail  = "guardrail"
	KindThroughput = "throughput"
	KindQuota      = "quota"
	KindRole       = "role" // IAM roles and users that calls came from
	KindUser       = "user" // of IAM Identity Center
)

// Kinds are the kinds of thing, but KindAccount.
func Kinds() []string {
	return []string{KindLogging, KindProfile, KindModel, KindGuardrail, KindThroughput, KindQuota, KindRole, KindUser}
}

// Logging is the configuration of model invocation logging.
type Logging struct {
	On         bool         `json:"on"`
	Text       bool         `json:"text,omitzero"`
	Image      bool         `json:"image,omitzero"`
	Embedding  bool         `json:"embedding,omitzero"`
	Video      bool         `json:"video,omitzero"`
	Audio      bool         `json:"audio,omitzero"`
	S3         *Destination `json:"s3,omitzero"`
	CloudWatch *LogGroup    `json:"cloudwatch,omitzero"`
}

// Destination is a folder of S3.
type Destination struct {
	Bucket string `json:"bucket"`
	Prefix string `json:"prefix,omitzero"`
}

// LogGroup is a destination in CloudWatch Logs; Large is where bodies over 100 KB
// go, nil when they are lost.
type LogGroup struct {
	Name  string       `json:"name"`
	Role  string       `json:"role,omitzero"`
	Large *Destination `json:"large,omitzero"`
}

// Profile is an inference profile.
type Profile struct {
	ARN    string            `json:"arn"`
	Name   string            `json:"name,omitzero"`
	Type   string            `json:"type"` // SYSTEM_DEFINED or APPLICATION
	Status string            `json:"status,omitzero"`
	Models []string          `json:"models"` // ARNs, in the order of the alphabet
	Tags   map[string]string `json:"tags,omitempty"`
}

// Model is a foundation model that the Region offers.
type Model struct {
	ARN       string   `json:"arn"`
	Name      string   `json:"name,omitzero"`
	Provider  string   `json:"provider,omitzero"`
	Status    string   `json:"status,omitzero"` // ACTIVE or LEGACY
	Input     []string `json:"input,omitempty"`
	Output    []string `json:"output,omitempty"`
	Inference []string `json:"inference,omitempty"` // ON_DEMAND, PROVISIONED, …
	EndOfLife string   `json:"end_of_life,omitzero"`
}

// Guardrail is one version of a guardrail.
type Guardrail struct {
	ARN       string     `json:"arn"`
	Name      string     `json:"name,omitzero"`
	Version   string     `json:"version"`
	Status    string     `json:"status,omitzero"`
	Content   []Filter   `json:"content,omitempty"`
	Topics    int        `json:"topics,omitzero"`    // denied topics
	Words     int        `json:"words,omitzero"`     // own words
	Lists     []string   `json:"lists,omitempty"`    // managed word lists
	PII       []Personal `json:"pii,omitempty"`      // kinds of personal data
	Patterns  int        `json:"patterns,omitzero"`  // own patterns of personal data
	Grounding int        `json:"grounding,omitzero"` // filters of contextual grounding
	Reasoning int        `json:"reasoning,omitzero"` // policies of automated reasoning
	Strength  string     `json:"strength"`           // strong, medium, weak or none
	Weak      []string   `json:"weak,omitempty"`     // what keeps it from being strong
}

// Filter is one content filter; its strengths are NONE, LOW, MEDIUM or HIGH, and
// NONE where it only watches or is off.
type Filter struct {
	Type   string `json:"type"` // HATE, PROMPT_ATTACK, …
	Input  string `json:"input"`
	Output string `json:"output"`
}

// Personal is one kind of personal data and what is done about it.
type Personal struct {
	Type   string `json:"type"`
	Action string `json:"action"` // BLOCK, ANONYMIZE or NONE
}

// Throughput is provisioned throughput.
type Throughput struct {
	ARN        string `json:"arn"`
	Name       string `json:"name,omitzero"`
	Model      string `json:"model"` // ARN
	Foundation string `json:"foundation,omitzero"`
	Units      int32  `json:"units"`
	Commitment string `json:"commitment,omitzero"`
	Status     string `json:"status,omitzero"`
}

// Quota is a service quota of Bedrock, as applied to the account.
type Quota struct {
	Name       string  `json:"name"`
	Value      float64 `json:"value"`
	Unit       string  `json:"unit,omitzero"`
	Adjustable bool    `json:"adjustable,omitzero"`
}

// Principal is an IAM role or user that calls came from.
type Principal struct {
	ARN  string            `json:"arn"`
	Tags map[string]string `json:"tags,omitempty"`
}

// User is a user of IAM Identity Center.
type User struct {
	Name  string `json:"name"`
	Email string `json:"email,omitzero"`
}

// Span is a thing as it was from one look to another.
type Span[T any] struct {
	First, Last time.Time
	Current     bool // seen so at the newest look that succeeded
	Thing       T
}
