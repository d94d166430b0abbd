// Package finding makes findings of what AWS's own detectors write: CloudTrail
// Insights and GuardDuty.
//
// It never judges by itself, never refuses a record for what it lacks, and
// never drops one: those of other services than Bedrock are findings too.
package finding

import (
	"time"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// longest is how many bytes of a text are kept in a column; the whole of it
// stays in Raw.
const longest = 512

// short is a text cut to the length of a column, at a character's end.
func short(s string) string {
	if len(s) <= longest {
		return s
	}
	cut := longest
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// instant is the first of the values that is a time.
func instant(values ...jsondoc.Value) time.Time {
	for _, v := range values {
		if at, err := time.Parse(time.RFC3339Nano, v.Str()); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// text reads a string, or a number as it is written.
func text(v jsondoc.Value) string {
	if v.Kind() == jsondoc.Number {
		return string(v.Raw())
	}
	return v.Str()
}

// named fills what every finding has, and gives it its id: from name, which the
// detector gave it, or from its whole text when it has none.
func named(f event.Finding, doc jsondoc.Value, name string, origin event.Origin) event.Finding {
	f.Origin, f.Raw = origin, doc.Raw()
	if name == "" {
		name = string(f.Raw)
	}
	f.ID = event.FindingID(f.Detector, f.Account, f.Region, name)
	f.Rule, f.Title, f.Principal, f.Resource = short(f.Rule), short(f.Title), short(f.Principal), short(f.Resource)
	return f
}
