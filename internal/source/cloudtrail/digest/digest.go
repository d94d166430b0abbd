// Package digest validates CloudTrail's log files against the digests that
// CloudTrail writes beside them: every hour one file that lists the hour's log
// files with their hashes, is signed by AWS, and names the digest before it. It
// finds log files that were changed or deleted, digests that were, and hours
// that nothing vouches for, as `aws cloudtrail validate-logs` does, and says so in
// the same words.
//
// It never changes or repairs anything, never keeps what it reads, and never
// calls something valid that it could not read.
package digest

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"

	"seismo/internal/jsondoc"
)

// Digest is one digest file. Names are those of CloudTrail's "digest file
// structure".
type Digest struct {
	Account     string
	Start, End  time.Time // of the hour whose deliveries it lists
	Bucket, Key string    // where CloudTrail wrote it
	Fingerprint string    // of the public key that its signature is checked with
	Algorithm   string    // "SHA256withRSA"
	Previous    Link
	Logs        []Log

	endText string // End as it is written, which is what was signed
}

// Link is what a digest says of the one before it. Key is "" in a starting
// digest: the first one after validation was turned on, or on again.
type Link struct {
	Bucket, Key string
	Hash        string // hex SHA-256 of the content, decompressed
	Signature   string // hex
}

// Log is a log file that a digest lists.
type Log struct {
	Bucket, Key string
	Hash        string // hex SHA-256 of the content, decompressed
	Algorithm   string // "SHA-256"
}

// ErrFormat says that a file is no digest.
var ErrFormat = errors.New("invalid format")

// maxDigest is the longest digest that is read. One log file takes about 400
// bytes of it, and an hour of the largest accounts has some ten thousand.
const maxDigest = 64 << 20

// inflate reads a digest file, which is one gzip stream, to its end.
func inflate(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	content, err := io.ReadAll(io.LimitReader(z, maxDigest+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(content) > maxDigest {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrFormat, maxDigest>>20)
	}
	return content, nil
}

// Parse reads the content of a digest file, decompressed. The error wraps
// ErrFormat.
func Parse(content []byte) (Digest, error) {
	doc, err := jsondoc.Parse(content)
	if err != nil {
		return Digest{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	d := Digest{
		Account:     doc.Get("awsAccountId").Str(),
		Bucket:      doc.Get("digestS3Bucket").Str(),
		Key:         doc.Get("digestS3Object").Str(),
		Fingerprint: doc.Get("digestPublicKeyFingerprint").Str(),
		Algorithm:   doc.Get("digestSignatureAlgorithm").Str(),
		Previous: Link{
			Bucket:    doc.Get("previousDigestS3Bucket").Str(),
			Key:       doc.Get("previousDigestS3Object").Str(),
			Hash:      doc.Get("previousDigestHashValue").Str(),
			Signature: doc.Get("previousDigestSignature").Str(),
		},
		endText: doc.Get("digestEndTime").Str(),
	}
	var startErr, endErr error
	d.Start, startErr = time.Parse(time.RFC3339, doc.Get("digestStartTime").Str())
	d.End, endErr = time.Parse(time.RFC3339, d.endText)
	switch {
	case startErr != nil || endErr != nil:
		return Digest{}, fmt.Errorf("%w: no digestStartTime or digestEndTime", ErrFormat)
	case d.Bucket == "" || d.Key == "" || d.Fingerprint == "":
		return Digest{}, fmt.Errorf("%w: digestS3Bucket, digestS3Object or digestPublicKeyFingerprint is missing", ErrFormat)
	case doc.Get("previousDigestSignature").Kind() == jsondoc.Missing:
		return Digest{}, fmt.Errorf("%w: previousDigestSignature is missing", ErrFormat)
	}
	d.Start, d.End = d.Start.UTC(), d.End.UTC()
	d.Logs, err = logsOf(doc.Get("logFiles"))
	return d, err
}

func logsOf(list jsondoc.Value) ([]Log, error) {
	if list.Exists() && list.Kind() != jsondoc.Array {
		return nil, fmt.Errorf("%w: logFiles is no list", ErrFormat)
	}
	logs := make([]Log, 0, list.Len())
	for file := range list.Items() {
		log := Log{
			Bucket:    file.Get("s3Bucket").Str(),
			Key:       file.Get("s3Object").Str(),
			Hash:      file.Get("hashValue").Str(),
			Algorithm: file.Get("hashAlgorithm").Str(),
		}
		if log.Bucket == "" || log.Key == "" || log.Hash == "" {
			return nil, fmt.Errorf("%w: an entry of logFiles without a name or a hash", ErrFormat)
		}
		logs = append(logs, log)
	}
	return logs, nil
}
