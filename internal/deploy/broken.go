package deploy

import (
	"context"
	"strings"
)

// broken is the error of a run that somebody interrupted: what it had begun by
// then, and how to go on. Of the call that was given up nobody knows whether it
// came through; the next run looks.
func (t *Tool) broken(err error, done []string, otherwise string) error {
	at, _, _ := strings.Cut(err.Error(), ": operation error ") // which is all that the SDK knows of it
	at = strings.TrimSuffix(at, ": "+context.Canceled.Error())
	so := "nothing was changed before that"
	if len(done) > 0 {
		so = "done or begun before that: " + strings.Join(done, ", ")
	}
	return &Error{What: "interrupted at: " + at, Unchanged: so + "; CloudFormation ends by itself what it has begun",
		Remedy: "Go on from there with: " + t.again(otherwise) + "; `seismo deploy status` shows what is there", Err: err}
}
