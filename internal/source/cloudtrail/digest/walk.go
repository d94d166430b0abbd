package digest

import (
	"context"
	"strings"
	"time"
)

// place is the folder of a Region's digests.
type place struct{ bucket, folder string }

// walk goes along one chain.
type walk struct {
	*validator
	chain Chain
	place place
	left  []string // keys that were listed and not reached yet, the newest last
}

// quiet is how long after a digest the next one may be missing before the time
// since is told as a gap: they come hourly, some while after the hour.
const quiet = 3 * time.Hour

// backwards follows previousDigest from the newest digest on. Where the chain is
// broken it goes on with the next older digest that lies there.
func (w *walk) backwards(ctx context.Context) error {
	key := w.pop("")
	if n, ok := parseName(key); ok && !w.cfg.Copy && w.cfg.To.Sub(n.end) > quiet { // of a copy nobody knows when it was made
		w.tally.verdict(Verdict{Of: OfGap, From: n.end, To: w.cfg.To, Reason: gapNewest})
	}
	var after *Digest // the digest that names key
	for key != "" {
		if n, ok := parseName(key); ok && n.end.Before(w.cfg.From) {
			return nil
		}
		d, err := w.visit(ctx, key, after, false)
		if err != nil {
			return err
		}
		if d != nil && after != nil && d.End.Before(after.Start) {
			w.tally.verdict(Verdict{Of: OfGap, From: d.End, To: after.Start, Reason: gapInside})
		}
		if key, after, err = w.older(ctx, key, d); err != nil {
			return err
		}
	}
	return nil
}

// older is the key of the digest before the one at key, and the digest that names
// it, nil when none does. d is nil when the one at key is not to be believed.
func (w *walk) older(ctx context.Context, key string, d *Digest) (string, *Digest, error) {
	switch {
	case d == nil:
		return w.pop(key), nil, nil
	case d.Previous.Key == "":
		next := w.pop(key)
		if n, ok := parseName(next); ok && n.end.Before(d.Start) {
			w.tally.verdict(Verdict{Of: OfGap, From: n.end, To: d.Start, Reason: gapStarting})
		}
		return next, nil, nil
	}
	previous := d.Previous.Key
	if w.cfg.Copy {
		previous = w.copied(previous)
	} else if d.Previous.Bucket != w.place.bucket {
		if err := w.move(ctx, d.Previous); err != nil {
			return "", nil, err
		}
	}
	n, ok := parseName(previous)
	if here, _ := parseName(key); !ok || !n.end.Before(here.end) {
		w.tally.verdict(Verdict{Of: OfDigest, State: Invalid, Bucket: w.place.bucket, Key: key, Reason: reasonOrder})
		return w.pop(key), nil, nil
	}
	return previous, d, w.unlinked(ctx, previous, n.end)
}

// unlinked visits the digests that lie between two that are linked.
func (w *walk) unlinked(ctx context.Context, previous string, end time.Time) error {
	for len(w.left) > 0 {
		key := w.left[len(w.left)-1]
		n, ok := parseName(key)
		if ok && !n.end.After(end) {
			if key == previous {
				w.left = w.left[:len(w.left)-1]
			}
			return nil
		}
		w.left = w.left[:len(w.left)-1]
		if _, err := w.visit(ctx, key, nil, true); err != nil {
			return err
		}
	}
	return nil
}

// pop takes the newest key that was listed and is older than before; "" when
// there is none. An empty before is later than any.
func (w *walk) pop(before string) string {
	limit, bounded := parseName(before)
	for len(w.left) > 0 {
		key := w.left[len(w.left)-1]
		w.left = w.left[:len(w.left)-1]
		if n, ok := parseName(key); ok && (!bounded || n.end.Before(limit.end)) {
			return key
		}
	}
	return ""
}

// copied is where in a copy a file lies that CloudTrail wrote to key.
func (w *walk) copied(key string) string {
	above, _, _ := strings.Cut("/"+w.place.folder, "/"+logsFolder)
	return strings.TrimPrefix(above+"/"+fromLogs(key), "/")
}

// move goes on in another bucket, which the trail wrote to before.
func (w *walk) move(ctx context.Context, previous Link) error {
	w.place.bucket = previous.Bucket
	if folder, ok := regionFolder(previous.Key); ok {
		w.place.folder = folder
	}
	chains, _, err := w.list(ctx, w.place.bucket, w.place.folder)
	w.left = chains[w.chain]
	return err
}

// regionFolder is the folder of a Region's digests that a digest lies in.
func regionFolder(key string) (string, bool) {
	at := strings.LastIndex("/"+key, "/"+digestFolder)
	if at < 0 {
		return "", false
	}
	region, _, ok := strings.Cut(key[at+len(digestFolder):], "/")
	return key[:at+len(digestFolder)] + region + "/", ok
}
