package cwlogs

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"seismo/internal/account"
)

// group is one log group to read.
type group struct {
	arn     string // without :*
	region  string
	account string
	name    string
	byARN   bool  // asked for by its ARN, as groups of linked accounts must be
	oldest  int64 // nothing in it is older; 0 when unknown
}

// groupOfARN takes the ARN of a group apart; the :* that CloudWatch appends to
// it may be there or not.
func groupOfARN(text string) (group, bool) {
	parts, ok := account.ParseARN(strings.TrimSuffix(strings.TrimSpace(text), ":*"))
	name, isGroup := strings.CutPrefix(parts.Resource, "log-group:")
	if !ok || !isGroup || parts.Service != "logs" || parts.Region == "" || name == "" || strings.Contains(name, ":") {
		return group{}, false
	}
	return group{arn: parts.String(), region: parts.Region, account: parts.Account, name: name, byARN: true}, true
}

// cursorName is the name of the group's cursor. It holds the streams that are
// read, so that another choice of streams begins anew.
func (g *group) cursorName(cfg *Config) string {
	name := "cwl:" + g.arn
	switch {
	case cfg.StreamPrefix != "":
		name += "#prefix=" + cfg.StreamPrefix
	case len(cfg.Streams) > 0:
		name += "#streams=" + strings.Join(cfg.Streams, ",")
	}
	return name
}

// request asks for one page.
func (g *group) request(cfg *Config, s step) *cloudwatchlogs.FilterLogEventsInput {
	in := &cloudwatchlogs.FilterLogEventsInput{
		StartTime: aws.Int64(s.from),
		EndTime:   aws.Int64(s.to - 1), // inclusive
	}
	if s.token != "" {
		in.NextToken = aws.String(s.token)
	}
	if g.byARN {
		in.LogGroupIdentifier = aws.String(g.arn)
	} else {
		in.LogGroupName = aws.String(g.name)
	}
	if len(cfg.Streams) > 0 {
		in.LogStreamNames = cfg.Streams
	}
	if cfg.StreamPrefix != "" {
		in.LogStreamNamePrefix = aws.String(cfg.StreamPrefix)
	}
	return in
}
