package doctor

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"seismo/internal/account"
)

// Offer is what an account has to read from, as far as it may be seen. What may
// not be seen is left out without a word: it can be named by hand.
type Offer struct {
	Account, Caller, Region string
	Queues                  []string // URLs
	Places                  []string // s3://bucket/prefix where Bedrock's logging writes to
	Groups                  []string // names of log groups, the one that Bedrock's logging writes to first
}

// mostOffered is how many queues and groups are offered.
const mostOffered = 20

// Look finds out whose credentials these are, and what there is to read. The
// error says why the credentials do not work.
func Look(ctx context.Context, cfg account.Config, opt Options) (Offer, error) {
	a, err := account.Open(ctx, cfg, account.Options{Log: opt.Log, Client: opt.Client})
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Region: a.Region()}
	out, err := a.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil && cfg.Endpoint == "" {
		return o, account.Explain(err, "ask whose credentials these are")
	}
	if err == nil {
		o.Account, o.Caller = aws.ToString(out.Account), aws.ToString(out.Arn)
	}
	o.logging(ctx, a)
	if list, err := a.SQS("").ListQueues(ctx, &sqs.ListQueuesInput{MaxResults: aws.Int32(mostOffered)}); err == nil {
		o.Queues = ordered(list.QueueUrls)
	}
	in := &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(mostOffered), LogGroupNamePattern: aws.String("bedrock")}
	if list, err := a.Logs("").DescribeLogGroups(ctx, in); err == nil {
		for _, g := range list.LogGroups {
			o.Groups = append(o.Groups, aws.ToString(g.LogGroupName))
		}
	}
	o.Groups = unique(o.Groups)
	return o, ctx.Err()
}

// logging puts where Bedrock's logging writes to before what else there is.
func (o *Offer) logging(ctx context.Context, a *account.Account) {
	client := bedrock.NewFromConfig(a.SDK(""))
	got, err := client.GetModelInvocationLoggingConfiguration(ctx, &bedrock.GetModelInvocationLoggingConfigurationInput{})
	if err != nil {
		return
	}
	var r RegionLogging
	r.read(got.LoggingConfig)
	for _, to := range r.To {
		if strings.HasPrefix(to, "s3://") {
			o.Places = append(o.Places, strings.TrimSuffix(to, "/")+"/")
		} else {
			o.Groups = append(o.Groups, to)
		}
	}
}

// ordered puts queues first whose names tell of Bedrock, and those of dead letters
// last.
func ordered(urls []string) []string {
	rank := func(url string) int {
		name := strings.ToLower(url[strings.LastIndexByte(url, '/')+1:])
		switch {
		case strings.Contains(name, "dead") || strings.Contains(name, "dlq"):
			return 2
		case strings.Contains(name, "bedrock"):
			return 0
		}
		return 1
	}
	sorted := slices.Clone(urls)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return sorted
}

// unique drops what comes a second time and keeps the order.
func unique(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
