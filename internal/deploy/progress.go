package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// silence is how long nothing may be said while CloudFormation works.
const silence = 30 * time.Second

// verbs are the ends of what is done to a resource, as they are told.
var verbs = map[string]string{
	"CREATE_COMPLETE": "made", "UPDATE_COMPLETE": "changed", "DELETE_COMPLETE": "removed", "DELETE_SKIPPED": "stays",
	"IMPORT_COMPLETE": "taken in", "CREATE_FAILED": "FAILED", "UPDATE_FAILED": "FAILED", "DELETE_FAILED": "FAILED", "IMPORT_FAILED": "FAILED",
	"UPDATE_ROLLBACK_COMPLETE": "put back", "ROLLBACK_COMPLETE": "put back",
}

// progress tells what an event says: one line when a resource is done, none when
// it begins, and none for what is only a consequence of another failure.
func (t *Tool) progress(s *stack, seen *events, e types.StackEvent) {
	id, status, reason := aws.ToString(e.LogicalResourceId), string(e.ResourceStatus), aws.ToString(e.ResourceStatusReason)
	if id == s.name {
		if strings.Contains(status, "ROLLBACK_IN_PROGRESS") || status == "DELETE_IN_PROGRESS" && seen.begun {
			t.tell("  %s: CloudFormation takes it back (%s)", s.name, status)
		}
		return
	}
	at := aws.ToTime(e.Timestamp)
	if strings.HasSuffix(status, "_IN_PROGRESS") {
		if _, ok := seen.open[id]; !ok {
			seen.open[id] = at
		}
		return
	}
	begun, timed := seen.open[id]
	delete(seen.open, id)
	verb, known := verbs[status]
	if !known {
		verb = strings.ToLower(status)
	}
	if verb == "FAILED" && consequence(reason) {
		return
	}
	if verb != "FAILED" {
		reason = ""
	}
	took := ""
	// Shorter than that is no news.
	if d := at.Sub(begun); timed && d >= 5*time.Second {
		took = " (" + d.Round(time.Second).String() + ")"
	}
	if reason != "" {
		reason = ": " + reason
	}
	t.tell("  %-8s %-20s %s%s%s", verb, id, aws.ToString(e.ResourceType), took, reason)
	seen.spoke = t.opt.Now()
}

// waiting says what is waited for when nothing was said for a while.
func (t *Tool) waiting(s *stack, seen *events) {
	now := t.opt.Now()
	if seen.spoke.IsZero() {
		seen.spoke, seen.since = now, now
	}
	if now.Sub(seen.spoke) < silence {
		return
	}
	seen.spoke = now
	whom := "CloudFormation"
	if ids := slices.Sorted(maps.Keys(seen.open)); len(ids) > 0 {
		whom = strings.Join(ids[:min(len(ids), 4)], ", ")
		if len(ids) > 4 {
			whom += fmt.Sprintf(" and %d more", len(ids)-4)
		}
	}
	t.tell("  … %s: waiting for %s (%s, %s)", s.name, whom, now.Sub(seen.since).Round(time.Second), s.status)
}
