package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/go-json-experiment/json"

	"seismo/internal/account"
)

// WidgetState is what a widget of a dashboard shows.
type WidgetState struct {
	Region    string `json:"region"`
	Dashboard string `json:"dashboard"`
	Widget    string `json:"widget"`
	State     string `json:"state"`        // data, empty, missing or failed
	Why       string `json:"why,omitzero"` // of one that has no data
}

// The states of a widget. Missing is one whose dashboard is not there.
const (
	HasData  = "data"
	Empty    = "empty"
	NotThere = "missing"
	Unread   = "failed"
)

// body is what is read of a dashboard.
type body struct {
	Widgets []widget `json:"widgets"`
}

type widget struct {
	Type       string `json:"type"`
	Properties struct {
		Title   string  `json:"title"`
		Period  int32   `json:"period"`
		Query   string  `json:"query"`
		Stat    string  `json:"stat"`
		Metrics [][]any `json:"metrics"`
	} `json:"properties"`
}

// dashboardNames are the names of the four dashboards as their templates make
// them.
func (w *Wish) dashboardNames(region string) []string {
	var list []string
	for _, kind := range [...]string{"technical-operations", "management-overview", "security-monitoring", "cost-usage"} {
		list = append(list, w.NamePrefix+"-"+w.Environment+"-"+kind+"-"+region)
	}
	return list
}

// Verify finds out whether the four dashboards of each Region are there and which
// of their widgets had data in the span before now. It reads, and starts queries
// of Logs Insights, which AWS bills by what they scan.
func (t *Tool) Verify(ctx context.Context, w Wish, span time.Duration) ([]WidgetState, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	lists, errs := each(ctx, t, w.Regions, false, func(ctx context.Context, t *Tool, region string) (list []WidgetState, err error) {
		for _, name := range w.dashboardNames(region) {
			states, err := t.dashboard(ctx, region, name, span)
			if err != nil {
				return list, t.untouched(err)
			}
			list = append(list, states...)
		}
		return list, nil
	})
	return slices.Concat(lists...), together(w.Regions, errs)
}

func (t *Tool) dashboard(ctx context.Context, region, name string, span time.Duration) ([]WidgetState, error) {
	client := t.account.CloudWatch(region)
	out, err := client.GetDashboard(ctx, &cloudwatch.GetDashboardInput{DashboardName: aws.String(name)})
	if errors.As(err, new(*cwtypes.DashboardNotFoundError)) || errors.As(err, new(*cwtypes.ResourceNotFound)) {
		return []WidgetState{{Region: region, Dashboard: name, State: NotThere, Why: "there is no dashboard of this name"}}, nil
	}
	if err != nil {
		return nil, explain(err, "read the dashboard "+name+" in "+region)
	}
	var b body
	if err := json.Unmarshal([]byte(aws.ToString(out.DashboardBody)), &b); err != nil {
		return []WidgetState{{Region: region, Dashboard: name, State: Unread, Why: "its body cannot be read: " + err.Error()}}, nil
	}
	var states []WidgetState
	for _, w := range b.Widgets {
		if w.Type == "metric" || w.Type == "log" {
			states = append(states, WidgetState{Region: region, Dashboard: name, Widget: w.Properties.Title})
		}
	}
	var work sync.WaitGroup
	at := 0
	for _, w := range b.Widgets {
		if w.Type != "metric" && w.Type != "log" {
			continue
		}
		state := &states[at]
		at++
		work.Go(func() { state.State, state.Why = t.widget(ctx, region, w, span) })
	}
	work.Wait()
	return states, ctx.Err()
}

func (t *Tool) widget(ctx context.Context, region string, w widget, span time.Duration) (state, why string) {
	end := t.opt.Now().UTC()
	var has bool
	var err error
	if w.Type == "log" {
		has, err = t.queried(ctx, region, w.Properties.Query, end.Add(-span), end)
	} else {
		has, err = t.measured(ctx, region, w, end.Add(-span), end)
	}
	switch {
	case errors.As(err, new(*logstypes.ResourceNotFoundException)):
		return NotThere, "a log group that it reads is not there"
	case err != nil:
		return Unread, account.Redact(account.Explain(err, "ask for the data of "+w.Properties.Title).Error())
	case has:
		return HasData, ""
	}
	return Empty, "nothing in the last " + spoken(span)
}

