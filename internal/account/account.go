// Package account is how seismo reaches one AWS account: credentials, Region,
// endpoints, quotas, and what an error of AWS means. One table names the
// partitions; no other room spells an ARN's beginning.
//
// It never logs a credential, a token or an address that carries one, and never
// asks AWS for more than a share of its quotas.
package account

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// Options are what a program gives beside the configuration.
type Options struct {
	Log    *slog.Logger      // nil is silent
	Client http.RoundTripper // nil: connections of its own, through the proxy of the configuration; tests give a stand-in's
	Quotas *Quotas           // shared by all accounts of a process, so that two sources share one quota; nil: the account's own
}

// Account is one set of credentials. Clients are made for a Region each time;
// they share credentials, connections and quotas. It is safe for concurrent use.
type Account struct {
	cfg Config
	sdk aws.Config

	mu sync.Mutex
	id string
}

// SDK is the SDK's configuration for a Region; "" is the account's own. Rooms
// that need a client that has no method here make it from this.
func (a *Account) SDK(region string) aws.Config {
	c := a.sdk.Copy()
	if region != "" {
		c.Region = region
	}
	return c
}

// Region is the Region that calls go to when nobody names one.
func (a *Account) Region() string { return a.sdk.Region }

// Partition is the partition of the account's Region.
func (a *Account) Partition() Partition { return PartitionOf(a.sdk.Region) }

// ID is the account's number, asked of STS once. A failure is asked again.
func (a *Account) ID(ctx context.Context) (string, error) {
	a.mu.Lock()
	id := a.id
	a.mu.Unlock()
	if id != "" {
		return id, nil
	}
	out, err := a.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", Explain(err, "ask whose credentials these are")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.id = aws.ToString(out.Account)
	return a.id, nil
}

// S3 is a client for a Region. A custom endpoint gets the bucket in the path and
// is not asked for checksums that only AWS itself keeps.
func (a *Account) S3(region string) *s3.Client {
	return s3.NewFromConfig(a.SDK(region), func(o *s3.Options) {
		o.UsePathStyle = a.cfg.PathStyle || o.BaseEndpoint != nil
		o.UseARNRegion = true
		o.DisableLogOutputChecksumValidationSkipped = true
		if o.BaseEndpoint != nil {
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
	})
}

// SQS is a client for a Region.
func (a *Account) SQS(region string) *sqs.Client { return sqs.NewFromConfig(a.SDK(region)) }

// STS is a client for the account's Region.
func (a *Account) STS() *sts.Client { return sts.NewFromConfig(a.SDK("")) }

// Logs is a CloudWatch Logs client for a Region.
func (a *Account) Logs(region string) *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(a.SDK(region))
}

// CloudWatch is a client for a Region. A custom endpoint is spoken to in JSON,
// which AWS takes too: emulators do not know the CBOR that the SDK would choose.
func (a *Account) CloudWatch(region string) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(a.SDK(region), func(o *cloudwatch.Options) {
		if o.BaseEndpoint != nil {
			o.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801)
		}
	})
}

// CloudTrail is a client for a Region.
func (a *Account) CloudTrail(region string) *cloudtrail.Client {
	return cloudtrail.NewFromConfig(a.SDK(region))
}
