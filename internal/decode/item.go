// Package decode turns the bytes of an object into records: it looks through
// compression, envelopes and framing, and says of every piece whether it is a
// record, something to skip, or something that cannot be read.
//
// It never interprets a record's fields beyond telling its kind, never fetches
// anything, and never loses a piece: everything it reads comes out as an Item.
package decode

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// Verdict says what became of a piece.
type Verdict uint8

// The verdicts.
const (
	Good    Verdict = iota // a record of a known kind
	Skipped                // known not to be a record
	Bad                    // cannot be read; goes to quarantine
)

// Kind is the kind of a good record.
type Kind uint8

// The kinds of record.
const (
	Invocation Kind = iota + 1 // ModelInvocationLog
	Trail                      // CloudTrail event
	Insight                    // CloudTrail Insights event: a finding
	GuardDuty                  // GuardDuty finding
)

// OfFinding says that the record is a finding, not an event.
func (k Kind) OfFinding() bool { return k != Invocation && k != Trail }

// Item is one piece of an object. Where more than 20,000 bad pieces follow each
// other the rest of them are one item.
type Item struct {
	Verdict Verdict
	Kind    Kind          // of a good item
	Raw     []byte        // the record's own text; of a bad item its first bytes (at most KeepBad)
	Doc     jsondoc.Value // of a good item: Raw, parsed
	Origin  event.Origin  // Line is nil when the piece is the whole object
	Reason  string        // of skipped and bad items: one of the Reason constants
	Detail  string        // of bad items: one sentence for people; never any content
	SHA256  string        // of bad items: hex digest of the whole piece
	Size    int64         // bytes of the whole piece
}

// KeepBad is how much of a bad piece is kept for a later retry.
const KeepBad = 1 << 20

// Limits bound what an object may cost. A limit that is reached is said in a
// bad item; what could be read before it stays good.
type Limits struct {
	Line     int64 // longest record in bytes; longer ones are bad, the rest of the object goes on
	Expanded int64 // most bytes out of one object
	Ratio    int64 // most bytes out for one byte in, after the first 64 MiB out
	Layers   int   // most layers of compression and envelopes
}

// DefaultLimits are 64 MiB lines, 64 GiB objects, 400:1, six layers.
func DefaultLimits() Limits {
	return Limits{Line: 64 << 20, Expanded: 64 << 30, Ratio: 400, Layers: 6}
}

// Reasons for skipping.
const (
	SkipEmpty           = "empty"            // a blank line, an empty object, a file without content
	SkipPermissionCheck = "permission_check" // amazon-bedrock-logs-permission-check, the CloudWatch sentence
	SkipDigest          = "cloudtrail_digest"
	SkipTestEvent       = "s3_test_event"
	SkipControl         = "control_message" // CloudWatch Logs CONTROL_MESSAGE
	SkipLargeBody       = "large_body"      // body objects under …/data/
	SkipChanged         = "changed"         // an object that was overwritten before it was read; the newer one is its own
	SkipEventSource     = "event_source"    // CloudTrail event of a source that is not listened to
)

// Reasons for quarantine.
const (
	BadJSON        = "bad_json"
	BadUnknown     = "unknown_kind" // a JSON object that is no known kind of record
	BadNotObject   = "not_an_object"
	BadTooLong     = "too_long" // over Limits.Line, or more values than jsondoc.MaxValues
	BadTooDeep     = "too_deep"
	BadExpansion   = "expansion_limit"
	BadLayers      = "layer_limit"
	BadCompression = "bad_compression" // truncated or corrupt gzip or zstd, or garbage behind it
	BadEnvelope    = "bad_envelope"    // base64 or payload of a subscription, Kinesis or Firehose record
	BadRecord      = "bad_record"      // known kind, but unusable
	BadRead        = "read_error"
	BadGone        = "gone"    // an object that was deleted before it was read
	BadRefused     = "refused" // told of by somebody whom the configuration does not trust: never read
)
