// Package normalize makes one event of one decoded record: sub-room bedrock for
// the model-invocation log, cloudtrail for CloudTrail events; and one finding of
// what AWS's own detectors write, sub-room finding.
//
// It never prices, names people or stores anything, and never fetches a body
// but through the Opener it is given.
package normalize

import (
	"context"
	"io"

	"seismo/content"
	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/bedrock"
	"seismo/internal/normalize/cloudtrail"
	"seismo/internal/normalize/finding"
	"seismo/internal/normalize/model"
)

// Opener opens the object behind an s3:// address of a body. It returns an error
// that wraps fs.ErrNotExist when the object is not there, and fs.ErrPermission
// when it may not be read. The bytes may be compressed.
type Opener func(ctx context.Context, uri string) (io.ReadCloser, error)

// Config says where bodies come from and which CloudTrail sources matter.
type Config struct {
	Bodies       Opener   // nil: bodies in S3 are not looked for
	BodyLimit    int64    // most bytes of one body, decompressed; 0 is 64 MiB
	TrailSources []string // event sources beside those of content/trail, such as "ec2.amazonaws.com"
}

// ErrElsewhere is an Opener's error for an object that may well exist where it
// does not look: the body's state is then s3 and not missing.
var ErrElsewhere = bedrock.ErrElsewhere

const defaultBodyLimit = 64 << 20

// Unfit says that a record becomes no event, and why. Verdict is Skipped or Bad,
// Reason one of decode's reasons, Detail a sentence without any content.
type Unfit struct {
	Verdict decode.Verdict
	Reason  string
	Detail  string
}

func (u *Unfit) Error() string { return u.Reason + ": " + u.Detail }

// Normalizer makes events of records. It is safe for concurrent use.
type Normalizer struct {
	calls *bedrock.Reader
	trail *cloudtrail.Reader
}

// New loads the model catalogue and the list of CloudTrail sources. It fails
// only when the embedded content is broken.
func New(cfg Config) (*Normalizer, error) {
	models, err := model.Load(content.FS)
	if err != nil {
		return nil, err
	}
	trail, err := cloudtrail.New(content.FS, models, cfg.TrailSources)
	if err != nil {
		return nil, err
	}
	limit := cfg.BodyLimit
	if limit <= 0 {
		limit = defaultBodyLimit
	}
	calls := &bedrock.Reader{Models: models, Open: bedrock.Opener(cfg.Bodies), Limit: limit}
	return &Normalizer{calls: calls, trail: trail}, nil
}

// Event makes the event of one good item. The error is an *Unfit when the record
// becomes no event, and otherwise the context's, when it ended while a body was
// read; then the same item may be tried again.
func (n *Normalizer) Event(ctx context.Context, item decode.Item) (event.Event, error) {
	if item.Verdict != decode.Good || item.Doc.Kind() != jsondoc.Object {
		return event.Event{}, bad("the record is not a JSON object")
	}
	switch item.Kind {
	case decode.Invocation:
		return n.calls.Call(ctx, item.Doc, item.Raw, item.Origin)
	case decode.Trail:
		return n.trailEvent(item)
	}
	return event.Event{}, bad("the record is of no kind that becomes an event")
}

// Finding makes the finding of one good item whose kind is one of findings. The
// error is an *Unfit when the record is none.
func (n *Normalizer) Finding(_ context.Context, item decode.Item) (event.Finding, error) {
	if item.Verdict != decode.Good || item.Doc.Kind() != jsondoc.Object {
		return event.Finding{}, bad("the record is not a JSON object")
	}
	switch item.Kind {
	case decode.Insight:
		return finding.Insight(item.Doc, item.Origin), nil
	case decode.GuardDuty:
		return finding.GuardDuty(item.Doc, item.Origin), nil
	}
	return event.Finding{}, bad("the record is of no kind that becomes a finding")
}

func (n *Normalizer) trailEvent(item decode.Item) (event.Event, error) {
	ev, skip, err := n.trail.Event(item.Doc, item.Origin)
	switch {
	case err != nil:
		return event.Event{}, bad(err.Error())
	case skip:
		return event.Event{}, &Unfit{decode.Skipped, decode.SkipEventSource, "events of this source are not listened to"}
	}
	return ev, nil
}

func bad(detail string) *Unfit {
	return &Unfit{Verdict: decode.Bad, Reason: decode.BadRecord, Detail: detail}
}
