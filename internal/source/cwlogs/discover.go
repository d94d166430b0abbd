package cwlogs

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// lookAgain is how often the groups of a prefix are looked for.
const lookAgain = 5 * time.Minute

// rejoin is how much older than its arrival an event may be for CloudWatch to
// take it: a group may hold events that are older than itself.
const rejoin = 14 * 24 * time.Hour

// noBedrock is a time before which there was no Amazon Bedrock, and so no record
// of it. Groups whose age is unknown are read from here.
func noBedrock() int64 { return millis(time.Date(2023, 4, 1, 0, 0, 0, 0, time.UTC)) }

// discover finds the groups that the configuration means.
func (s *Source) discover(ctx context.Context) ([]group, error) {
	switch {
	case s.cfg.GroupARN != "":
		return s.byARN(ctx)
	case s.cfg.GroupName != "":
		return s.byName(ctx)
	}
	groups, err := s.describe(ctx, s.cfg.GroupPrefix, s.cfg.LinkedAccounts)
	if err == nil && len(groups) == 0 {
		err = &source.Fault{
			Kind: source.Misconfigured,
			What: "find log groups that begin with " + s.cfg.GroupPrefix + " in " + s.region(),
			Err:  errors.New("there is none"),
			Remedy: "Check log_group_name_prefix and region_name; for groups of linked accounts set " +
				"include_linked_accounts_with_prefix. New groups are found by themselves.",
		}
	}
	return groups, err
}

func (s *Source) byARN(ctx context.Context) ([]group, error) {
	g, ok := groupOfARN(s.cfg.GroupARN)
	if !ok {
		return nil, errors.New(`"log_group_arn" is not the ARN of a log group`)
	}
	// Only to know its age, for which no permission is asked.
	if known, err := s.describe(ctx, g.name, false); err == nil {
		for _, k := range known {
			if k.arn == g.arn {
				g.oldest = k.oldest
			}
		}
	}
	return []group{g}, ctx.Err()
}

// byName finds the ARN of a group that is given by name. Without the permission
// to describe groups it is put together from the account's number.
func (s *Source) byName(ctx context.Context) ([]group, error) {
	known, err := s.describe(ctx, s.cfg.GroupName, false)
	for _, g := range known {
		if g.name == s.cfg.GroupName {
			return []group{g}, nil
		}
	}
	var fault *source.Fault
	if err != nil && (!errors.As(err, &fault) || fault.Kind != source.Forbidden) {
		return nil, err
	}
	id, err := s.deps.Account.ID(ctx)
	if err != nil {
		return nil, err
	}
	name, region := s.cfg.GroupName, s.region()
	arn := account.PartitionOf(region).ARN("logs", region, id, "log-group:"+name)
	return []group{{arn: arn, region: region, account: id, name: name}}, nil
}

func (s *Source) region() string {
	if s.cfg.Region != "" {
		return s.cfg.Region
	}
	if g, ok := groupOfARN(s.cfg.GroupARN); ok {
		return g.region
	}
	return s.deps.Account.Region()
}

// describe lists the groups whose names begin with a prefix.
func (s *Source) describe(ctx context.Context, prefix string, linked bool) ([]group, error) {
	in := &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String(prefix)}
	if linked {
		in.IncludeLinkedAccounts = aws.Bool(true)
	}
	client := s.deps.Account.Logs(s.region())
	var groups []group
	for pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, "find log groups that begin with "+prefix+" in "+s.region())
		}
		for _, g := range page.LogGroups {
			if known, ok := s.known(&g, linked); ok {
				groups = append(groups, known)
			}
		}
	}
	return groups, nil
}

// known is a group as CloudWatch describes it. Groups of the delivery class
// cannot be read by anyone and are left out.
func (s *Source) known(g *types.LogGroup, linked bool) (group, bool) {
	arn := aws.ToString(g.LogGroupArn)
	if arn == "" {
		arn = aws.ToString(g.Arn) // ends in :*
	}
	known, ok := groupOfARN(arn)
	known.byARN = linked
	if created := aws.ToInt64(g.CreationTime); created > 0 {
		known.oldest = created - rejoin.Milliseconds()
	}
	if keeps := aws.ToInt32(g.RetentionInDays); keeps > 0 {
		known.oldest = max(known.oldest, millis(s.now().AddDate(0, 0, -int(keeps))))
	}
	return known, ok && g.LogGroupClass != types.LogGroupClassDelivery
}

// begin is where a group is read from that was never read before.
func (s *Source) begin(g *group) int64 {
	now := s.now()
	from := g.oldest
	if from == 0 {
		from = noBedrock()
	}
	switch {
	case s.cfg.Start == startEnd:
		from = millis(now)
	case !s.cfg.StartTime.IsZero():
		from = max(from, millis(s.cfg.StartTime))
	}
	if older := s.cfg.IgnoreOlder.Std(); older > 0 {
		from = max(from, millis(now.Add(-older)))
	}
	return min(from, millis(now))
}

// refusedToken reports whether AWS does not know the token of a page any more,
// or takes something else of the request for invalid.
func refusedToken(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "InvalidParameterException"
}
