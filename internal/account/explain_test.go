package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/source"
)

// answered is an error as the SDK gives it for an answer of AWS.
func answered(call string, status int, code, message string, header ...string) error {
	service, op, _ := strings.Cut(call, ":")
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	var inner error = &smithy.GenericAPIError{Code: code, Message: message}
	if code == "" {
		inner = errors.New("no body")
	}
	return &smithy.OperationError{ServiceID: service, OperationName: op, Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: h,
			Request: &http.Request{URL: &url.URL{Host: "logs.s3.cn-north-1.amazonaws.com.cn"}}}},
		Err: inner,
	}}
}

const (
	reader = "User: arn:aws:sts::111122223333:assumed-role/reader/seismo is not authorized to perform: "
	aKey   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		name             string
		err              error
		kind             source.Kind
		action, resource string
		remedy           string // part of it
	}{
		{"deleted object", answered("S3:GetObject", 404, "NoSuchKey", "The specified key does not exist."), source.Gone, "", "", "life-cycle"},
		{"deleted object by HEAD", answered("S3:HeadObject", 404, "NotFound", ""), source.Gone, "", "", ""},
		{"404 without a word", answered("S3:GetObject", 404, "", ""), source.Gone, "", "", ""},
		{"404 of something that is no AWS", answered("CloudWatch:ListMetrics", 404, "", ""), source.Misconfigured, "", "", "endpoint"},
		{"overwritten", answered("S3:GetObject", 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"), source.Changed, "", "", ""},
		{"overwritten, without a word", answered("S3:GetObject", 412, "", ""), source.Changed, "", "", ""},

		{"S3 names the action", answered("S3:GetObject", 403, "AccessDenied", reader+`s3:GetObject on resource: "arn:aws:s3:::logs/a.json.gz" because no identity-based policy allows the s3:GetObject action`),
			source.Forbidden, "s3:GetObject", "arn:aws:s3:::logs/a.json.gz", "Allow s3:GetObject on arn:aws:s3:::logs/a.json.gz"},
		{"S3 names nothing", answered("S3:GetObject", 403, "AccessDenied", "Access Denied"),
			source.Forbidden, "s3:GetObject", "arn:aws-cn:s3:::logs/AWSLogs/a.json.gz", "the object is gone"},
		{"list names nothing", answered("S3:ListObjectsV2", 403, "AccessDenied", "Access Denied"),
			source.Forbidden, "s3:ListBucket", "arn:aws-cn:s3:::logs", "Allow s3:ListBucket"},
		{"HEAD says nothing at all", answered("S3:HeadObject", 403, "", ""),
			source.Forbidden, "s3:GetObject", "arn:aws-cn:s3:::logs/AWSLogs/a.json.gz", ""},
		{"explicit deny", answered("S3:GetObject", 403, "AccessDenied", reader+`s3:GetObject on resource: "arn:aws:s3:::logs/a" with an explicit deny in a resource-based policy`),
			source.Forbidden, "s3:GetObject", "arn:aws:s3:::logs/a", "own policy forbids it"},
		{"service control policy", answered("CloudTrail:LookupEvents", 400, "AccessDeniedException", reader+"cloudtrail:LookupEvents with an explicit deny in a service control policy"),
			source.Forbidden, "cloudtrail:LookupEvents", "", "organization"},
		{"KMS names the key", answered("S3:GetObject", 403, "AccessDenied", reader+"kms:Decrypt on resource: "+aKey+" because no identity-based policy allows the kms:Decrypt action"),
			source.Forbidden, "kms:Decrypt", aKey, "Allow kms:Decrypt on " + aKey},
		{"KMS does not name the key", answered("S3:GetObject", 403, "AccessDenied", reader+"kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"),
			source.Forbidden, "kms:Decrypt", "", "the key's own policy"},
		{"KMS's old words", answered("S3:GetObject", 403, "AccessDenied", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."),
			source.Forbidden, "kms:Decrypt", "", "the key's own policy"},
		{"KMS behind SQS", answered("SQS:ReceiveMessage", 400, "KMS.AccessDeniedException", reader+"kms:Decrypt on resource: "+aKey),
			source.Forbidden, "kms:Decrypt", aKey, ""},
		{"SQS", answered("SQS:ReceiveMessage", 403, "AccessDenied", reader+"sqs:receivemessage on resource: arn:aws:sqs:us-east-1:111122223333:q because no identity-based policy allows the sqs:receivemessage action"),
			source.Forbidden, "sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:111122223333:q", ""},
		{"batch of SQS", answered("SQS:DeleteMessageBatch", 403, "AccessDenied", "Access to the resource is denied."),
			source.Forbidden, "sqs:DeleteMessage", "", "Allow sqs:DeleteMessage"},
		{"role refused while a call waits for it", &smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: fmt.Errorf("get identity: get credentials: %w",
			answered("STS:AssumeRole", 403, "AccessDenied", reader+"sts:AssumeRole on resource: arn:aws:iam::444455556666:role/logs"))},
			source.Forbidden, "sts:AssumeRole", "arn:aws:iam::444455556666:role/logs", "trust policy"},
		{"Access Analyzer's action list", answered("Bedrock:GetModelInvocationLoggingConfiguration", 403, "AccessDeniedException", reader+"bedrock:GetModelInvocationLoggingConfiguration because no permissions boundary allows the bedrock:GetModelInvocationLoggingConfiguration action"),
			source.Forbidden, "bedrock:GetModelInvocationLoggingConfiguration", "", "boundary"},

		{"throttled as 400", answered("CloudWatch Logs:FilterLogEvents", 400, "ThrottlingException", "Rate exceeded"), source.Throttled, "", "", ""},
		{"throttled as 429", answered("Bedrock:ListFoundationModels", 429, "", ""), source.Throttled, "", "", ""},
		{"throttled as 503", answered("S3:GetObject", 503, "SlowDown", "Please reduce your request rate."), source.Throttled, "", "", ""},
		{"S3's 503 without a word", answered("S3:HeadObject", 503, "", ""), source.Throttled, "", "", ""},
		{"throttled by KMS", answered("S3:GetObject", 400, "KMS.ThrottlingException", "The rate at which you may call KMS is exceeded."), source.Throttled, "", "", ""},

		{"expired token", answered("S3:GetObject", 400, "ExpiredToken", "The provided token has expired."), source.Expired, "", "", "Renew"},
		{"expired token elsewhere", answered("SQS:ReceiveMessage", 403, "ExpiredTokenException", "The security token included in the request is expired"), source.Expired, "", "", "Renew"},
		{"key that is not there", answered("STS:GetCallerIdentity", 403, "InvalidClientTokenId", "The security token included in the request is invalid."), source.Expired, "", "", "access_key_id"},
		{"no credentials", &smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: errors.New("get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled")},
			source.Expired, "", "", "No credentials were found"},
		{"no credentials, and the machine refuses to give any", &smithy.OperationError{ServiceID: "STS", OperationName: "GetCallerIdentity", Err: fmt.Errorf("get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, %w",
			answered("ec2imds:GetMetadata", 403, "", ""))},
			source.Expired, "", "", "No credentials were found"},

		{"bucket elsewhere", answered("S3:GetObject", 301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", "X-Amz-Bucket-Region", "eu-central-1"),
			source.Misconfigured, "", "", "eu-central-1"},
		{"bucket elsewhere by HEAD", answered("S3:HeadBucket", 301, "MovedPermanently", "", "X-Amz-Bucket-Region", "eu-central-1"), source.Misconfigured, "", "", "eu-central-1"},
		{"no such bucket", answered("S3:ListObjectsV2", 404, "NoSuchBucket", "The specified bucket does not exist"), source.Misconfigured, "", "", "bucket_arn"},
		{"no such bucket by HEAD", answered("S3:HeadBucket", 404, "NotFound", ""), source.Misconfigured, "", "", "bucket_arn"},
		{"no such queue", answered("SQS:ReceiveMessage", 400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."), source.Misconfigured, "", "", "queue_url"},
		{"no such queue, new spelling", answered("SQS:ReceiveMessage", 400, "QueueDoesNotExist", "The specified queue does not exist."), source.Misconfigured, "", "", "queue_url"},
		{"no such group", answered("CloudWatch Logs:FilterLogEvents", 400, "ResourceNotFoundException", "The specified log group does not exist."), source.Misconfigured, "", "", "Region"},
		{"wrong secret", answered("S3:GetObject", 403, "SignatureDoesNotMatch", "The request signature we calculated does not match"), source.Misconfigured, "", "", "secret_access_key"},
		{"clock", answered("S3:GetObject", 403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."), source.Misconfigured, "", "", "clock"},
		{"opt-in Region", answered("STS:GetCallerIdentity", 403, "RegionDisabledException", "STS is not activated in this region"), source.Misconfigured, "", "", "opt-in"},
		{"key that is off", answered("S3:GetObject", 400, "KMS.DisabledException", aKey+" is disabled."), source.Misconfigured, "", "", "Enable the KMS key"},

		{"refused connection", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, source.Unreachable, "", "", "network"},
		{"no such host", &smithyhttp.RequestSendError{Err: &net.DNSError{Err: "no such host", Name: "sqs.eu-west-9.amazonaws.com"}}, source.Unreachable, "", "", "Region's name"},
		{"certificate", &smithyhttp.RequestSendError{Err: errors.New("tls: failed to verify certificate")}, source.Unreachable, "", "", ""},
		{"cut body", io.ErrUnexpectedEOF, source.Unreachable, "", "", ""},
		{"time is up", context.DeadlineExceeded, source.Unreachable, "", "", ""},
		{"500", answered("S3:GetObject", 500, "InternalError", "We encountered an internal error. Please try again."), source.Unreachable, "", "", ""},
		{"502 of something between", answered("SQS:ReceiveMessage", 502, "", ""), source.Unreachable, "", "", ""},
		{"503 of another service", answered("SQS:ReceiveMessage", 503, "ServiceUnavailable", ""), source.Unreachable, "", "", ""},

		{"a word nobody knows", answered("SQS:ReceiveMessage", 400, "Surprise", "?"), source.Unknown, "", "", "doctor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Explain(tt.err, "read s3://logs/AWSLogs/a.json.gz")
			var f *source.Fault
			if !errors.As(err, &f) {
				t.Fatalf("no fault: %v", err)
			}
			if f.Kind != tt.kind || f.Action != tt.action || f.Resource != tt.resource {
				t.Errorf("%s %q on %q; want %s %q on %q", f.Kind, f.Action, f.Resource, tt.kind, tt.action, tt.resource)
			}
			if f.Remedy == "" || !strings.Contains(f.Remedy, tt.remedy) {
				t.Errorf("remedy %q does not say %q", f.Remedy, tt.remedy)
			}
			if !errors.Is(err, tt.err) {
				t.Error("what the SDK said is lost")
			}
		})
	}
}

func TestExplainLeavesWhatIsExplained(t *testing.T) {
	if Explain(nil, "x") != nil {
		t.Error("an error of nothing")
	}
	f := &source.Fault{Kind: source.Gone, What: "read"}
	wrapped := fmt.Errorf("again: %w", f)
	if got := Explain(wrapped, "x"); got != wrapped { //nolint:errorlint // the very same
		t.Errorf("got %v", got)
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		`Get "https://logs.s3.amazonaws.com/k?X-Amz-Signature=abc&X-Amz-Expires=1": EOF`:    `Get "https://logs.s3.amazonaws.com/k?REDACTED": EOF`,
		"proxyconnect http://user:pa%20ss@192.0.2.1:3128 refused":                           "proxyconnect http://REDACTED@192.0.2.1:3128 refused",
		"x-amz-security-token:IQoJb3JpZ2lu\nhost:sqs":                                       "x-amz-security-token:REDACTED\nhost:sqs",
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20261121/x, Signature=ab done":     "Authorization: REDACTED",
		"WebIdentityToken=eyJhbGciOi&RoleArn=r":                                             "WebIdentityToken=REDACTED&RoleArn=r",
		`{"SecretAccessKey":"wJalr","SessionToken": "IQo"}`:                                 `{"SecretAccessKey":"REDACTED","SessionToken": "REDACTED"}`,
		"User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:GetObject": "User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:GetObject",
		"read s3://logs/what?.json of 111122223333":                                         "read s3://logs/what?.json of 111122223333",
	} {
		if got := Redact(in); !strings.HasPrefix(got, want) || strings.Contains(got, "Signature=ab") {
			t.Errorf("Redact(%q)\n = %q\nwant %q", in, got, want)
		}
	}
	if got := RedactURL("https://u:p@sqs.example.com/q?token=1#t"); got != "https://REDACTED@sqs.example.com/q?REDACTED" {
		t.Error(got)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(`Get "https://u:p@h/k?X-Amz-Signature=abc": EOF`)
	f.Add("x-amz-security-token:IQoJb3JpZ2lu")
	f.Fuzz(func(t *testing.T, text string) {
		once := Redact(text)
		_ = RedactURL(text)
		if strings.Contains(Redact("https://user:Canary7331@example.com/"+once), "Canary7331") {
			t.Error("a password came through")
		}
	})
}
