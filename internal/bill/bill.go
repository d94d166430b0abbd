// Package bill asks Cost Explorer what AWS billed an account for Bedrock, day by
// day, so that the sums of the price book can be held against it.
//
// It never asks unasked: AWS charges a cent for each request. It never fills a
// day that AWS has not billed yet.
package bill

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"seismo/internal/account"
)

// Action is the IAM action that Fetch needs. It has no resource level.
const Action = "ce:GetCostAndUsage"

// Bill is what one account was billed for Bedrock.
type Bill struct {
	Account string `json:"account"`
	Days    []Day  `json:"days"` // in order, one for each day that was asked for and that AWS answered
}

// Day is a day in UTC.
type Day struct {
	Date  time.Time `json:"date"`
	Calls float64   `json:"calls_usd"` // of model calls: tokens, images, video
	Other float64   `json:"other_usd"` // of Bedrock, and no model call: guardrails, provisioned throughput, storage, …
	Final bool      `json:"final"`     // false: AWS still calls it an estimate
}

// Ask gives the bills of some accounts for days as Fetch takes them. Those that
// can be had are returned beside the error of the others.
type Ask func(ctx context.Context, from, to time.Time) ([]Bill, error)

// Fetch asks for the days from from to to, both beginnings of days in UTC, to
// exclusive. An account's own credentials see its own bill; those of an
// organization's payer see everybody's, of which only the account's own is taken.
// Errors are those of account.Explain.
func Fetch(ctx context.Context, a *account.Account, from, to time.Time) (Bill, error) {
	id, err := a.ID(ctx)
	if err != nil {
		return Bill{}, err
	}
	b := Bill{Account: id}
	client := costexplorer.NewFromConfig(a.SDK(home(a.Partition())))
	in := &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(from.UTC().Format(time.DateOnly)), End: aws.String(to.UTC().Format(time.DateOnly))},
		Granularity: types.GranularityDaily,
		Metrics:     []string{metric},
		GroupBy:     []types.GroupDefinition{by("SERVICE"), by("USAGE_TYPE")},
		Filter:      &types.Expression{Dimensions: &types.DimensionValues{Key: types.DimensionLinkedAccount, Values: []string{id}}},
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for page := 1; ; page++ {
		out, err := client.GetCostAndUsage(ctx, in)
		if err != nil {
			return Bill{}, account.Explain(err, "ask Cost Explorer for the bill of account "+id)
		}
		if err := b.add(out.ResultsByTime); err != nil {
			return Bill{}, err
		}
		next := aws.ToString(out.NextPageToken)
		switch {
		case next == "":
			return b, nil
		case next == aws.ToString(in.NextPageToken) || page == mostPages:
			return Bill{}, endless(id, page)
		}
		in.NextPageToken = &next
	}
}

// mostPages is how many pages are asked for at most; each costs a cent. A month of
// a large account has five.
const mostPages = 50

// patience is how long a whole bill may take.
const patience = 2 * time.Minute

// endless is a bill whose pages do not come to an end.
func endless(id string, pages int) error {
	return fmt.Errorf("ask Cost Explorer for the bill of account %s: its pages do not come to an end: %d were asked for, which AWS bills with a cent each, "+
		"and nothing of them is used; ask for fewer days", id, pages)
}

// metric is what was used, before discounts that are shared between accounts.
const metric = "UnblendedCost"

func by(dimension string) types.GroupDefinition {
	return types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: &dimension}
}

// home is the Region in which a partition's Cost Explorer lives. Source: "AWS Cost
// Management endpoints" of the AWS General Reference.
func home(p account.Partition) string {
	if p.ID == "aws-cn" {
		return "cn-northwest-1"
	}
	return "us-east-1"
}

// add takes in one page. A day may be spread over several.
func (b *Bill) add(results []types.ResultByTime) error {
	for _, r := range results {
		if r.TimePeriod == nil {
			continue
		}
		date, err := time.Parse(time.DateOnly, aws.ToString(r.TimePeriod.Start))
		if err != nil {
			return fmt.Errorf("read the bill: %w", err)
		}
		at := slices.IndexFunc(b.Days, func(d Day) bool { return d.Date.Equal(date) })
		if at < 0 {
			at = len(b.Days)
			b.Days = append(b.Days, Day{Date: date, Final: true})
		}
		day := &b.Days[at]
		day.Final = day.Final && !r.Estimated
		for _, g := range r.Groups {
			if err := day.add(g); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(b.Days, func(x, y Day) int { return x.Date.Compare(y.Date) })
	return nil
}

func (d *Day) add(g types.Group) error {
	if len(g.Keys) != 2 || !ofBedrock(g.Keys[0]) {
		return nil
	}
	amount := g.Metrics[metric]
	if unit := aws.ToString(amount.Unit); unit != "USD" && unit != "" {
		return fmt.Errorf("the bill is in %s; the price book is in US dollars, and nothing is converted", unit)
	}
	usd, err := strconv.ParseFloat(aws.ToString(amount.Amount), 64)
	if err != nil {
		return fmt.Errorf("read the bill: %w", err)
	}
	if ofCalls(g.Keys[1]) && !strings.Contains(g.Keys[0], "AgentCore") {
		d.Calls += usd
	} else {
		d.Other += usd
	}
	return nil
}

// ofBedrock knows "Amazon Bedrock" and the models that AWS bills as services of
// their own, such as "Claude Sonnet 4 (Amazon Bedrock Edition)".
func ofBedrock(service string) bool { return strings.Contains(service, "Bedrock") }

// others are parts of usage types that are no model call. AWS publishes no list;
// these are the words of the price page's sections.
var others = [...]string{"guardrail", "provisioned", "modelunit", "model-unit", "customization", "custommodel", "custom-model",
	"storage", "knowledge", "dataautomation", "data-automation", "flow", "evaluation", "agent", "router", "retriev"}

func ofCalls(usageType string) bool {
	low := strings.ToLower(usageType)
	return !slices.ContainsFunc(others[:], func(word string) bool { return strings.Contains(low, word) })
}