// measured asks for the metrics of a widget and says whether there was any value.
func (t *Tool) measured(ctx context.Context, region string, w widget, from, to time.Time) (bool, error) {
	queries := queriesOf(w)
	if len(queries) == 0 {
		return false, nil
	}
	pages := cloudwatch.NewGetMetricDataPaginator(t.account.CloudWatch(region), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: aws.Time(from), EndTime: aws.Time(to)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, err
		}
		for _, r := range page.MetricDataResults {
			if len(r.Values) > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// queriesOf are the metrics of a widget as GetMetricData takes them. A widget's
// period of days would answer nothing for a shorter span.
func queriesOf(w widget) []cwtypes.MetricDataQuery {
	period := min(max(w.Properties.Period, 60), 3600)
	var list []cwtypes.MetricDataQuery
	for i, m := range w.Properties.Metrics {
		q := cwtypes.MetricDataQuery{Id: aws.String(fmt.Sprintf("m%d", i)), ReturnData: aws.Bool(true)}
		var names []string
		options := map[string]any{}
		for _, part := range m {
			switch part := part.(type) {
			case string:
				names = append(names, part)
			case map[string]any:
				options = part
			}
		}
		if id, ok := options["id"].(string); ok {
			q.Id = aws.String(id)
		}
		stat, _ := options["stat"].(string)
		if e, ok := options["expression"].(string); ok {
			q.Expression, q.Period = aws.String(e), aws.Int32(period)
		} else if len(names) >= 2 {
			q.MetricStat = &cwtypes.MetricStat{Metric: metricOf(names), Period: aws.Int32(period), Stat: aws.String(orElse(stat, orElse(w.Properties.Stat, "Average")))}
		} else {
			continue
		}
		list = append(list, q)
	}
	return list
}

// metricOf reads a metric as dashboards spell it: namespace, name, and dimensions
// by turns.
func metricOf(names []string) *cwtypes.Metric {
	m := &cwtypes.Metric{Namespace: aws.String(names[0]), MetricName: aws.String(names[1])}
	for i := 2; i+1 < len(names); i += 2 {
		m.Dimensions = append(m.Dimensions, cwtypes.Dimension{Name: aws.String(names[i]), Value: aws.String(names[i+1])})
	}
	return m
}

// queried runs the query of a log widget and says whether it found anything.
func (t *Tool) queried(ctx context.Context, region, text string, from, to time.Time) (bool, error) {
	groups, query := sources(text)
	if len(groups) == 0 {
		return false, fmt.Errorf("the query names no log group")
	}
	client := t.account.Logs(region)
	begun, err := client.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{LogGroupNames: groups, QueryString: aws.String(query),
		StartTime: aws.Int64(from.Unix()), EndTime: aws.Int64(to.Unix()), Limit: aws.Int32(1)})
	if err != nil {
		return false, err
	}
	for {
		out, err := client.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: begun.QueryId})
		if err != nil {
			return false, err
		}
		switch out.Status {
		case logstypes.QueryStatusComplete:
			return len(out.Results) > 0, nil
		case logstypes.QueryStatusRunning, logstypes.QueryStatusScheduled:
		default:
			return false, fmt.Errorf("the query ended as %s", out.Status)
		}
		if err := t.opt.Pause(ctx, time.Second); err != nil {
			return false, err
		}
	}
}

// sources takes the log groups from the beginning of a dashboard's query.
func sources(text string) (groups []string, query string) {
	for {
		rest, ok := strings.CutPrefix(text, "SOURCE '")
		if !ok {
			return groups, text
		}
		group, after, ok := strings.Cut(rest, "'")
		if !ok {
			return groups, text
		}
		groups = append(groups, group)
		text = strings.TrimPrefix(strings.TrimLeft(after, " "), "| ")
	}
}

// spoken is a span without what is zero at its end: 24h, and not 24h0m0s.
func spoken(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
