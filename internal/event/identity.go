package event

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
)

// Envelope holds the facts that make two records of the invocation log the same
// call: they are the same however the record was delivered and whether or not
// its bodies came with it. Counts are those of the envelope, as text, "" when
// the envelope does not name them.
type Envelope struct {
	Account, Region, RequestID   string
	Time                         time.Time
	Operation, ModelRef, Error   string
	Input, Read, Written, Output string
}

// CallID is the id of a call. Records without a request id have nothing to tell
// them apart by but their whole text.
func CallID(e Envelope, raw []byte) string {
	if e.RequestID == "" {
		return digest(KindCall, e.Account, e.Region, string(raw))
	}
	return digest(KindCall, e.Account, e.Region, e.RequestID, e.Time.UTC().Format(time.RFC3339Nano),
		e.Operation, e.ModelRef, e.Error, e.Input, e.Read, e.Written, e.Output)
}

// TrailID is the id of a CloudTrail event, which AWS delivers more than once
// under the same eventID.
func TrailID(account, region, eventID string, raw []byte) string {
	if eventID == "" {
		return digest(KindTrail, account, region, string(raw))
	}
	return digest(KindTrail, account, region, eventID)
}

// FindingID is the id of a finding, of what names it where it was found. What a
// detector writes again about the same thing has the same id.
func FindingID(detector, account, region, name string) string {
	return digest("finding", detector, account, region, name)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	code := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])
	return strings.ToLower(code)
}
