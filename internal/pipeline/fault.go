package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"seismo/internal/decode"
	"seismo/internal/source"
)

// giveUpAfter is how often an object that is gone is looked for. A deletion
// stays; but S3-compatible stores answer "no such key" also while they move data.
const giveUpAfter = 3

// fail decides what becomes of an object that was not read to its end. One that
// is gone for good goes to quarantine with that reason, one that was overwritten
// is skipped (the newer one is an object of its own), one that is not to be read
// goes to quarantine at once; any other stays a trouble and comes again.
func (w *worker) fail(o source.Object) {
	var fault *source.Fault
	kind, detail := source.Unknown, w.failed.Error()
	if errors.As(w.failed, &fault) {
		kind = fault.Kind
		if fault.Remedy != "" {
			detail += "; " + fault.Remedy
		}
	}
	switch {
	case kind == source.Gone && o.Attempt >= giveUpAfter:
		w.keep(o, decode.BadGone, detail, nil)
	case kind == source.Refused:
		w.keep(o, decode.BadRefused, detail, fault.Carried)
	case kind == source.Changed:
		w.reading.entry.Read++
		w.piece.tally.read++
		w.skip(decode.SkipChanged)
		w.failed = nil
	case o.ID != "":
		w.piece.batch.Troubles = append(w.piece.batch.Troubles, trouble(w.cfg.Name, o, kind, detail))
	}
	w.meter.failed(o, kind, w.failed)
}

// keep puts an object that was never read into quarantine, with the bytes that
// came with it, and lets it be settled.
func (w *worker) keep(o source.Object, reason, detail string, bytes []byte) {
	of := bytes
	if of == nil {
		of = []byte(o.ID) // of its name: nothing of it was seen
	}
	sum := sha256.Sum256(of)
	w.reading.entry.Read++
	w.reading.entry.Quarantined++
	w.piece.tally.read++
	count(&w.piece.tally.bad, reason, 1)
	w.piece.batch.Bad = append(w.piece.batch.Bad, decode.Item{Verdict: decode.Bad, Reason: reason, Detail: detail, Origin: o.Origin,
		Raw: bytes[:min(len(bytes), decode.KeepBad)], Size: int64(len(bytes)), SHA256: hex.EncodeToString(sum[:])})
	w.failed = nil
}

// Waits until a listing tries a troubled object again.
const (
	firstRetry = time.Minute
	mostRetry  = time.Hour
)

func trouble(name string, o source.Object, kind source.Kind, detail string) source.Trouble {
	now := time.Now().UTC()
	wait := firstRetry << min(max(o.Attempt-1, 0), 6)
	return source.Trouble{Object: o, Source: name, Fault: kind, Detail: detail,
		Attempts: max(o.Attempt, 1), First: now, Last: now, Next: now.Add(min(wait, mostRetry))}
}

// A large body can land up to a minute after the record that refers to it. Its
// log object is read again a few times then; the fuller record replaces the row.
const (
	lateTries = 3
	lateFor   = time.Hour // since the object was written
)

// lateBodies is why an object comes again whose records lack bodies that may still
// come; nil when it was waited for long enough.
func lateBodies(o source.Object) error {
	if o.ID == "" || o.Attempt > lateTries || time.Since(o.Modified) > lateFor {
		return nil
	}
	return &source.Fault{Kind: source.Late, What: "read the large bodies of " + o.Origin.Key,
		Remedy: "its records are stored; it is read again, and the bodies are added when they are there"}
}
