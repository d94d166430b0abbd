package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"
)

// visit checks the digest at key, tells of it, and hands its log files to be
// checked. after is the digest that names it, nil when none does. It returns the
// digest as far as the chain may be followed from it, else nil.
func (w *walk) visit(ctx context.Context, key string, after *Digest, unlinked bool) (*Digest, error) {
	n, _ := parseName(key)
	v := Verdict{Of: OfDigest, State: Valid, Bucket: w.place.bucket, Key: key, Unlinked: unlinked}
	if n.backfill {
		v.Of = OfBackfill
	}
	d, state, reason := w.check(ctx, key, n, after)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v.State, v.Reason = state, reason
	w.tally.verdict(v)
	switch state {
	case Unknown:
		return d, nil
	case Valid:
	default:
		return nil, nil
	}
	w.found(d)
	for _, log := range d.Logs {
		if w.cfg.Copy {
			log.Bucket, log.Key = w.place.bucket, w.copied(log.Key)
		}
		if err := w.logs.hand(ctx, log); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// check reads one digest and says what is wrong with it.
func (w *walk) check(ctx context.Context, key string, n name, after *Digest) (d *Digest, state, reason string) {
	var content []byte
	meta, state, reason := w.read(ctx, w.place.bucket, key, func(r io.Reader) (err error) {
		content, err = inflate(r)
		return err
	})
	if state != Valid {
		return nil, state, reason
	}
	parsed, err := Parse(content)
	if err != nil {
		return nil, Invalid, reasonFormat
	}
	d = &parsed
	if w.moved(d, key) {
		return nil, Invalid, reasonMoved
	}
	at, ok := signedAt(d, n, meta)
	if !ok && !w.cfg.Copy {
		return nil, Invalid, reasonFormat
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	signature := w.signatureOf(meta, after)
	if signature == "" && w.cfg.Copy {
		return d, Unknown, "its signature did not come along, and no later digest holds it"
	}
	reason, err = d.signature(ctx, w.cfg.Keys, n, at, hash, signature)
	switch {
	case err != nil:
		return nil, Unread, err.Error()
	case reason != "":
		return nil, Invalid, reason
	}
	return d.linked(after, hash, signature)
}

// linked holds a digest that AWS signed against the one that names it.
func (d *Digest) linked(after *Digest, hash, signature string) (*Digest, string, string) {
	switch {
	case after == nil:
	case !strings.EqualFold(after.Previous.Hash, hash):
		return nil, Invalid, reasonLink
	case !strings.EqualFold(after.Previous.Signature, signature):
		return nil, Invalid, reasonLinkSign
	}
	return d, Valid, ""
}

// signatureOf is the signature that lies beside the digest, of a copy the one that
// the next digest holds where there is none.
func (w *walk) signatureOf(meta map[string]string, after *Digest) string {
	if w.cfg.Copy && meta[metaSignature] == "" && after != nil {
		return after.Previous.Signature
	}
	if meta[metaAlgorithm] == "" && !w.cfg.Copy {
		return ""
	}
	return meta[metaSignature]
}

// signedAt is when the key was in use that a digest is signed with; ok is false
// when a backfill does not say so.
func signedAt(d *Digest, n name, meta map[string]string) (at time.Time, ok bool) {
	if !n.backfill {
		return d.End, true
	}
	made, err := time.Parse(time.RFC3339, meta[metaBackfill])
	if err != nil {
		return d.End, false
	}
	return made, true
}

// moved says whether a digest lies elsewhere than where CloudTrail wrote it.
func (w *walk) moved(d *Digest, key string) bool {
	if w.cfg.Copy {
		return fromLogs(d.Key) != fromLogs(key)
	}
	return d.Bucket != w.place.bucket || d.Key != key
}

// readTries is how often a file is read whose reading breaks off.
const readTries = 3

// read opens a file and has it used, and returns what is kept beside it. An error
// of use says that the file is not what it should be, unless reading broke off.
func (v *validator) read(ctx context.Context, bucket, key string, use func(io.Reader) error) (meta map[string]string, state, reason string) {
	for range readTries {
		file, err := v.cfg.Shelf.Open(ctx, bucket, key)
		if err != nil {
			state, reason = unopened(err)
			return nil, state, reason
		}
		from := &tap{r: file}
		err = use(from)
		_ = file.Close() // it was only read
		if from.err != nil {
			state, reason = unopened(from.err)
			continue
		}
		if err != nil {
			return nil, Invalid, reasonFormat
		}
		return file.Meta, Valid, ""
	}
	return nil, state, reason
}

// unopened tells a file that is not there from one that cannot be read.
func unopened(err error) (state, reason string) {
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, reasonMissing
	}
	return Unread, err.Error()
}

// tap remembers why reading stopped, so that a cut connection is not taken for a
// file that was tampered with.
type tap struct {
	r   io.Reader
	err error // nil at the end
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
	}
	return n, err
}
