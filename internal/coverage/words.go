package coverage

import (
	"fmt"
	"strconv"
	"strings"
)

// sentence says in words what the counts of an hour mean.
func (r Row) sentence(c Count, unread int64) string {
	missing := count(r.Missing, "call") + " without a row"
	switch r.State {
	case LoggingOff:
		if c.Logging == Changed {
			return "Logging was off for a part of the hour: " + missing + "."
		}
		return "Logging was off: " + missing + "."
	case DeliveryFailing:
		return fmt.Sprintf("Bedrock failed to write %s: %s.", count(c.Metrics.Failed, "record"), missing)
	case Unread:
		return "AWS delivered " + count(unread, "record") + " that " + was(unread) + " not stored here."
	case Unknown:
		return capital(missing) + unexplained(c)
	case BodyLost:
		if c.NoBody == 0 {
			return "Bedrock failed to write " + count(c.Metrics.LargeFailed, "large body") + "; every call has its row."
		}
		return "Every call has its row, but " + count(c.NoBody, "call") + " lost what was said."
	case NoContent:
		return count(r.Missing, "call") + " of a kind that no log holds, such as bidirectional streams."
	case Excess:
		return count(r.Excess, "row") + " more than CloudWatch counted."
	case NoMetrics:
		return count(r.Stored, "row") + ", with no count of CloudWatch to hold " + them(r.Stored) + " against."
	case Late:
		return "Too early to tell: AWS delivers and counts with some minutes' delay."
	case Quiet:
		if c.Metrics == nil {
			return "No calls known; CloudWatch's counts were not collected."
		}
		return "No calls."
	}
	return "Every call that CloudWatch counted has its row."
}

// unexplained says what is known of the cause all the same.
func unexplained(c Count) string {
	switch {
	case c.Logging == NotKnown:
		return ", and whether logging was on is not known."
	case c.Metrics != nil && c.Metrics.Delivered != nil:
		return "; logging was on, and every record that was delivered is here."
	}
	return ", though logging was on."
}

// Remedy is what to do about a state, in one sentence; "" where there is nothing.
func (s State) Remedy() string {
	switch s {
	case LoggingOff:
		return "Turn model invocation logging on in this account and Region; calls made meanwhile are lost for good. CloudTrail says who turned it off."
	case DeliveryFailing:
		return "Check the log bucket's policy and its key's policy, or the log group and the role that Bedrock writes with."
	case Unread:
		return "Check that a source of the configuration reads this bucket or log group, and what the sources say of themselves."
	case Unknown:
		return "Allow bedrock:GetModelInvocationLoggingConfiguration and read CloudTrail, so that the cause can be told; look for a second source that is not read."
	case BodyLost:
		return "The rows say why: set a bucket for large data (largeDataDeliveryS3Config), let seismo read it, and keep its objects until it has."
	case NoContent:
		return "Nothing logs what is said there; keep CloudTrail on for who calls, or restrict the endpoint by policy."
	case Excess:
		return "Look for records that another account's or Region's logs brought in, or for log files that were changed; CloudWatch's counts are corrected for some minutes only."
	case NoMetrics:
		return "Configure metrics for this account and Region, so that there is a count to hold the rows against."
	}
	return ""
}

// Label is the state in words.
func (s State) Label() string { return strings.ReplaceAll(string(s), "_", " ") }

func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if body, found := strings.CutSuffix(what, "body"); found {
		return strconv.FormatInt(n, 10) + " " + body + "bodies"
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
}

func was(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func them(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
