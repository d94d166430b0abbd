package s3

import (
	"errors"
	"net/http"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
)

// statusOf is the HTTP status of the answer that an error carries, 0 when there
// was none.
func statusOf(err error) int {
	if res, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && res.Response != nil && res.Response.Response != nil {
		return res.HTTPStatusCode()
	}
	return 0
}

func header(err error, name string) string {
	if res, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && res.Response != nil && res.Response.Response != nil {
		return res.Response.Header.Get(name)
	}
	return ""
}

// bucketRegion is where S3 says in which Region a bucket lies.
const bucketRegion = "X-Amz-Bucket-Region"

// elsewhere tells whether S3 said that the bucket lies in another Region. To
// requests whose answer has no body, such as HEAD, only the status says so.
func elsewhere(err error) bool {
	switch account.Code(err) {
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect":
		return true
	}
	status := statusOf(err)
	return status == http.StatusMovedPermanently ||
		status == http.StatusBadRequest && header(err, bucketRegion) != ""
}

// expired tells whether AWS took the credentials for run out.
func expired(err error) bool {
	switch account.Code(err) {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired":
		return true
	}
	return false
}

// regionOfARN is the Region that the ARN of an access point names.
func regionOfARN(bucket string) string {
	arn, _ := account.ParseARN(bucket)
	return arn.Region
}
