package s3

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
	"seismo/internal/source"
)

// response is the answer that an error carries.
func response(err error) *http.Response {
	var res *smithyhttp.ResponseError
	if errors.As(err, &res) && res.Response != nil {
		return res.Response.Response
	}
	return nil
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// elsewhere tells whether S3 said that the bucket lies in another Region. For
// requests without a body in the answer, such as HEAD, only the status says so.
func elsewhere(err error) bool {
	switch codeOf(err) {
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect":
		return true
	}
	status := statusOf(err)
	return status == http.StatusMovedPermanently ||
		status == http.StatusBadRequest && header(err, bucketRegion) != ""
}

func expired(err error) bool {
	switch codeOf(err) {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired":
		return true
	}
	return false
}

// explain makes a fault of an error: what S3 alone says is said here, the rest
// is told by account. action and resource are what a refusal is about when it
// does not say so itself.
func explain(err error, what, action, resource string) error {
	if err == nil {
		return nil
	}
	if f := own(err, what); f != nil {
		return f
	}
	told := account.Explain(err, what)
	var f *source.Fault
	if !errors.As(told, &f) {
		return told
	}
	if f.Kind == source.Forbidden && f.Action == "" {
		copied := *f
		copied.Action, copied.Resource = action, resource
		return &copied
	}
	return told
}

// own are the faults that only S3 has.
func own(err error, what string) *source.Fault {
	f := &source.Fault{What: what, Err: err}
	switch code := codeOf(err); {
	case code == "NoSuchKey", code == "NotFound", code == "NoSuchVersion":
		f.Kind = source.Gone
		f.Remedy = "it was deleted, by hand or by a lifecycle rule, before it was read: let logs live longer than the longest outage"
	case code == "PreconditionFailed", statusOf(err) == http.StatusPreconditionFailed:
		f.Kind = source.Changed
		f.Remedy = "nothing to do: what is there now is read as an object of its own"
	case code == "NoSuchBucket":
		f.Kind, f.Remedy = source.Misconfigured, "there is no such bucket: look for a mistyped name"
	case code == "InvalidObjectState":
		f.Kind, f.Remedy = source.Misconfigured, "the object is archived: restore it from Glacier, and it is read"
	case elsewhere(err):
		f.Kind = source.Misconfigured
		f.Remedy = `the bucket lies in another Region, and S3 does not say in which: set "region_name"`
	default:
		return nil
	}
	return f
}

// partition is the first part of ARNs in a Region; what is not known of a Region
// is guessed from its name, for messages only.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func bucketARN(region, bucket string) string {
	if strings.HasPrefix(bucket, "arn:") {
		return bucket
	}
	return "arn:" + partition(region) + ":s3:::" + bucket
}

func objectARN(region string, ref Ref) string {
	if strings.HasPrefix(ref.Bucket, "arn:") {
		return ref.Bucket + "/object/" + ref.Key
	}
	return bucketARN(region, ref.Bucket) + "/" + ref.Key
}

// regionOfARN is the Region that the ARN of an access point names.
func regionOfARN(bucket string) string {
	if parts := strings.SplitN(bucket, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[3]
	}
	return ""
}
