package doctor

import (
	"maps"
	"slices"
	"strings"

	"seismo/internal/account"
	objects "seismo/internal/source/s3"
)

// Policy is the smallest policy that lets one set of credentials do what its
// targets need.
type Policy struct {
	Sources  []string `json:"sources"`       // whose it is
	Role     string   `json:"role,omitzero"` // ARN of the role that is assumed, "" for the credentials themselves
	Document Document `json:"policy"`
}

// Document is a policy as IAM takes it, in JSON.
type Document struct {
	Version   string      `json:"Version"`
	Statement []Statement `json:"Statement"`
}

// Statement is one statement of a policy.
type Statement struct {
	Sid       string                         `json:"Sid"`
	Effect    string                         `json:"Effect"`
	Action    []string                       `json:"Action"`
	Resource  []string                       `json:"Resource"`
	Condition map[string]map[string][]string `json:"Condition,omitzero"`
}

// Policies writes one policy for each set of credentials that the targets name.
// No action has a wildcard, and the only ones that write are those that settle a
// message, publish and send reports. What the report found, account numbers and KMS
// keys, makes resources
// narrower; the zero report is fine.
func Policies(targets []Target, found Report) []Policy {
	var list []Policy
	byAccount := map[account.Config][]Target{}
	var order []account.Config
	for _, t := range targets {
		if t.Server != nil {
			continue // AWS is not asked
		}
		if byAccount[t.Account] == nil {
			order = append(order, t.Account)
		}
		byAccount[t.Account] = append(byAccount[t.Account], t)
	}
	for _, cfg := range order {
		d := draft{cfg: cfg, statements: map[string]*Statement{}}
		p := Policy{Role: cfg.RoleARN}
		for _, t := range byAccount[cfg] {
			p.Sources = append(p.Sources, t.Source)
			d.number = numberOf(t, found)
			d.target(t)
			d.found(t, found.Found)
		}
		p.Document = d.document()
		list = append(list, p)
	}
	return list
}

// numberOf is the account's number: as the report found it, else the role's.
func numberOf(t Target, found Report) string {
	for _, c := range found.Checks {
		if c.Source == t.Source && c.Account != "" {
			return c.Account
		}
	}
	if role, ok := account.ParseARN(t.Account.RoleARN); ok {
		return role.Account
	}
	return "*"
}

// draft gathers statements by their Sid.
type draft struct {
	cfg        account.Config
	number     string
	statements map[string]*Statement
}

// allow adds actions on resources to a statement.
func (d *draft) allow(sid string, actions, resources []string) *Statement {
	s := d.statements[sid]
	if s == nil {
		s = &Statement{Sid: sid, Effect: "Allow"}
		d.statements[sid] = s
	}
	s.Action = append(s.Action, actions...)
	s.Resource = append(s.Resource, resources...)
	return s
}

func (d *draft) document() Document {
	doc := Document{Version: "2012-10-17", Statement: []Statement{}}
	for _, sid := range slices.Sorted(maps.Keys(d.statements)) {
		s := d.statements[sid]
		slices.Sort(s.Action)
		s.Action = slices.Compact(s.Action)
		slices.Sort(s.Resource)
		s.Resource = slices.Compact(s.Resource)
		doc.Statement = append(doc.Statement, *s)
	}
	return doc
}

// region is where a target looks, as far as its configuration says.
func (d *draft) region() string {
	return orElse(d.cfg.Region, orElse(d.cfg.DefaultRegion, account.LastRegion))
}

func (d *draft) target(t Target) {
	if t.Queue != "" {
		d.allow("TakeMessages", append([]string{"sqs:GetQueueAttributes"}, taking...), []string{queueARN(t.Queue, d.region())})
	}
	for _, name := range t.Buckets {
		d.bucket(name, "", false)
		d.allow("TellGoneFromForbidden", []string{"s3:ListBucket"}, []string{bucketARN(name, d.region())})
	}
	if t.Bucket != "" {
		d.bucket(t.Bucket, t.Prefix, true)
	}
	for _, place := range t.Bodies {
		if at, err := objects.ParsePlace(place); err == nil {
			d.bucket(at.Bucket, at.Prefix, false)
		}
	}
	if group := orElse(t.Group, t.GroupPrefix); group != "" {
		d.group(t, group)
	}
	everything := []string{"*"} // these have no resources that a policy could name
	if t.Lookup {
		d.allow("LookUpEvents", []string{"cloudtrail:LookupEvents"}, everything)
	}
	if t.Metrics {
		d.allow("ReadMetrics", []string{"cloudwatch:GetMetricData", "cloudwatch:ListMetrics"}, everything)
	}
	if t.Bill {
		d.allow("AskForTheBill", []string{askBill}, everything)
	}
	if t.Inventory {
		d.inventory()
	}
	for _, region := range orOwn(t.Regions, d.region()) {
		if t.Publish != nil {
			d.publish(*t.Publish, region)
		}
		if t.Mail != nil {
			d.allow("SendReports", sending, t.Mail.resources(region, d.number))
		}
	}
}

