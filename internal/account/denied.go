package account

import (
	"regexp"
	"strings"

	"seismo/internal/source"
)

// deniedCodes are AWS's words for "you may not".
var deniedCodes = map[string]bool{
	"AccessDenied": true, "AccessDeniedException": true, "AccessDeniedFault": true, "UnauthorizedOperation": true,
	"NotAuthorized": true, "AuthorizationError": true, "AuthorizationErrorException": true, "UnauthorizedAccess": true,
	"KMS.AccessDeniedException": true, "KmsAccessDenied": true, "KMSAccessDeniedException": true,
	"AWS.SimpleQueueService.AccessDenied": true, "Forbidden": true,
}

var (
	notAllowed = regexp.MustCompile(`(?:not authorized to perform|not authorized for|is not allowed):?\s+"?([a-z0-9-]+:[A-Za-z0-9*]+)`)
	onResource = regexp.MustCompile(`on (?:the )?resource:?\s+["']?(arn:[^\s"',)]+)`)
	keyARN     = regexp.MustCompile(`arn:[a-z0-9-]+:kms:[a-z0-9-]*:\d*:(?:key|alias)/[A-Za-z0-9/_-]+`)
	place      = regexp.MustCompile(`\bs3://([^/\s]+)(/\S*)?`)
)

// denied is the fault of an error that says "you may not", or nil. A refusal of
// the key is told apart from one of the object: S3 gives both the same code.
func denied(s symptom) *source.Fault {
	sealed := strings.Contains(s.message, "kms:") || strings.Contains(s.message, "ciphertext") ||
		strings.HasPrefix(s.code, "KMS.Access") || strings.HasPrefix(s.code, "KMSAccess") || s.code == "KmsAccessDenied"
	if !deniedCodes[s.code] && !sealed && !notAllowed.MatchString(s.message) {
		return nil
	}
	if sealed && !deniedCodes[s.code] && codes[s.code].kind != "" {
		return nil // the key is off or gone, and not refused
	}
	f := forbidden(s)
	if sealed && !strings.HasPrefix(f.Action, "kms:") {
		f.Action, f.Resource = "kms:Decrypt", keyARN.FindString(s.message)
		f.Remedy = remedyFor(f, s.message)
	}
	return f
}

// forbidden names the action and the resource as AWS's message does, else by the
// call that was refused.
func forbidden(s symptom) *source.Fault {
	f := &source.Fault{Kind: source.Forbidden, Action: ActionOf(s.service, s.op)}
	// SQS spells its actions in small letters there; the table's spelling wins.
	if m := notAllowed.FindStringSubmatch(s.message); m != nil && !strings.EqualFold(m[1], f.Action) {
		f.Action = m[1]
	}
	if m := onResource.FindStringSubmatch(s.message); m != nil {
		f.Resource = strings.TrimRight(m[1], ".")
	} else if strings.HasPrefix(f.Action, "kms:") {
		f.Resource = keyARN.FindString(s.message)
	} else if s.service == "S3" {
		f.Resource = placeARN(s.what, f.Action, partitionOfHost(s.host))
	}
	f.Remedy = remedyFor(f, s.message)
	return f
}

// reasons are how AWS says which policy decided, and what follows from it.
var reasons = []struct{ part, remedy string }{
	{"explicit deny in a service control policy", "A service control policy of the organization forbids it: ask whoever keeps it."},
	{"explicit deny in a resource control policy", "A resource control policy of the organization forbids it: ask whoever keeps it."},
	{"explicit deny in a permissions boundary", "The role's permissions boundary forbids it: change the boundary."},
	{"explicit deny in a resource-based policy", "A deny in the resource's own policy forbids it: change that statement."},
	{"explicit deny in an identity-based policy", "A deny in a policy of these credentials forbids it: change that statement."},
	{"explicit deny in a VPC endpoint policy", "The policy of the VPC endpoint forbids it: change it."},
	{"explicit deny", "A deny in some policy forbids it: find and change that statement."},
	{"no service control policy allows", "No service control policy of the organization allows it: ask whoever keeps them."},
	{"no permissions boundary allows", "The role's permissions boundary does not allow it: widen the boundary."},
	{"no session policy allows", "The session's policy does not allow it: widen it where the session is made."},
	{"no VPC endpoint policy allows", "The policy of the VPC endpoint does not allow it: widen it."},
	{"no resource-based policy allows", "The resource's own policy does not allow it: add these credentials there."},
}

func remedyFor(f *source.Fault, message string) string {
	for _, r := range reasons {
		if strings.Contains(message, r.part) {
			return r.remedy
		}
	}
	on := f.Resource
	switch {
	case f.Action == "":
		return "Allow it in the policy of these credentials; `seismo doctor --policy` prints the smallest one."
	case f.Action == "sts:AssumeRole" || f.Action == "sts:AssumeRoleWithWebIdentity":
		return "Let the role's trust policy name these credentials (and the external id), and allow " + f.Action + " to them."
	case strings.HasPrefix(f.Action, "kms:"):
		if on == "" {
			on = "the key that seals it"
		}
		return "Allow " + f.Action + " on " + on + " in the policy of these credentials and in the key's own policy."
	case on != "":
		on = " on " + on
	}
	if f.Action == "s3:GetObject" && !notAllowed.MatchString(message) {
		// S3 hides from who may not list a bucket that an object is gone.
		return "Allow s3:GetObject" + on + "; if that is allowed, the object is gone: allow s3:ListBucket on its bucket, so that S3 says so."
	}
	return "Allow " + f.Action + on + " in the policy of these credentials; `seismo doctor --policy` prints the smallest one."
}

// placeARN is the ARN of what an s3:// address in a text names: the bucket for
// actions on buckets, else the object.
func placeARN(what, action string, p Partition) string {
	m := place.FindStringSubmatch(what)
	if m == nil {
		return ""
	}
	if strings.Contains(action, "Bucket") || len(m[2]) <= 1 {
		return p.ARN("s3", "", "", m[1])
	}
	return p.ARN("s3", "", "", m[1]+m[2])
}
