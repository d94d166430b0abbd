package deploy

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"seismo/content"
)

// knownMetrics are the metrics that there are, with the dimensions that they are
// asked for by. Sources: the pages on monitoring of Bedrock's and SQS's guides,
// and internal/publish. Those of Seismo/Trail and Seismo/Records are made by
// filters of the templates, which TestMetricFilters looks at.
var knownMetrics = map[string][]string{
	"AWS/Bedrock ModelId": {
		"Invocations", "InvocationLatency", "InvocationClientErrors", "InvocationServerErrors", "InvocationThrottles",
		"InputTokenCount", "OutputTokenCount", "OutputImageCount", "LegacyModelInvocations", "TimeToFirstToken", "EstimatedTPMQuotaUsage",
		"CacheReadInputTokens", "CacheWriteInputTokens", "CacheReadInputTokenCount", "CacheWriteInputTokenCount",
		"ModelInvocationLogsCloudWatchDeliverySuccess", "ModelInvocationLogsCloudWatchDeliveryFailure",
		"ModelInvocationLogsS3DeliverySuccess", "ModelInvocationLogsS3DeliveryFailure",
		"ModelInvocationLargeDataS3DeliverySuccess", "ModelInvocationLargeDataS3DeliveryFailure",
	},
	"AWS/SQS QueueName":                               {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
	"Seismo/Bedrock Account,Environment,Region":       {"Calls", "Errors", "Throttles", "CostUSD", "UnpricedCalls", "InputTokens", "CacheReadTokens", "CacheWriteTokens", "OutputTokens", "ErrorRate"},
	"Seismo/Bedrock Account,Environment,Model,Region": {"Calls", "Errors", "Throttles", "CostUSD", "UnpricedCalls", "InputTokens", "CacheReadTokens", "CacheWriteTokens", "OutputTokens", "ErrorRate"},
	"Seismo/Bedrock Account,Environment,Kind,Region":  {"UnusualActivity"},
	"Seismo/Bedrock Environment":                      {"Published"},
	"Seismo/Trail/${Environment} ":                    {"Calls", "FailedCalls", "DeniedCalls", "LoggingChanges"},
	"Seismo/Records/${Environment} ":                  {"ConverseLatency"},
}

func isKnown(namespace, metric string, dims []string) bool {
	dims = slices.Sorted(slices.Values(dims))
	return slices.Contains(knownMetrics[namespace+" "+strings.Join(dims, ",")], metric)
}

var (
	searched = regexp.MustCompile(`SEARCH\('\{"?([A-Za-z/]+)"?((?:,[A-Za-z]+)*)\}[^']* MetricName="([A-Za-z0-9]+)"`)
	selected = regexp.MustCompile(`SELECT [A-Z]+\(([A-Za-z]+)\) FROM SCHEMA\("([A-Za-z/]+)", ([A-Za-z, ]+)\)`)
)

func checkExpression(t *testing.T, where, text string) {
	t.Helper()
	found := 0
	for _, m := range searched.FindAllStringSubmatch(text, -1) {
		found++
		if dims := strings.Split(strings.TrimPrefix(m[2], ","), ","); !isKnown(m[1], m[3], dims) {
			t.Errorf("%s: %s %s by %v is none", where, m[1], m[3], dims)
		}
	}
	for _, m := range selected.FindAllStringSubmatch(text, -1) {
		found++
		if dims := strings.Split(strings.ReplaceAll(m[3], " ", ""), ","); !isKnown(m[2], m[1], dims) {
			t.Errorf("%s: %s %s by %v is none", where, m[2], m[1], dims)
		}
	}
	if found != strings.Count(text, "SEARCH(")+strings.Count(text, "SELECT ") {
		t.Errorf("%s: an expression that this test cannot read: %s", where, text)
	}
}

func widgets(t *testing.T) map[string][]widget {
	t.Helper()
	all := map[string][]widget{}
	files, err := fs.Glob(content.FS, "dashboards/*.json")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(content.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		var b body
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(strings.TrimPrefix(name, "dashboards/"), ".json")] = b.Widgets
	}
	return all
}