func (d *draft) group(t Target, group string) {
	arn := groupARN(group, d.region(), d.number)
	if t.GroupPrefix != "" {
		arn = groupARN(group+"*", d.region(), d.number)
		d.allow("FindLogGroups", []string{"logs:DescribeLogGroups"}, []string{groupARN("*", d.region(), d.number)})
	}
	d.allow("ReadLogGroups", []string{"logs:FilterLogEvents"}, []string{arn})
}

// bucket allows to read objects below a prefix, and to list them where they are
// found by listing. Each bucket has a statement of its own, since the condition
// on prefixes holds for one bucket.
func (d *draft) bucket(bucket, prefix string, list bool) {
	region := d.region()
	d.allow("ReadObjects", []string{"s3:GetObject"}, []string{objectsARN(bucket, region, prefix)})
	if !list {
		return
	}
	s := d.allow("List"+sidOf(bucket+"/"+prefix), []string{"s3:ListBucket"}, []string{bucketARN(bucket, region)})
	if prefix != "" {
		s.Condition = map[string]map[string][]string{"StringLike": {"s3:prefix": {prefix + "*"}}}
	}
}

// sidOf leaves the letters and digits that a Sid may have.
func sidOf(text string) string {
	var b strings.Builder
	upper := true
	for _, r := range strings.TrimSuffix(text, "/") {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		case r >= 'a' && r <= 'z' && upper:
			b.WriteRune(r - 'a' + 'A')
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		default:
			upper = true
			continue
		}
		upper = false
	}
	return b.String()
}

func (d *draft) inventory() {
	p := account.PartitionOf(d.region())
	everything := []string{"*"}
	d.allow("ListBedrock", []string{
		"bedrock:GetModelInvocationLoggingConfiguration", "bedrock:ListFoundationModels", "bedrock:ListGuardrails", "bedrock:ListInferenceProfiles", "bedrock:ListProvisionedModelThroughputs",
	}, everything)
	profiles := []string{
		p.ARN("bedrock", "*", d.number, "application-inference-profile/*"), p.ARN("bedrock", "*", d.number, "inference-profile/*"),
	}
	d.allow("SeeProfiles", []string{"bedrock:GetInferenceProfile", "bedrock:ListTagsForResource"}, profiles)
	d.allow("SeeGuardrails", []string{"bedrock:GetGuardrail"}, []string{p.ARN("bedrock", "*", d.number, "guardrail/*")})
	d.allow("SeeQuotas", []string{"servicequotas:ListServiceQuotas"}, everything)
	d.allow("SeeRoleTags", []string{"iam:ListRoleTags"}, []string{p.ARN("iam", "", d.number, "role/*")})
	d.allow("SeeUserTags", []string{"iam:ListUserTags"}, []string{p.ARN("iam", "", d.number, "user/*")})
	d.allow("SeePeople", []string{"identitystore:ListUsers", "sso:ListInstances"}, everything)
}

// found allows what the configuration does not name: to open what KMS keys seal,
// and to read the objects that a queue tells of. Listing their bucket is what makes S3
// say that an object is gone; without it the answer is the same as a refusal.
// Where the buckets are not known, the folder that AWS's logs lie in says what may be read.
func (d *draft) found(t Target, list []Found) {
	partition, buckets := account.PartitionOf(d.region()), len(t.Buckets)
	for _, f := range list {
		arn, ok := account.ParseARN(f.ARN)
		if !ok || f.Source != t.Source {
			continue
		}
		if arn.Service == "kms" {
			d.allow("OpenSealed", []string{"kms:Decrypt"}, []string{f.ARN})
			continue
		}
		buckets++
		d.allow("ReadObjects", []string{"s3:GetObject"}, []string{objectsARN(f.ARN, d.region(), "")})
		d.allow("TellGoneFromForbidden", []string{"s3:ListBucket"}, []string{f.ARN})
	}
	if t.Queue != "" && buckets == 0 {
		d.allow("ReadObjects", []string{"s3:GetObject"}, []string{partition.ARN("s3", "", "", "*/AWSLogs/*")})
	}
}
