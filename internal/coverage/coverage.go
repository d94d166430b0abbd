// Package coverage is the meter of what seismo is blind to. For each account,
// Region, endpoint and hour it holds four counts against one another: calls that
// CloudWatch counted, that CloudTrail saw, whose log records AWS delivered, and
// that are stored. What does not add up is a gap, with its cause as far as the
// counts prove it and a remedy.
//
// It never asks AWS anything and never guesses a cause: where the counts do not
// tell, the state is unknown and says so.
package coverage

import "time"

// State is what the counts of one place say of one hour.
type State string

// The states, the gravest first.
const (
	LoggingOff      State = "logging_off"      // model invocation logging was off, and there were calls
	DeliveryFailing State = "delivery_failing" // Bedrock could not write its records
	Unread          State = "unread"           // AWS delivered records that are not stored
	Unknown         State = "unknown"          // calls are missing, and nothing tells why
	BodyLost        State = "body_lost"        // every call has a row, some have no body
	NoContent       State = "no_content"       // calls of a kind that no log holds: CloudTrail and CloudWatch only
	Excess          State = "excess"           // more calls are stored than CloudWatch counted
	NoMetrics       State = "no_metrics"       // rows, but no count of CloudWatch to hold them against
	Late            State = "late"             // younger than the lag that AWS takes; too early to tell
	Complete        State = "complete"         // every call that CloudWatch counted has a row
	Quiet           State = "quiet"            // no calls
)

// States returns all states, the gravest first.
func States() []State {
	return []State{LoggingOff, DeliveryFailing, Unread, Unknown, BodyLost, NoContent, Excess, NoMetrics, Late, Complete, Quiet}
}

// Gap tells whether calls or bodies are missing, or may be.
func (s State) Gap() bool {
	switch s {
	case LoggingOff, DeliveryFailing, Unread, Unknown, BodyLost, NoContent, NoMetrics, Excess:
		return true
	}
	return false
}

// Endpoints of a place.
const (
	Runtime = "runtime" // bedrock-runtime, which has invocation logging
	Mantle  = "mantle"  // bedrock-mantle, which has none
)

// Place is where calls are counted apart.
type Place struct {
	Account  string `json:"account"`
	Region   string `json:"region"`
	Endpoint string `json:"endpoint"` // Runtime or Mantle
}

// Count is what is known of one place in one hour.
type Count struct {
	Place
	Hour     time.Time // its beginning, UTC
	Metrics  *Metrics  // nil when CloudWatch's counts were not collected over the whole hour
	Trail    *Trail    // nil when no CloudTrail event of the place is known
	Stored   int64     // rows of the invocation log
	Answered int64     // of these, the calls that succeeded
	NoBody   int64     // of these, the calls that lost a body; a body that logging was told not to deliver is not lost
	Logging  Logging
}

// Metrics are CloudWatch's counts.
type Metrics struct {
	Invocations int64
	Errors      int64  // client and server errors; throttled calls stand in neither count
	Delivered   *int64 // records that Bedrock wrote, to the destination that got more; nil when it never said
	Failed      int64  // records that it could not write
	LargeFailed int64  // bodies over 100 KB that it could not write
}

// Trail are CloudTrail's counts of model calls.
type Trail struct {
	Seen     int64 // events, those that are joined with their row included
	Alone    int64 // successful calls of logged operations without a row
	Unlogged int64 // successful calls of operations that no log holds, such as bidirectional streams
}

// Row is one place in one hour, judged.
type Row struct {
	Place
	Hour    time.Time `json:"hour"`
	State   State     `json:"state"`
	Why     string    `json:"why"`               // one sentence
	Metric  *int64    `json:"metric,omitzero"`   // calls by CloudWatch; absent when not collected
	Trail   *int64    `json:"trail,omitzero"`    // calls by CloudTrail; absent when it is not read
	Logs    *int64    `json:"logs,omitzero"`     // records that AWS delivered; absent when it does not tell
	Stored  int64     `json:"stored"`            // rows
	Missing int64     `json:"missing,omitzero"`  // calls without a row, at least
	Excess  int64     `json:"excess,omitzero"`   // rows above CloudWatch's count
	NoBody  int64     `json:"no_body,omitzero"`  // rows that lost a body
	Logging Logging   `json:"logging,omitempty"` // as far as it is known
}

// Calls is how many calls there were, as far as anything tells. What an hour may
// still bring is not among them.
func (r Row) Calls() int64 {
	switch {
	case r.Endpoint == Mantle:
		return r.Missing
	case r.State == Late:
		return r.Stored
	}
	return r.Stored + r.Missing
}
