package account

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/source"
)

const (
	remedyGone        = "The object was deleted before it was read: check the bucket's life-cycle rules, or restore the version."
	remedyChanged     = "Nothing to do: the object was overwritten, and the new bytes are read as their own object."
	remedyRegion      = `Set "region_name" to the Region where it lies, or remove "region_name" so that it is found.`
	remedyExpired     = "Renew the credentials (for example `aws sso login`), or name a profile or role that lasts."
	remedyKeys        = `Check "access_key_id" and "secret_access_key", or use a profile or role in place of them.`
	remedyNone        = `No credentials were found: name a profile (--profile, in a file "credential_profile_name"), set the AWS_* variables, or run where a role is given.`
	remedyUnreachable = `Check the network, "endpoint", "proxy_url" and the Region's name; it is tried again.`
	remedyQueue       = `Check "queue_url": its account, Region and name; the queue is not there.`
	remedyClock       = "Set this machine's clock: it differs from AWS's by more than a signature may."
	remedyKey         = "Enable the KMS key again, or cancel its deletion: what it sealed cannot be read without it."
	remedyRegionOff   = "Enable the Region for the account, or choose another Region: it is an opt-in Region or not enabled."
)

type meaning struct {
	kind   source.Kind
	remedy string
}

// codes are AWS's own words for what is wrong, as its services spell them.
// Throttling and denials are told apart before.
var codes = map[string]meaning{
	"NoSuchKey": {source.Gone, remedyGone}, "NoSuchVersion": {source.Gone, remedyGone},
	"NotFound":           {source.Gone, remedyGone},
	"MethodNotAllowed":   {source.Gone, "The object's newest version is a delete marker: restore the version, or let it go."},
	"PreconditionFailed": {source.Changed, remedyChanged},

	"ExpiredToken": {source.Expired, remedyExpired}, "ExpiredTokenException": {source.Expired, remedyExpired},
	"TokenRefreshRequired": {source.Expired, remedyExpired}, "RequestExpired": {source.Expired, remedyExpired},
	"InvalidToken": {source.Expired, remedyExpired}, "ExpiredIdentityToken": {source.Expired, remedyExpired},
	"InvalidIdentityToken": {source.Expired, `Renew the file that "web_identity_token_file" names: AWS does not accept its token.`},
	"InvalidClientTokenId": {source.Expired, remedyKeys}, "InvalidAccessKeyId": {source.Expired, remedyKeys},
	"UnrecognizedClientException":             {source.Expired, remedyKeys},
	"InvalidSecurity":                         {source.Expired, remedyKeys},
	"MissingAuthenticationToken":              {source.Expired, remedyNone},
	"NotSignedUp":                             {source.Expired, "Sign the account up for the service in AWS's console."},
	"SignatureDoesNotMatch":                   {source.Misconfigured, `Check "secret_access_key" and this machine's clock: the signature does not match.`},
	"InvalidSignatureException":               {source.Misconfigured, `Check "secret_access_key" and this machine's clock: the signature does not match.`},
	"IncompleteSignature":                     {source.Misconfigured, `Check "endpoint" and "proxy_url": something between changes the requests.`},
	"RequestTimeTooSkewed":                    {source.Misconfigured, remedyClock},
	"AuthorizationHeaderMalformed":            {source.Misconfigured, remedyRegion},
	"PermanentRedirect":                       {source.Misconfigured, remedyRegion},
	"TemporaryRedirect":                       {source.Misconfigured, remedyRegion},
	"IllegalLocationConstraintException":      {source.Misconfigured, remedyRegion},
	"RegionDisabledException":                 {source.Misconfigured, remedyRegionOff},
	"OptInRequired":                           {source.Misconfigured, remedyRegionOff},
	"NoSuchBucket":                            {source.Misconfigured, `Check the bucket's name in "bucket_arn" or in the notification: there is no such bucket.`},
	"InvalidBucketName":                       {source.Misconfigured, "Check the bucket's name: S3 has no names like it."},
	"NoSuchAccessPoint":                       {source.Misconfigured, `Check "access_point_arn": there is no such access point.`},
	"AllAccessDisabled":                       {source.Misconfigured, "AWS disabled all access to the bucket: ask AWS's support."},
	"InvalidObjectState":                      {source.Misconfigured, "The object lies in an archive storage class: restore it, or keep logs in a class that can be read."},
	"AWS.SimpleQueueService.NonExistentQueue": {source.Misconfigured, remedyQueue},
	"QueueDoesNotExist":                       {source.Misconfigured, remedyQueue},
	"NonExistentQueue":                        {source.Misconfigured, remedyQueue},
	"InvalidAddress":                          {source.Misconfigured, remedyQueue},
	"InvalidSecurityToken":                    {source.Expired, remedyExpired},
	"ResourceNotFoundException":               {source.Misconfigured, "Check the name, the account and the Region of what is to be read: it is not there."},
	"NotFoundException":                       {source.Misconfigured, "Check the name: it is not there."},
	"NoSuchEntity":                            {source.Misconfigured, "Check the name: it is not there."},
	"NoSuchEntityException":                   {source.Misconfigured, "Check the name: it is not there."},
	"KMS.DisabledException":                   {source.Misconfigured, remedyKey}, "KMSDisabledException": {source.Misconfigured, remedyKey},
	"KmsDisabled": {source.Misconfigured, remedyKey}, "DisabledException": {source.Misconfigured, remedyKey},
	"KMS.KMSInvalidStateException": {source.Misconfigured, remedyKey}, "KMSInvalidStateException": {source.Misconfigured, remedyKey},
	"KMS.InvalidStateException": {source.Misconfigured, remedyKey}, "KmsInvalidState": {source.Misconfigured, remedyKey},
	"KMS.NotFoundException":     {source.Misconfigured, "The KMS key is not there any more: what it sealed cannot be read."},
	"KmsNotFound":               {source.Misconfigured, "The KMS key is not there any more: what it sealed cannot be read."},
	"ValidationException":       {source.Misconfigured, "Correct the setting that AWS names in brackets."},
	"ValidationError":           {source.Misconfigured, "Correct the setting that AWS names in brackets."},
	"InvalidParameterException": {source.Misconfigured, "Correct the setting that AWS names in brackets."},
	"InvalidParameterValue":     {source.Misconfigured, "Correct the setting that AWS names in brackets."},
	"UnknownOperationException": {source.Misconfigured, `Check "endpoint" and the Region: the service does not know this call there.`},

	"ServiceUnavailable":      {source.Unreachable, "The service has a fault of its own: serve tries again by itself, other commands are to be run again later."},
	"InternalError":           {source.Unreachable, "The service has a fault of its own: serve tries again by itself, other commands are to be run again later."},
	"InternalFailure":         {source.Unreachable, "The service has a fault of its own: serve tries again by itself, other commands are to be run again later."},
	"InternalServerException": {source.Unreachable, "The service has a fault of its own: serve tries again by itself, other commands are to be run again later."},
	"RequestTimeout":          {source.Unreachable, remedyUnreachable},
	"RequestTimeoutException": {source.Unreachable, remedyUnreachable},
}

