package account

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// How often a call is tried. Throttling is waited out: at 30 % throttled calls
// one in 170,000 fails ten tries. What does not answer is told soon, since a
// source that cannot work must say why within a minute.
const (
	triesThrottled = 10
	triesFailed    = 4
	triesSilent    = 2
	longestPause   = 5 * time.Second
)

// retryer is the SDK's standard one with more codes and a limit by kind.
type retryer struct {
	*retry.Standard
}

func newRetryer() aws.Retryer {
	return &retryer{retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = triesThrottled
		o.MaxBackoff = longestPause
		o.Backoff = retry.NewExponentialJitterBackoff(longestPause)
		// The quotas' own pacing bounds the retries; the SDK's bucket of tokens
		// would run dry under throttling that lasts.
		o.RateLimiter = ratelimit.None
		o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			return aws.BoolTernary(throttled(err) || cutOff(err) || errors.Is(err, errSilence))
		}))
	})}
}

// RetryDelay is how long to wait before the next try; its error ends the call.
func (r *retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	most := triesFailed
	switch {
	case throttled(err):
		most = triesThrottled
	case errors.Is(err, errSilence), errors.Is(err, os.ErrDeadlineExceeded):
		most = triesSilent
	}
	if attempt >= most {
		return 0, fmt.Errorf("tried %d times: %w", attempt, err)
	}
	return r.Standard.RetryDelay(attempt, err)
}

// cutOff reports whether the connection ended inside the answer. The SDK takes
// that for an answer it cannot read, and tries no further.
func cutOff(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }

// throttlingCodes are the words by which AWS's services say "too fast", whatever
// the HTTP status beside them; 400 is common.
var throttlingCodes = map[string]bool{
	"Throttling": true, "ThrottlingException": true, "ThrottledException": true, "Throttled": true,
	"RequestThrottled": true, "RequestThrottledException": true, "RequestLimitExceeded": true,
	"TooManyRequestsException": true, "TooManyRequests": true, "LimitExceededException": true,
	"ProvisionedThroughputExceededException": true, "BandwidthLimitExceeded": true,
	"SlowDown": true, "PriorRequestNotComplete": true, "EC2ThrottledException": true,
	"KMS.ThrottlingException": true, "KmsThrottled": true, "RequestThrottlingException": true,
	"ServiceQuotaExceededException": true, "OperationAbortedDueToThrottling": true,
}

// throttled reports whether AWS said that this was too fast. The code decides;
// the status only where there is no body that could carry one.
func throttled(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) && throttlingCodes[api.ErrorCode()] {
		return true
	}
	return status(err) == 429
}
