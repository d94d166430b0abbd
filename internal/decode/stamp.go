package decode

import "regexp"

// stamped is how the lines of a log group begin that was exported to S3: the
// event's time, then its text.
var stamped = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z [{P]`)

// stamp passes over the time before an exported event.
func (t *text) stamp() {
	head := t.win.rest()
	if head[0] < '0' || head[0] > '9' {
		return
	}
	t.win.atLeast(maxStamp)
	head = t.win.rest()
	if n := len(stamped.Find(head[:min(len(head), maxStamp)])); n > 0 {
		t.win.drop(n - 1)
	}
}

const maxStamp = 32
