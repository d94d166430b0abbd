package deploy

import (
	"errors"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
	"seismo/internal/source"
)

const (
	remedyQuota  = "Delete what nobody needs, or ask for a higher quota in Service Quotas."
	remedyTaken  = "Choose another --name-prefix or --environment, or delete what has this name."
	remedyHurry  = "Wait a few minutes: AWS was asked for too much at once."
	remedyOthers = "Look at their change with `seismo deploy plan` first."
)

// meanings are codes of CloudFormation that come when stacks are made or changed.
// Source: the errors of its calls in the API reference.
var meanings = map[string][2]string{
	"LimitExceededException":            {"the quota of stacks of this account and Region is reached", remedyQuota},
	"AlreadyExistsException":            {"somebody made a stack of this name meanwhile", remedyOthers},
	"InvalidChangeSetStatus":            {"somebody changed the stack after the change was planned; their change stays", remedyOthers},
	"ChangeSetNotFound":                 {"somebody removed the change set, such as another run of this command", remedyOthers},
	"OperationInProgressException":      {"somebody else changes the stack right now", "Wait until that is done; `seismo deploy status` shows it."},
	"InsufficientCapabilitiesException": {"CloudFormation does not let these credentials make roles", "Allow cloudformation to make IAM roles to whoever runs this."},
}

// clues are parts of the reasons that CloudFormation gives in events, with what
// to do about them. The first that fits counts. Reasons are what the services
// said, so that their words are many.
var clues = []struct {
	part   *regexp.Regexp
	remedy string
}{
	{regexp.MustCompile(`already exists in stack arn:`), "It belongs to the stack that is named: choose another --name-prefix or --environment."},
	{regexp.MustCompile(`BucketAlreadyExists|bucket name is not available|BucketAlreadyOwnedByYou`), "Choose another --name-prefix: bucket names are shared by all accounts of AWS."},
	{regexp.MustCompile(`IllegalLocationConstraint|PermanentRedirect|[Ii]n a different [Rr]egion|conflicting conditional operation`),
		"Choose another --name-prefix, or wait an hour: a bucket of this name lies in another Region, or was deleted a moment ago."},
	{regexp.MustCompile(`(?i)rate exceeded|throttl|too many requests|slow ?down`), remedyHurry},
	{regexp.MustCompile(`(?i)limit ?exceeded|toomany|quota|maximum number|limit .*(reached|exceeded)`), remedyQuota},
	{regexp.MustCompile(`(?i)already exists|already in use`), remedyTaken},
	{regexp.MustCompile(`(?i)not empty|notempty`), "Empty it, or let it be: `seismo deploy down --delete-data` deletes what holds logs."},
	{regexp.MustCompile(`MalformedPolicy|[Ii]nvalid principal`), "Check --reader: IAM must know whom it names."},
}

// uncertain says of an error that what was asked for may be done all the same: no
// answer came, one that could not be read to its end, or one of a service that failed.
func uncertain(err error) bool {
	var resp *smithyhttp.ResponseError
	return !errors.As(err, &resp) || resp.Response == nil || resp.HTTPStatusCode()/100 != 4
}

// explain says what an error of CloudFormation means; nil is nil.
func explain(err error, what string) error {
	if err == nil {
		return nil
	}
	if m, ok := meanings[account.Code(err)]; ok {
		return &Error{What: what + ": " + m[0] + " (" + account.Code(err) + ")", Remedy: m[1], Err: err}
	}
	var e smithy.APIError
	if errors.As(err, &e) && e.ErrorCode() == "ValidationError" && strings.Contains(e.ErrorMessage(), "_IN_PROGRESS") {
		m := meanings["OperationInProgressException"]
		return &Error{What: what + ": " + m[0] + " (" + e.ErrorMessage() + ")", Remedy: m[1], Err: err}
	}
	explained := account.Explain(err, what)
	var fault *source.Fault
	if errors.As(explained, &fault) && fault.Kind == source.Forbidden {
		return &Error{What: fault.Error(), Remedy: allow(fault), Err: explained}
	}
	return explained
}

// allow is what to do about a missing permission. Whoever deploys needs more than
// any policy that seismo prints.
func allow(f *source.Fault) string {
	if !strings.HasPrefix(f.Remedy, "Allow ") {
		return f.Remedy // the organization, a boundary, a deny
	}
	on := ""
	if f.Resource != "" {
		on = " on " + f.Resource
	}
	return "Allow " + f.Action + on + " to whoever runs this command."
}

// remedyOf is what to do about a reason that CloudFormation gave in an event, ""
// when nothing is known about it.
func remedyOf(reason string) string {
	if strings.Contains(reason, "not authorized") || strings.Contains(reason, "AccessDenied") || strings.Contains(reason, "Access Denied") {
		var fault *source.Fault
		if errors.As(account.Explain(&smithy.GenericAPIError{Code: "AccessDenied", Message: reason}, ""), &fault) {
			if fault.Action == "" {
				return "Allow what the reason names to whoever runs this command."
			}
			return allow(fault)
		}
	}
	for _, c := range clues {
		if c.part.MatchString(reason) {
			return c.remedy
		}
	}
	return ""
}

// again is the command to go on with: the one that was given, else another.
func (t *Tool) again(otherwise string) string {
	if t.opt.Command != "" {
		return t.opt.Command
	}
	return otherwise
}

// goOn is a remedy with the command to go on with.
func (t *Tool) goOn(remedy, otherwise string) string {
	if remedy == "" {
		remedy = "Mend the cause."
	}
	if r := []rune(remedy); strings.ContainsRune("abcdefghijklmnopqrstuvwxyz", r[0]) {
		remedy = strings.ToUpper(string(r[0])) + string(r[1:])
	}
	command := t.again(otherwise)
	if strings.Contains(remedy, "Go on with: ") {
		return remedy
	}
	return strings.TrimRight(remedy, ". ") + ". Go on with: " + command
}
