package logging

import (
	"errors"
	"fmt"

	"seismo/internal/account"
)

// trouble is an error of AWS that this room knows more about than account does:
// those of making and changing things.
type trouble struct {
	what, why, remedy string
	err               error
}

func (t *trouble) Error() string {
	text := t.what + ": " + t.why
	if c := account.Code(t.err); c != "" {
		text += " (" + c + ")"
	}
	return text
}

func (t *trouble) Unwrap() error { return t.err }

// Hint is what to do about it.
func (t *trouble) Hint() string { return t.remedy }

// meanings are codes of AWS that come when things are made or changed. Sources:
// the errors of the calls in the services' API references.
var meanings = map[string][2]string{
	"BucketAlreadyExists":                    {"another account has a bucket of this name", "Choose another name with --bucket."},
	"TooManyBuckets":                         {"the account has as many buckets as its quota allows", "Delete a bucket that nobody needs, or ask for a higher quota of buckets in Service Quotas."},
	"OperationAborted":                       {"S3 is still busy with a bucket of this name", "Wait a few minutes and run the command again."},
	"LimitExceeded":                          {"a quota of IAM is reached", "Delete roles or policies that nobody needs, or ask for a higher quota in Service Quotas."},
	"LimitExceededException":                 {"a quota is reached", "Delete what nobody needs, or ask for a higher quota in Service Quotas."},
	"MaximumNumberOfTrailsExceededException": {"the Region has as many trails as it may", "Delete a trail that nobody needs, or give the ARN of one that exists with --trail."},
	"EntityAlreadyExists":                    {"there is a role of this name already, made meanwhile", "Run the command again, or choose another name with --role-name."},
	"ResourceAlreadyExistsException":         {"there is one of this name already, made meanwhile", "Run the command again: what is there is used."},
	"TrailAlreadyExistsException":            {"there is a trail of this name already, made meanwhile", "Run the command again, or choose another name with --trail."},
	"MalformedPolicy":                        {"AWS does not take the policy", "See what AWS says; a statement that others made may name somebody who is gone."},
	"MalformedPolicyDocument":                {"AWS does not take the policy", "See what AWS says; a statement that others made may name somebody who is gone."},
	"InsufficientEncryptionPolicyException":  {"the key's policy does not let CloudTrail seal with it, or the bucket's does not let it write", "Look at both policies; the key must lie in the bucket's Region."},
	"DeleteConflict":                         {"others attached something to it since", "Detach that, and run the command again."},
	"BucketNotEmpty":                         {"the bucket is not empty", "Look at what it holds; --delete-data deletes it."},
	"PermanentRedirect":                      {"the bucket lies in another Region", "Choose a bucket of the same Region with --bucket."},
	"IllegalLocationConstraintException":     {"the bucket lies in another Region", "Choose a bucket of the same Region with --bucket."},
	"AccessControlListNotSupported":          {"the bucket takes no access control lists", "Choose another bucket with --bucket."},
}

// explain says what an error of AWS means; nil is nil.
func explain(err error, what string) error {
	if err == nil {
		return nil
	}
	if m, ok := meanings[account.Code(err)]; ok {
		return &trouble{what, m[0], m[1], err}
	}
	return account.Explain(err, what)
}

// ErrChanged says that somebody else changed a setting between the plan and the
// step that was to change it.
var ErrChanged = errors.New("somebody else changed it since the plan was made")

// ErrTaken says that logging goes where somebody else wants it.
var ErrTaken = errors.New("logging is on already, to another place")

func changed(s setting) error {
	return fmt.Errorf("%s of %s: %w; nothing was overwritten", s.kind.name, s.name, ErrChanged)
}
