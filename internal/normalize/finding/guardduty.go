package finding

import (
	"cmp"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/arn"
)

// GuardDuty makes a finding of a finding of GuardDuty, as it is exported to S3 or
// sent to EventBridge. GuardDuty writes a finding anew when it sees more of the
// same; all of these have one id, and the latest takes the place of those before
// it. Fields: GuardDuty user guide, "Finding details", and API reference, Finding.
func GuardDuty(doc jsondoc.Value, origin event.Origin) event.Finding {
	service := doc.Get("service")
	f := event.Finding{
		Detector:  event.DetectorGuardDuty,
		Time:      instant(service.Get("eventLastSeen"), doc.Get("updatedAt"), doc.Get("createdAt")),
		Rule:      doc.Get("type").Str(),
		Severity:  severity(doc.Get("severity")),
		Title:     cmp.Or(doc.Get("title").Str(), doc.Get("description").Str(), doc.Get("type").Str()),
		Account:   text(doc.Get("accountId")),
		Region:    doc.Get("region").Str(),
		Principal: guardDutyPrincipal(doc),
		Resource:  guardDutyResource(doc),
	}
	return named(f, doc, doc.Get("id").Str(), origin)
}

// severity reads AWS's number by AWS's table (GuardDuty user guide, "Severity
// levels of findings"): 1 to 3.9 is low, to 6.9 medium, to 8.9 high, and from 9 on
// critical. It is "" when there is no number.
func severity(v jsondoc.Value) string {
	n, ok := v.Float()
	switch {
	case !ok:
		return ""
	case n >= 9:
		return event.Critical
	case n >= 7:
		return event.High
	case n >= 4:
		return event.Medium
	case n >= 1:
		return event.Low
	}
	return event.Info
}

// guardDutyPrincipal is the user or role whose key was used, or the role of the
// machine that the finding is about. A role is named as events name it, by its ARN
// without a path; the ARN of a user may have a path that the finding does not
// tell, so that a user is named by name.
func guardDutyPrincipal(doc jsondoc.Value) string {
	resource := doc.Get("resource")
	if key := resource.Get("accessKeyDetails"); key.Exists() {
		name := cmp.Or(key.Get("userName").Str(), key.Get("principalId").Str())
		itself, ok := arn.Parse(doc.Get("arn").Str())
		if role := key.Get("userName").Str(); ok && role != "" && key.Get("userType").Str() == "AssumedRole" {
			return arn.ARN{Partition: itself.Partition, Service: "iam", Account: text(doc.Get("accountId")), Resource: "role/" + role}.String()
		}
		return name
	}
	profile := resource.Get("instanceDetails", "iamInstanceProfile", "arn").Str()
	if profile == "" {
		profile = resource.Get("lambdaDetails", "role").Str()
	}
	return cmp.Or(arn.Principal(profile), profile)
}

// resources are where a finding names the one thing that it is about.
var resources = [...][]string{
	{"instanceDetails", "instanceId"},
	{"eksClusterDetails", "arn"},
	{"ecsClusterDetails", "arn"},
	{"lambdaDetails", "functionArn"},
	{"rdsDbInstanceDetails", "dbInstanceArn"},
	{"rdsLimitlessDbDetails", "dbShardGroupArn"},
	{"containerDetails", "id"},
}

func guardDutyResource(doc jsondoc.Value) string {
	resource := doc.Get("resource")
	for _, path := range resources {
		if name := resource.Get(path...).Str(); name != "" {
			return name
		}
	}
	for b := range resource.Get("s3BucketDetails").Items() {
		if name := cmp.Or(b.Get("arn").Str(), b.Get("name").Str()); name != "" {
			return name
		}
	}
	call := doc.Get("service", "action", "awsApiCallAction")
	if name := api(call.Get("serviceName").Str(), call.Get("api").Str()); name != "" {
		return name
	}
	for r := range doc.Get("service", "detection", "sequence", "resources").Items() {
		if name := r.Get("uid").Str(); name != "" {
			return name
		}
	}
	return resource.Get("resourceType").Str()
}
