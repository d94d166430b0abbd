package decode

import "bytes"

// isListName knows the members under which AWS puts lists of records: CloudTrail
// files, Lambda events, Firehose requests, FilterLogEvents, LookupEvents,
// Insights results. logEvents is not among them: its elements need what stands
// around them.
func isListName(name string) bool {
	switch name {
	case "Records", "records", "events", "Events", "results":
		return true
	}
	return false
}

// maxListHead is how far into an object such a member is looked for.
const maxListHead = 4 << 10

// memberList looks through an object's first members, as long as they are
// scalars, for a list of records. It returns the length of what stands before
// the first element, 0 when there is no such list.
func (t *text) memberList() int {
	b := t.win.rest()
	b = b[:min(len(b), maxListHead)]
	for at := 1; ; at++ {
		name, next := t.memberName(b, at)
		if next == 0 || next >= len(b) || b[next] == '{' || name == "schemaType" {
			return 0
		}
		if b[next] == '[' {
			if isListName(name) {
				return next + 1
			}
			return 0
		}
		n, err := t.parser.Prefix(b[next:], false)
		if err != nil {
			return 0
		}
		at = next + n
		if at += spaces(b[at:]); at >= len(b) || b[at] != ',' {
			return 0
		}
	}
}

// memberName reads a name and its colon; next is the place of the value, 0 when
// there is none.
func (t *text) memberName(b []byte, at int) (name string, next int) {
	at += spaces(b[at:])
	if at >= len(b) || b[at] != '"' {
		return "", 0
	}
	end := at + 1 + bytes.IndexByte(b[at+1:], '"') // a name with escapes is none that is looked for
	if end <= at || end+1 >= len(b) {
		return "", 0
	}
	next = end + 1 + spaces(b[end+1:])
	if next >= len(b) || b[next] != ':' {
		return "", 0
	}
	next++
	return string(b[at+1 : end]), next + spaces(b[next:])
}

func spaces(b []byte) int { return len(b) - len(bytes.TrimLeft(b, blanks)) }