// clues are parts of errors that AWS's SDK makes without asking anybody.
var clues = []struct {
	part string
	meaning
}{
	{"failed to get shared config profile", meaning{source.Misconfigured, `Check "credential_profile_name": the profile is in none of the shared files.`}},
	{"failed to read identity token file", meaning{source.Expired, `Check the file that "web_identity_token_file" or AWS_WEB_IDENTITY_TOKEN_FILE names.`}},
	{"failed to retrieve jwt from", meaning{source.Expired, `Check the file that "web_identity_token_file" or AWS_WEB_IDENTITY_TOKEN_FILE names.`}},
	{"SSO session has expired", meaning{source.Expired, remedyExpired}},
	{"failed to refresh cached SSO token", meaning{source.Expired, remedyExpired}},
	{"the SSO session has expired", meaning{source.Expired, remedyExpired}},
	{"no EC2 IMDS role found", meaning{source.Expired, remedyNone}},
	{"static credentials are empty", meaning{source.Expired, remedyNone}},
	{"could not find endpoint", meaning{source.Misconfigured, "Check the Region's name: there is no such Region."}},
	{"not a valid host label", meaning{source.Misconfigured, "Check the Region's name: there is no such Region."}},
	{"failed to refresh cached credentials", meaning{source.Expired, remedyNone}},
	{"get credentials", meaning{source.Expired, remedyNone}},
}

// unanswered reports whether an error says that no whole answer came.
func unanswered(err error) bool {
	var (
		send *smithyhttp.RequestSendError
		wire net.Error
		op   *net.OpError
		u    *url.Error
		gave *aws.RequestCanceledError
	)
	return errors.As(err, &send) || errors.As(err, &wire) || errors.As(err, &op) || errors.As(err, &u) || errors.As(err, &gave) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errSilence)
}
