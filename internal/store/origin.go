package store

import (
	"cmp"
	"fmt"
	"strings"

	"seismo/internal/event"
)

// CompareOrigin orders the places a record may come from, so that of two equal
// records always the same one is named, whichever was read first. What is absent
// comes last.
func CompareOrigin(a, b event.Origin) int {
	return cmp.Or(
		absentLast(a.Bucket, b.Bucket), absentLast(a.Key, b.Key), linesAbsentLast(a.Line, b.Line),
		absentLast(a.ETag, b.ETag), absentLast(a.Group, b.Group), absentLast(a.Stream, b.Stream),
		absentLast(a.EventID, b.EventID))
}

func absentLast(a, b string) int {
	if (a == "") != (b == "") {
		return -cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

func linesAbsentLast(a, b *int64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(*a, *b)
}

// originOrder is text that sorts as CompareOrigin does.
func originOrder(o event.Origin) string {
	var b strings.Builder
	for _, s := range []string{o.Bucket, o.Key, line(o.Line), o.ETag, o.Group, o.Stream, o.EventID} {
		if s == "" {
			s = "\U0010FFFF"
		}
		b.WriteString(s)
		b.WriteByte('\t')
	}
	return b.String()
}

func line(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("%020d", *n)
}
