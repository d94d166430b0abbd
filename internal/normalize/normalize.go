// Package normalize makes one event of one decoded record: sub-room bedrock for
// the model-invocation log, cloudtrail for CloudTrail events.
//
// It never prices, names people or stores anything, and never fetches a body
// but through the Opener it is given.
package normalize

import (
	"context"
	"io"

	"seismo/internal/decode"
)

// Opener opens the object behind an s3:// address of a body. It returns an error
// that wraps fs.ErrNotExist when the object is not there.
type Opener func(ctx context.Context, uri string) (io.ReadCloser, error)

// Config says where bodies come from and which CloudTrail sources matter.
type Config struct {
	Bodies       Opener   // nil: bodies in S3 are not looked for
	BodyLimit    int64    // most bytes of one body, decompressed; 0 is 64 MiB
	TrailSources []string // event sources beside those of content/trail, such as "ec2.amazonaws.com"
}

// Unfit says that a record becomes no event, and why. Verdict is Skipped or Bad,
// Reason one of decode's reasons, Detail a sentence without any content.
type Unfit struct {
	Verdict decode.Verdict
	Reason  string
	Detail  string
}

func (u *Unfit) Error() string { return u.Reason + ": " + u.Detail }
