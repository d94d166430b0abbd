package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Firm makes of a client's retryer one that takes a quota for what it is: where
// LimitExceededException says that there are too many of a thing, as CloudFormation
// and the making of log groups do, more tries do not help.
func Firm(r aws.Retryer) aws.Retryer { return firm{r} }

type firm struct{ aws.Retryer }

// IsErrorRetryable says whether a further try can help.
func (f firm) IsErrorRetryable(err error) bool {
	return Code(err) != "LimitExceededException" && f.Retryer.IsErrorRetryable(err)
}

// GetAttemptToken passes on what the retryer under it says.
func (f firm) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if r, ok := f.Retryer.(aws.RetryerV2); ok {
		return r.GetAttemptToken(ctx)
	}
	return f.Retryer.GetRetryToken(ctx, nil)
}
