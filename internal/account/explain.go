package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/source"
)

// Explain says what an error of AWS means: a *source.Fault with its kind, the
// missing permission and the remedy. what is what was tried, such as
// "read s3://bucket/key". A nil error is nil; an error that is a *source.Fault
// already stays as it is; a cancellation is no fault of AWS and stays one.
// Credentials that the error's text repeats are taken out of it.
func Explain(err error, what string) error {
	if err == nil {
		return nil
	}
	var fault *source.Fault
	if errors.As(err, &fault) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	s := read(err)
	s.what = what
	f := diagnose(s)
	f.What, f.Err = Redact(what), redacted{err}
	if s.code != "" {
		f.Err = spoken{redacted{err}, Redact(strings.Join(slices.DeleteFunc([]string{s.op, s.code, s.message}, empty), ": "))}
	}
	return f
}

func empty(s string) bool { return s == "" }

// spoken is an error that AWS gave, told by its own words and not by all that
// the SDK wraps around them.
type spoken struct {
	error
	text string
}

func (a spoken) Error() string { return a.text }
func (a spoken) Unwrap() error { return a.error }

// Code is the word that AWS has for an error, such as AccessDenied; "" when AWS
// gave none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// symptom is what an error shows of itself.
type symptom struct {
	err     error
	what    string
	text    string // the whole error's
	code    string // AWS's word for it, "" when AWS did not answer
	message string
	status  int
	host    string
	region  string // x-amz-bucket-region of a redirect
	service string // of the innermost call: the STS call that failed and not the one that waited for it
	op      string
}

// machine is the service that hands a machine's own role out: the last place where
// the SDK looks for credentials.
const machine = "ec2imds"

func read(err error) symptom {
	s := symptom{err: err, text: err.Error(), status: status(err)}
	s.service, s.op = innermost(err)
	var api smithy.APIError
	if errors.As(err, &api) {
		s.code, s.message = api.ErrorCode(), api.ErrorMessage()
	}
	if s.service == machine {
		s.status, s.code, s.message = 0, "", "" // that no role is to be had there says nothing of a permission
	}
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil && resp.Response.Response != nil {
		s.region = resp.Response.Header.Get("X-Amz-Bucket-Region")
		if req := resp.Response.Request; req != nil && req.URL != nil {
			s.host = req.URL.Hostname()
		}
	}
	return s
}

// status is the HTTP status of the answer, 0 when there was none.
func status(err error) int {
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil && resp.Response.Response != nil {
		return resp.HTTPStatusCode()
	}
	return 0
}

func innermost(err error) (service, op string) {
	for {
		var o *smithy.OperationError
		if !errors.As(err, &o) {
			return service, op
		}
		service, op, err = o.ServiceID, o.OperationName, o.Err
	}
}

// diagnose names the fault. The code decides before the status, and the status
// before the text: S3 answers a HEAD without any code.
func diagnose(s symptom) *source.Fault {
	if throttled(s.err) {
		return &source.Fault{Kind: source.Throttled, Remedy: "Nothing to do: it is tried again more slowly; ask AWS for a higher quota if it stays."}
	}
	if f := denied(s); f != nil {
		return f
	}
	if s.status == 301 || s.status == 307 {
		return elsewhere(s)
	}
	if s.status == 404 && s.op == "HeadBucket" {
		return &source.Fault{Kind: source.Misconfigured, Remedy: codes["NoSuchBucket"].remedy}
	}
	if known, ok := codes[s.code]; ok {
		return &source.Fault{Kind: known.kind, Remedy: known.remedy}
	}
	if f := byStatus(s); f != nil {
		return f
	}
	for _, c := range clues {
		if strings.Contains(s.text, c.part) {
			return &source.Fault{Kind: c.kind, Remedy: c.remedy}
		}
	}
	if s.code == "" && (s.status == 0 && unanswered(s.err) || cutOff(s.err)) {
		return &source.Fault{Kind: source.Unreachable, Remedy: remedyUnreachable}
	}
	return &source.Fault{Kind: source.Unknown, Remedy: "See what AWS says in brackets; `seismo doctor` tries each permission by itself."}
}

func byStatus(s symptom) *source.Fault {
	switch {
	case s.status == 404 && s.service != "" && s.service != "S3":
		return &source.Fault{Kind: source.Misconfigured, Remedy: codes["UnknownOperationException"].remedy}
	case s.status == 404:
		return &source.Fault{Kind: source.Gone, Remedy: remedyGone}
	case s.status == 412:
		return &source.Fault{Kind: source.Changed, Remedy: remedyChanged}
	case s.status == 401 || s.status == 403:
		return forbidden(s)
	case s.status == 503 && s.service == "S3":
		return &source.Fault{Kind: source.Throttled, Remedy: "Nothing to do: S3 asks for fewer requests, and it is tried again more slowly."}
	case s.status >= 500:
		return &source.Fault{Kind: source.Unreachable, Remedy: "The service has a fault of its own: serve tries again by itself, other commands are to be run again later."}
	}
	return nil
}

// elsewhere is the fault of a bucket that another Region holds.
func elsewhere(s symptom) *source.Fault {
	remedy := remedyRegion
	if s.region != "" {
		remedy = "The bucket lies in " + s.region + `: set "region_name" to it, or remove "region_name".`
	}
	return &source.Fault{Kind: source.Misconfigured, Remedy: remedy}
}
