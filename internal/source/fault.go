package source

import "strings"

// Kind says what kind of fault a place reported.
type Kind string

// The kinds of fault.
const (
	Gone          Kind = "gone"          // the object was deleted before it was read
	Forbidden     Kind = "forbidden"     // a permission is missing; Fault.Action says which
	Changed       Kind = "changed"       // the object was overwritten since it was found
	Late          Kind = "late"          // large bodies that its records refer to are not there yet
	Throttled     Kind = "throttled"     // too many requests
	Unreachable   Kind = "unreachable"   // no answer, a cut connection, an error of the service
	Expired       Kind = "expired"       // credentials are missing, expired or refused
	Refused       Kind = "refused"       // the configuration says that it is not to be read; it is kept in quarantine and does not come again
	Misconfigured Kind = "misconfigured" // wrong Region, bucket, queue, group: nothing will come until it is changed
	Unknown       Kind = "unknown"
)

// Fault is why a place could not be read, in words that a user can act on.
type Fault struct {
	Kind     Kind
	What     string // what was tried: "read s3://logs/AWSLogs/…"; never a secret
	Action   string // of Forbidden: the IAM action that is missing, such as kms:Decrypt
	Resource string // of Forbidden: the ARN it is missing for, when known
	Remedy   string // what to do, one sentence
	Carried  []byte // of Refused: the bytes that a message brought itself, for the quarantine
	Err      error  // what the SDK said
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.What)
	b.WriteString(": ")
	if f.Action != "" {
		b.WriteString(f.Action + " is not allowed")
		if f.Resource != "" {
			b.WriteString(" on " + f.Resource)
		}
	} else {
		b.WriteString(f.Kind.words())
	}
	if f.Err != nil {
		b.WriteString(" (" + f.Err.Error() + ")")
	}
	return b.String()
}

// words are how people are told of a kind.
func (k Kind) words() string {
	if k == Expired {
		return "no valid credentials"
	}
	return string(k)
}

// Unwrap returns what the SDK said.
func (f *Fault) Unwrap() error { return f.Err }

// Hint is the remedy.
func (f *Fault) Hint() string { return f.Remedy }
