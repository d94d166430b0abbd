package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Publishing is what writing to CloudWatch needs.
type Publishing struct {
	Namespace string   // of the metrics; "" writes none
	Groups    []string // names of the log groups that are written to
	Stream    string   // log stream in each
}

// Mailing is what sending by SES needs.
type Mailing struct {
	From string // the sender's address alone
	Set  string // configuration set; "" is none
}

// Server is a mail server. Try takes its steps, such as to connect and to log in,
// and sends nothing; its error may have a Hint.
type Server struct {
	Address string // host:port
	Steps   string // in words
	Try     func(ctx context.Context) error
}

// sends tells whether the target is about what goes out.
func (t Target) sends() bool { return t.Publish != nil || t.Mail != nil || t.Server != nil || t.Bill }

// Why an action is worked out by IAM and not tried.
const (
	wouldTake  = "trying it would take a message"
	wouldWrite = "trying it would write something"
	wouldSend  = "trying it would send a message"
	wouldCost  = "trying it would cost a cent"
)

// sending are the actions of a message that is sent whole: the reference names the
// first for the operation, and SES asks for the second.
var sending = []string{"ses:SendEmail", "ses:SendRawEmail"}

const (
	askMetrics = "cloudwatch:GetMetricData"
	askEvents  = "logs:FilterLogEvents"
	putMetrics = "cloudwatch:PutMetricData"
	askBill    = "ce:GetCostAndUsage"
)

var putEvents = []string{"logs:CreateLogStream", "logs:PutLogEvents"}

// publish asks for what was published before, and has IAM work out whether more may be.
func (s subject) publish(ctx context.Context, region string) {
	p, now := s.target.Publish, s.opt.Now().Truncate(time.Minute)
	if p.Namespace != "" {
		_ = s.try(ctx, Check{Region: region, Action: askMetrics, Resource: "*"}, func(ctx context.Context) error {
			_, err := s.account.CloudWatch(region).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now),
				MetricDataQueries: []metrics.MetricDataQuery{{Id: aws.String("seen"), MetricStat: &metrics.MetricStat{
					Metric: &metrics.Metric{Namespace: aws.String(p.Namespace), MetricName: aws.String("Published")},
					Period: aws.Int32(60), Stat: aws.String("Sum")}}},
			})
			return err
		})
		s.simulate(ctx, region, "*", []string{putMetrics}, wouldWrite, types.ContextEntry{ContextKeyName: aws.String("cloudwatch:namespace"),
			ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{p.Namespace}})
	}
	for _, group := range p.Groups {
		_ = s.try(ctx, Check{Region: region, Action: askEvents, Resource: groupARN(group, region, s.number)}, func(ctx context.Context) error {
			_, err := s.account.Logs(region).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(group),
				Limit: aws.Int32(1), StartTime: aws.Int64(now.Add(-time.Hour).UnixMilli()), EndTime: aws.Int64(now.UnixMilli())})
			return missingGroup(err, group, region)
		})
		s.simulate(ctx, region, streamARN(group, p.Stream, region, s.number), putEvents, wouldWrite)
	}
}

// missingGroup explains the error of a log group that is not there.
func missingGroup(err error, group, region string) error {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ResourceNotFoundException" {
		return &source.Fault{Kind: source.Misconfigured, What: "look at the log group " + group, Err: err, Remedy: fmt.Sprintf(
			"There is no such log group: make it with `seismo deploy up`, or with `aws logs create-log-group --log-group-name %s --region %s`.", group, region)}
	}
	return err
}

func streamARN(group, stream, region, number string) string {
	return strings.TrimSuffix(groupARN(group, region, number), "*") + "log-stream:" + stream
}

// mail has IAM work out whether a message may be sent. SES judges by the identity
// that is verified: the sender's address or its domain.
func (s subject) mail(ctx context.Context, region string) {
	list := s.target.Mail.resources(region, s.number)
	s.simulateAny(ctx, region, list[:2], sending, wouldSend)
	for _, set := range list[2:] {
		s.simulate(ctx, region, set, sending, wouldSend)
	}
}

// resources are the address, its domain and the configuration set.
func (m Mailing) resources(region, number string) []string {
	p := account.PartitionOf(region)
	_, domain, _ := strings.Cut(m.From, "@")
	list := []string{p.ARN("ses", region, number, "identity/"+m.From), p.ARN("ses", region, number, "identity/"+domain)}
	if m.Set != "" {
		list = append(list, p.ARN("ses", region, number, "configuration-set/"+m.Set))
	}
	return list
}

// server tries a mail server. No account of AWS has a part in it.
func (s subject) server(ctx context.Context) {
	c := Check{Source: s.target.Source, Action: "smtp: " + s.target.Server.Steps, Resource: s.target.Server.Address, State: OK}
	limited, cancel := context.WithTimeout(ctx, s.opt.Patience)
	defer cancel()
	if err := s.target.Server.Try(limited); err != nil {
		c.State, c.Why = Failed, account.Redact(err.Error())
		var hint interface{ Hint() string }
		if errors.As(err, &hint) {
			c.Remedy = hint.Hint()
		}
	}
	s.put(c)
}

// publish allows to write metrics of one namespace, and events to one stream of
// each group.
func (d *draft) publish(p Publishing, region string) {
	if p.Namespace != "" {
		d.allow("ReadMetrics", []string{askMetrics}, []string{"*"})
		s := d.allow("WriteMetrics", []string{putMetrics}, []string{"*"}) // it has no resources; the namespace bounds it
		s.Condition = map[string]map[string][]string{"StringEquals": {"cloudwatch:namespace": {p.Namespace}}}
	}
	for _, group := range p.Groups {
		d.allow("SeeOwnLogEvents", []string{askEvents}, []string{groupARN(group, region, d.number)})
		d.allow("WriteLogEvents", putEvents, []string{streamARN(group, p.Stream, region, d.number)})
	}
}

func orOwn(regions []string, own string) []string {
	if len(regions) > 0 {
		return regions
	}
	return []string{own}
}
