package finding

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/arn"
)

// Insight makes a finding of an event of CloudTrail Insights. An Insight is told
// of twice, when it starts and when it ends; both have one id, from
// sharedEventID, so that the later one, which knows how long it lasted, takes the
// place of the earlier. Insights have no severity of their own: all are low.
// Fields: CloudTrail user guide, "CloudTrail Insights event record contents".
func Insight(doc jsondoc.Value, origin event.Origin) event.Finding {
	details := doc.Get("insightDetails")
	f := event.Finding{
		Detector: event.DetectorInsight,
		Time:     instant(doc.Get("eventTime")),
		Rule:     details.Get("insightType").Str(),
		Severity: event.Low,
		Account:  text(doc.Get("recipientAccountId")),
		Region:   doc.Get("awsRegion").Str(),
	}
	api := api(details.Get("eventSource").Str(), details.Get("eventName").Str())
	f.Resource = api
	f.Title = insightTitle(details, cmp.Or(api, "an API"))
	who := attributed(details, "userIdentityArn")
	f.Principal = cmp.Or(arn.Principal(who), who)
	name := cmp.Or(doc.Get("sharedEventID").Str(), doc.Get("eventID").Str())
	return named(f, doc, name, origin)
}

// api names an API as service and call.
func api(source, name string) string {
	if source == "" || name == "" {
		return source + name
	}
	return source + " " + name
}

// insightTitle says what is unusual. Rates are calls or errors a minute.
func insightTitle(details jsondoc.Value, api string) string {
	what := "Unusual rate of calls of " + api
	if code := details.Get("errorCode").Str(); details.Get("insightType").Str() == "ApiErrorRateInsight" {
		what = "Unusual rate of errors of " + api
		if code != "" {
			what = "Unusual rate of the error " + code + " of " + api
		}
	}
	statistics := details.Get("insightContext", "statistics")
	now, known := statistics.Get("insight", "average").Float()
	if usual, ok := statistics.Get("baseline", "average").Float(); ok && known {
		what += fmt.Sprintf(": %s a minute, usually %s", rate(now), rate(usual))
	}
	minutes, known := statistics.Get("insightDuration").Int()
	if details.Get("state").Str() == "End" && known {
		what += fmt.Sprintf("; over after %d min", minutes)
	}
	return what
}

// rate writes a rate with two digits that count.
func rate(x float64) string {
	if math.Abs(x) >= 10 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

// attributed is the value of an attribute that most of the unusual calls have;
// AWS lists it first.
func attributed(details jsondoc.Value, attribute string) string {
	for a := range details.Get("insightContext", "attributions").Items() {
		if a.Get("attribute").Str() != attribute {
			continue
		}
		for v := range a.Get("insight").Items() {
			if value := v.Get("value").Str(); value != "null" {
				return value
			}
			return ""
		}
	}
	return ""
}
