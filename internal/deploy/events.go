package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// events are those of a stack that were told already, and the reasons of
// failures among the others.
type events struct {
	known    map[string]bool
	failures []string
	remedy   string               // of the first failure about which something is known
	begun    bool                 // CloudFormation said something new of the stack itself
	open     map[string]time.Time // resources that were begun, by when

	spoke, since time.Time // when something was told last, and when the waiting began
}

func noEvents() *events { return &events{known: map[string]bool{}, open: map[string]time.Time{}} }

// Error is something that could not be done: what happened, what was and was not
// changed, and how to go on.
type Error struct {
	What      string
	Reasons   []string // as CloudFormation gives them, the first cause first
	Unchanged string
	Remedy    string
	Err       error
}

func (e *Error) Error() string {
	text := e.What
	if len(e.Reasons) > 0 {
		text += ": " + strings.Join(e.Reasons, "; ")
	}
	if e.Unchanged != "" {
		text += "; " + e.Unchanged
	}
	return text
}

// Hint is how to go on.
func (e *Error) Hint() string { return e.Remedy }

func (e *Error) Unwrap() error { return e.Err }

// pagesOfEvents is how many pages of events are read at most, of up to 100 events
// each: a stack of seismo makes a few hundred events, and an answer may be wrong.
const pagesOfEvents = 50

// past marks the newest events that there are already, which are of earlier runs:
// reading stops at the first that is known.
func (t *Tool) past(ctx context.Context, s *stack) (*events, error) {
	seen := noEvents()
	list, err := s.news(ctx, seen, 1)
	for _, e := range list {
		seen.known[aws.ToString(e.EventId)] = true
	}
	return seen, err
}

// news are the events that are not known, oldest first, of so many pages at most.
func (s *stack) news(ctx context.Context, seen *events, most int) ([]types.StackEvent, error) {
	if s.id == "" {
		return nil, nil
	}
	var list []types.StackEvent
	pages := cloudformation.NewDescribeStackEventsPaginator(s.client, &cloudformation.DescribeStackEventsInput{StackName: aws.String(s.id)},
		func(o *cloudformation.DescribeStackEventsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for n := 0; n < most && pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			break
		}
		if err != nil {
			return nil, explain(err, "read the events of the stack "+s.name+" in "+s.region)
		}
		for _, e := range page.StackEvents {
			if seen.known[aws.ToString(e.EventId)] {
				slices.Reverse(list)
				return list, nil // the newest come first: what follows is known too
			}
			list = append(list, e)
		}
	}
	slices.Reverse(list)
	return list, nil
}

// tellEvents tells of each new event on a line of its own.
func (t *Tool) tellEvents(ctx context.Context, s *stack, seen *events) error {
	list, err := s.news(ctx, seen, pagesOfEvents)
	if err != nil {
		return err
	}
	for _, e := range list {
		seen.known[aws.ToString(e.EventId)] = true
		status, reason := string(e.ResourceStatus), aws.ToString(e.ResourceStatusReason)
		t.progress(s, seen, e)
		seen.begun = seen.begun || aws.ToString(e.LogicalResourceId) == s.name // after: a deletion that begins takes nothing back
		if strings.HasSuffix(status, "_FAILED") && !consequence(reason) {
			seen.remedy = orElse(seen.remedy, remedyOf(reason))
			seen.failures = append(seen.failures, fmt.Sprintf("%s (%s): %s", aws.ToString(e.LogicalResourceId), aws.ToString(e.ResourceType), reason))
		}
	}
	return nil
}

// consequence tells reasons that only say that something else failed.
func consequence(reason string) bool {
	for _, text := range [...]string{"Resource creation cancelled", "Resource update cancelled", "The following resource(s) failed"} {
		if strings.HasPrefix(reason, text) {
			return true
		}
	}
	return reason == ""
}

// failure is the error of a stack that did not come out as it was meant; command
// is what to go on with where no other was given.
func (t *Tool) failure(s *stack, seen *events, what, unchanged, command string) error {
	reasons := seen.failures
	if len(reasons) == 0 && s.why != "" {
		reasons = []string{s.why}
	}
	return &Error{What: fmt.Sprintf("the stack %s in %s %s (%s)", s.name, s.region, what, s.status),
		Reasons: reasons, Unchanged: unchanged, Remedy: t.goOn(seen.remedy, command)}
}