// The enablement guide asked CloudWatch for metrics and dimensions that there
// are not, so that its widgets stayed empty.
func TestDashboardsNameTrueMetrics(t *testing.T) {
	for name, list := range widgets(t) {
		ids := map[string]bool{}
		for _, w := range list {
			where := name + ": " + w.Properties.Title
			clear(ids)
			for _, q := range queriesOf(w) {
				if ids[*q.Id] {
					t.Errorf("%s: the id %s stands twice", where, *q.Id)
				}
				ids[*q.Id] = true
				if q.Expression != nil {
					checkExpression(t, where, *q.Expression)
					continue
				}
				var dims []string
				for _, d := range q.MetricStat.Metric.Dimensions {
					dims = append(dims, *d.Name)
				}
				if m := q.MetricStat.Metric; !isKnown(*m.Namespace, *m.MetricName, dims) {
					t.Errorf("%s: %s %s by %v is none", where, *m.Namespace, *m.MetricName, dims)
				}
			}
			if len(queriesOf(w)) != len(w.Properties.Metrics) {
				t.Errorf("%s: a metric that cannot be asked for", where)
			}
		}
	}
}

func TestAlarmsNameTrueMetrics(t *testing.T) {
	tpl, err := load(Alarms)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for id, r := range tpl.resources {
		if r["Type"] != "AWS::CloudWatch::Alarm" {
			continue
		}
		n++
		walk(r, func(m map[string]any) {
			if e, ok := m["Expression"]; ok {
				checkExpression(t, id, texts(e)[0])
			}
			if m["MetricName"] == nil {
				return
			}
			var dims []string
			for _, d := range sliceOf(m["Dimensions"]) {
				dims = append(dims, fmt.Sprint(d.(map[string]any)["Name"]))
			}
			if namespace := texts(m["Namespace"])[0]; !isKnown(namespace, fmt.Sprint(m["MetricName"]), dims) {
				t.Errorf("%s: %s %v by %v is none", id, namespace, m["MetricName"], dims)
			}
		})
	}
	if n < 11 {
		t.Errorf("only %d alarms", n)
	}
}

// The metrics of own namespaces are made by filters of the templates.
func TestMetricFilters(t *testing.T) {
	made := map[string]bool{}
	for _, name := range []string{Trail, Alarms} {
		tpl, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tpl.resources {
			if r["Type"] == "AWS::Logs::MetricFilter" {
				walk(r, func(m map[string]any) {
					if m["MetricName"] != nil {
						made[texts(m["MetricNamespace"])[0]+" "+fmt.Sprint(m["MetricName"])] = true
					}
				})
			}
		}
	}
	for _, namespace := range []string{"Seismo/Trail/${Environment}", "Seismo/Records/${Environment}"} {
		for _, metric := range knownMetrics[namespace+" "] {
			if !made[namespace+" "+metric] {
				t.Errorf("no filter makes %s %s", namespace, metric)
			}
		}
	}
}

// Every widget of the enablement guide's four dashboards is there.
func TestTheGuidesWidgets(t *testing.T) {
	all, n := widgets(t), 0
	for name, titles := range map[string][]string{
		"technical-operations": {"API Calls Overview", "Response Time Metrics", "Token Usage", "Model Usage Distribution", "Error Distribution",
			"Recent Error Logs", "System Resource Usage", "Monitoring Function Health"},
		"management-overview": {"Daily API Usage Trend", "Daily Token Consumption", "Total Daily Invocations", "Total Daily Errors", "Success Rate %",
			"Hourly Usage by Model", "Average Response Time Trend", "Top 10 Users by Usage"},
		"security-monitoring": {"External IP Access Attempts", "Failed Authentication Attempts", "User Activity Timeline", "Unusual User Agents",
			"Security-Related Errors", "Most Active IPs (last hour)", "Model Management Activities"},
		"cost-usage": {"Daily Token Usage Trends", "Token Distribution by Model", "Token Usage by User and Model", "Monthly Input Tokens",
			"Monthly Output Tokens", "Monthly Invocations"},
	} {
		for _, title := range titles {
			n++
			if !slices.ContainsFunc(all[name], func(w widget) bool { return w.Properties.Title == title }) {
				t.Errorf("%s has no widget %q", name, title)
			}
		}
	}
	if n != 29 {
		t.Errorf("%d widgets are named, and the guide has 29", n)
	}
}

