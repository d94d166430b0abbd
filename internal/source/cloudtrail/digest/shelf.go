package digest

import (
	"context"
	"crypto/rsa"
	"errors"
	"io"
	"iter"
	"time"
)

// Shelf is where digests and log files lie. It is safe for concurrent use.
type Shelf interface {
	// Folders returns the folders right below prefix, each with its slash. prefix
	// is "" or ends with one.
	Folders(ctx context.Context, bucket, prefix string) ([]string, error)
	// Keys yields the keys below prefix that come after the given one, in order.
	Keys(ctx context.Context, bucket, prefix, after string) iter.Seq2[string, error]
	// Open opens a file. Its error wraps fs.ErrNotExist when there is none; so may
	// that of reading it.
	Open(ctx context.Context, bucket, key string) (File, error)
}

// File is an open file and what is kept beside it: of a digest its signature and
// when it was made, by the names of the object's metadata.
type File struct {
	io.ReadCloser
	Meta map[string]string
}

// Names in the metadata of digests, without x-amz-meta-.
const (
	metaSignature = "signature"
	metaAlgorithm = "signature-algorithm"
	metaBackfill  = "backfill-generation-timestamp"
)

// Keys finds the public key of a fingerprint that was in use at a time. Regions
// are where it is looked for, the likeliest first. It is safe for concurrent use.
type Keys func(ctx context.Context, fingerprint string, regions []string, at time.Time) (*rsa.PublicKey, error)

// Errors of Keys.
var (
	ErrNoKey  = errors.New("public key not found")
	ErrBadKey = errors.New("unable to load PKCS #1 key")
)
