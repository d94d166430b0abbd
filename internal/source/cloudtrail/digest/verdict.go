package digest

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// What a verdict is about.
const (
	OfDigest   = "digest"
	OfBackfill = "backfill" // a digest outside of the chain
	OfLog      = "log"
	OfGap      = "gap" // a time that no digest vouches for
)

// States of a file.
const (
	Valid   = "valid"
	Invalid = "invalid"
	Missing = "missing" // listed, and deleted since
	Unread  = "unread"  // it could not be read, which says nothing of it
	Unknown = "unknown" // a digest of a copy whose signature did not come along
)

// Reasons, in the words of AWS's own tool where it has some.
const (
	reasonFormat    = "invalid format"
	reasonMissing   = "not found"
	reasonHash      = "hash value doesn't match"
	reasonSignature = "signature verification failed"
	reasonMoved     = "has been moved from its original location"
	reasonLink      = "hash value doesn't match the one in the digest that follows"
	reasonLinkSign  = "signature is not the one in the digest that follows"
	reasonOrder     = "names a previous digest that is not older"
	reasonAlgorithm = "unknown algorithm"
)

// Why there is a gap.
const (
	gapStarting = "validation or logging was off"
	gapInside   = "the digests do not join"
	gapNewest   = "there is no newer digest"
)

// Verdict is what was found out about one file, or about a gap between digests.
type Verdict struct {
	Of       string    `json:"of"`
	State    string    `json:"state,omitzero"`
	Bucket   string    `json:"bucket,omitzero"` // "" in a folder
	Key      string    `json:"key,omitzero"`
	Reason   string    `json:"reason,omitzero"`
	From     time.Time `json:"from,omitzero"` // of a gap
	To       time.Time `json:"to,omitzero"`
	Unlinked bool      `json:"unlinked,omitzero"` // of a digest: no other one names it
}

// String is the line that AWS's tool prints of it.
func (v Verdict) String() string {
	if v.Of == OfGap {
		said := "No digest file vouches for the time between %s and %s: " + v.Reason
		if v.Reason == gapStarting {
			said = "No log files were delivered by CloudTrail between %s and %s"
		}
		return fmt.Sprintf(said, v.From.Format(time.RFC3339), v.To.Format(time.RFC3339))
	}
	what := map[string]string{OfDigest: "Digest file", OfBackfill: "(backfill) Digest file", OfLog: "Log file"}[v.Of]
	address := v.Key
	if v.Bucket != "" {
		address = "s3://" + v.Bucket + "/" + v.Key
	}
	state := v.State
	switch v.State {
	case Invalid, Missing:
		state = "INVALID: " + v.Reason
	case Unread, Unknown:
		state = "NOT CHECKED: " + v.Reason
	}
	return strings.Join([]string{what, address, state}, "\t")
}

// Count is how many files are in which state.
type Count struct {
	Valid   int64 `json:"valid"`
	Invalid int64 `json:"invalid"` // the missing ones included, as AWS's tool counts them
	Missing int64 `json:"missing"`
	Unread  int64 `json:"unread"` // could not be read or checked
}

// Total is how many files were looked at.
func (c Count) Total() int64 { return c.Valid + c.Invalid + c.Unread }

func (c *Count) add(state string) {
	switch state {
	case Valid:
		c.Valid++
	case Invalid:
		c.Invalid++
	case Missing:
		c.Invalid++
		c.Missing++
	default:
		c.Unread++
	}
}

// Summary is what a validation found.
type Summary struct {
	From      time.Time `json:"from,omitzero"` // as asked for
	To        time.Time `json:"to"`
	FoundFrom time.Time `json:"found_from,omitzero"` // what valid digests vouch for
	FoundTo   time.Time `json:"found_to,omitzero"`
	Chains    int       `json:"chains"`
	Digests   Count     `json:"digests"`
	Backfills Count     `json:"backfills"`
	Logs      Count     `json:"logs"`
	Empty     int64     `json:"empty"`    // valid digests of hours without a log file
	Starting  int64     `json:"starting"` // valid digests that begin a chain
	Unlinked  int64     `json:"unlinked"` // valid digests that no other digest names
	Gaps      int64     `json:"gaps"`
	Unvouched int64     `json:"unvouched"` // gaps that no digest explains: whoever deletes the newest digests leaves one
	Bytes     int64     `json:"bytes"`     // of log files, decompressed
}

// Invalid says whether anything is wrong with any file.
func (s *Summary) Invalid() bool {
	return s.Digests.Invalid+s.Backfills.Invalid+s.Logs.Invalid > 0
}

// Unchecked says whether there are files, or hours, that nothing can be said of.
func (s *Summary) Unchecked() bool {
	return s.Unvouched > 0 || s.Digests.Unread+s.Backfills.Unread+s.Logs.Unread > 0
}

// Tally counts verdicts while they come. It is safe for concurrent use; the zero
// Tally is ready.
type Tally struct {
	mu   sync.Mutex
	sum  Summary
	tell func(Verdict)
}

// Summary is what was counted so far.
func (t *Tally) Summary() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sum
}

func (t *Tally) change(f func(*Summary)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.sum)
}

// verdict counts v and tells of it, one at a time.
func (t *Tally) verdict(v Verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch v.Of {
	case OfDigest:
		t.sum.Digests.add(v.State)
	case OfBackfill:
		t.sum.Backfills.add(v.State)
	case OfLog:
		t.sum.Logs.add(v.State)
	case OfGap:
		t.sum.Gaps++
		if v.Reason != gapStarting {
			t.sum.Unvouched++
		}
	}
	if v.Unlinked && v.State == Valid {
		t.sum.Unlinked++
	}
	if t.tell != nil {
		t.tell(v)
	}
}