// The guide divided calls by errors.
func TestSuccessRateIsARatio(t *testing.T) {
	for _, w := range widgets(t)["management-overview"] {
		if w.Properties.Title == "Success Rate %" {
			for _, q := range queriesOf(w) {
				if *q.Id == "rate" && *q.Expression == "100 * calls / (calls + FILL(client, 0) + FILL(server, 0))" {
					return
				}
			}
		}
	}
	t.Error("no rate of succeeded to all calls")
}

// fields are the names that a record, an event and a published line have, by log
// group.
var fields = map[string][]string{
	"model-invocations": {"schemaType", "identity.arn", "modelId", "operation", "requestId", "errorCode", "input.inputTokenCount",
		"input.cacheReadInputTokenCount", "input.cacheWriteInputTokenCount", "output.outputTokenCount",
		"output.outputBodyJson.metrics.latencyMs", "output.outputBodyJson.stopReason", "output.outputBodyJson.stop_reason"},
	"cloudtrail-logs": {"eventSource", "eventName", "eventTime", "sourceIPAddress", "userAgent", "userIdentity.arn", "errorCode",
		"requestParameters.modelId", "requestParameters.serviceName"},
	"security-events":  {"type", "time", "severity", "title", "principal", "resource", "detector"},
	"application-logs": {"type", "error", "model", "operation", "principal", "request_id"},
}

var (
	quoted = regexp.MustCompile(`'[^']*'|"[^"]*"|/\^?[^ ]*/`)
	words  = regexp.MustCompile(`@?[A-Za-z_][A-Za-z0-9_.]*`)
	alias  = regexp.MustCompile(`\bas ([A-Za-z_]+)`)
)

// language are the words of Logs Insights that the queries use.
var language = strings.Fields(`filter fields stats sort limit by asc desc and or not like as count sum avg min max latest bin count_distinct coalesce
	ispresent isValidIpv4 isIpv4InSubnet toMillis now h d @timestamp`)

func checkQuery(t *testing.T, where, query string, groups []string) {
	t.Helper()
	plain := quoted.ReplaceAllString(query, " ")
	known := slices.Clone(language)
	for _, g := range groups {
		if fields[g] == nil {
			t.Errorf("%s reads %s", where, g)
		}
		known = append(known, fields[g]...)
	}
	for _, m := range alias.FindAllStringSubmatch(plain, -1) {
		known = append(known, m[1])
	}
	for _, word := range words.FindAllString(plain, -1) {
		if !slices.Contains(known, word) {
			t.Errorf("%s: %s is no field of %v", where, word, groups)
		}
	}
}

// Eight of the guide's nine log widgets could never show anything, and the ninth
// asked for fields that there are not.
func TestQueriesNameTrueFields(t *testing.T) {
	short := func(group string) string {
		return strings.TrimSuffix(strings.TrimPrefix(group, "/aws/bedrock/"), "/${Environment}")
	}
	n := 0
	for name, list := range widgets(t) {
		for _, w := range list {
			if w.Type != "log" {
				continue
			}
			n++
			groups, query := sources(w.Properties.Query)
			for i := range groups {
				groups[i] = short(groups[i])
			}
			checkQuery(t, name+": "+w.Properties.Title, query, groups)
		}
	}
	if n < 9 {
		t.Errorf("only %d log widgets", n)
	}
	tpl, err := load(Queries)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{"InvocationLogGroup": "model-invocations", "TrailLogGroup": "cloudtrail-logs", "SecurityLogGroup": "security-events"}
	for id, r := range tpl.resources {
		p := r["Properties"].(map[string]any)
		var groups []string
		for _, g := range texts(p["LogGroupNames"]) {
			groups = append(groups, by[g])
		}
		checkQuery(t, id, fmt.Sprint(p["QueryString"]), groups)
	}
}
