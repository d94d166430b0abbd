package simulate

import (
	"fmt"
	"time"
)

// detections are what AWS's own detectors have to say of the stories: GuardDuty
// of the stolen key, in two findings of which it exports the graver one again
// when more has happened, and CloudTrail Insights of the night job's rate.
func detections(c Config, start int64) []Object {
	var out []Object
	for _, s := range scripts {
		begin := start + int64(s.hour())*hourMS
		if !c.tells(s.Name) {
			continue
		}
		switch s.Name {
		case "llmjacking":
			out = append(out, guardDutyFile(begin+hourMS,
				guardDutyFinding("a1", "DefenseEvasion:IAMUser/AnomalousBehavior", "5", "1", begin+10*60_000, begin+40*60_000,
					"The API GetModelInvocationLoggingConfiguration was called by the user "+stolenUser+" in an unusual way.", "GetModelInvocationLoggingConfiguration"),
				stolenSequence(begin, 40*60_000, "9")))
			out = append(out, guardDutyFile(begin+7*hourMS, stolenSequence(begin, 6*hourMS, "212")))
		case "cost-spike":
			out = append(out, insightFile(begin, 20*60_000, "Start"), insightFile(begin, 4*hourMS, "End"))
		}
	}
	return out
}

func stolenSequence(begin, lasts int64, signals string) string {
	return guardDutyFinding("a2", "AttackSequence:IAM/CompromisedCredentials", "9", signals, begin+7*60_000, begin+lasts,
		"Potential credential compromise of IAMUser/"+stolenUser+" indicated by a sequence of actions.", "InvokeModelWithResponseStream")
}

func guardDutyFinding(id, kind, severity, count string, first, last int64, title, api string) string {
	id = fmt.Sprintf("%030d%s", 0, id)
	return fmt.Sprintf(`{"schemaVersion":"2.0","accountId":%q,"region":"us-east-1","partition":"aws","id":%q,`+
		`"arn":"arn:aws:guardduty:us-east-1:%s:detector/00000000000000000000000000000000/finding/%s","type":%q,`+
		`"resource":{"resourceType":"AccessKey","accessKeyDetails":{"accessKeyId":%q,"userName":%q,"userType":"IAMUser"}},`+
		`"service":{"serviceName":"guardduty","action":{"actionType":"AWS_API_CALL","awsApiCallAction":{"api":%q,"serviceName":"bedrock.amazonaws.com",`+
		`"remoteIpDetails":{"ipAddressV4":"203.0.113.77"}}},"eventFirstSeen":%q,"eventLastSeen":%q,"archived":false,"count":%s},`+
		`"severity":%s,"createdAt":%q,"updatedAt":%q,"title":%q}`,
		labAccount, id, labAccount, id, kind, stolenKey, stolenUser, api, second(first), second(last), count, severity, second(first), second(last), title)
}

// guardDutyFile is a file of GuardDuty's export: a finding on each line.
func guardDutyFile(at int64, findings ...string) Object {
	var body []byte
	for _, f := range findings {
		body = append(append(body, f...), '\n')
	}
	when := time.UnixMilli(at).UTC()
	return Object{Bucket: trailBucket, Body: body, Gzip: true, Modified: when,
		Key: "AWSLogs/" + labAccount + "/GuardDuty/us-east-1/" + when.Format("2006/01/02/") + fmt.Sprintf("00000000-0000-4000-8000-%012x", at) + ".jsonl.gz"}
}

// insightFile is a file of CloudTrail Insights about the night job's calls.
func insightFile(begin, after int64, state string) Object {
	at := begin + after
	p := &apps[appDigest]
	body := fmt.Sprintf(`{"Records":[{"eventVersion":"1.09","eventTime":%q,"awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-%012x",`+
		`"eventType":"AwsCloudTrailInsight","recipientAccountId":%q,"sharedEventID":"00000000-0000-4000-8000-00000000c057",`+
		`"insightDetails":{"state":%q,"eventSource":"bedrock.amazonaws.com","eventName":"Converse","insightType":"ApiCallRateInsight","insightContext":{`+
		`"statistics":{"baseline":{"average":0.4},"insight":{"average":6.8},"insightDuration":%d,"baselineDuration":10080},`+
		`"attributions":[{"attribute":"userIdentityArn","insight":[{"value":"arn:aws:sts::%s:assumed-role/%s","average":6.8}]}]}},"eventCategory":"Insight"}]}`,
		second(at), at, p.account, state, after/60_000, p.account, p.role)
	when := time.UnixMilli(at + 12*60_000).UTC()
	return Object{Bucket: trailBucket, Body: []byte(body), Gzip: true, Modified: when,
		Key: "AWSLogs/" + p.account + "/CloudTrail-Insight/eu-west-1/" + when.Format("2006/01/02/") + p.account + "_CloudTrail-Insight_eu-west-1_" +
			when.Format("20060102T1504Z") + "_tarnInsight" + state[:1] + "0000.json.gz"}
}
