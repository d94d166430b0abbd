package deploy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"seismo/internal/account"
	"seismo/internal/doctor"
)

// grant is one statement of a policy in a template.
type grant struct {
	where              string // template/resource/Sid
	effect             string
	actions, resources []string
	principal          any
	condition          bool
}

func grants(t *testing.T) []grant {
	t.Helper()
	var list []grant
	for _, name := range TemplateNames() {
		tpl, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		for id, r := range tpl.resources {
			walk(r, func(m map[string]any) {
				if m["Effect"] == nil || m["Action"] == nil {
					return
				}
				g := grant{where: fmt.Sprintf("%s/%s/%v", name, id, m["Sid"]), effect: fmt.Sprint(m["Effect"]),
					actions: texts(m["Action"]), resources: texts(m["Resource"]), principal: m["Principal"], condition: m["Condition"] != nil}
				list = append(list, g)
			})
		}
	}
	if len(list) < 25 {
		t.Fatalf("only %d statements were found", len(list))
	}
	return list
}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, part := range v {
			walk(part, visit)
		}
	case []any:
		for _, part := range v {
			walk(part, visit)
		}
	}
}

// texts are all texts of a value, those of functions among them.
func texts(v any) (list []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, part := range v {
			list = append(list, texts(part)...)
		}
	case map[string]any:
		for _, part := range v {
			list = append(list, texts(part)...)
		}
	}
	return list
}

// wide are the statements whose resources have a star, with the reason.
var wide = map[string]string{
	"infrastructure/Key/AccountAdministers": "in a key's policy * is the key itself",
	"infrastructure/Key/BedrockSeals":       "in a key's policy * is the key itself",
	"infrastructure/Key/LogGroupsSeal":      "in a key's policy * is the key itself",
	"infrastructure/Key/TrailSeals":         "in a key's policy * is the key itself",
	"infrastructure/Key/TopicsSeal":         "in a key's policy * is the key itself",

	"infrastructure/LogBucketPolicy/SeismoBedrockWrites": "the objects below Bedrock's own folder of this account",
	"infrastructure/TrailBucketPolicy/TrailWrites":       "the objects below the trail's own folder of this account",
	"infrastructure/ReaderRole/ReadObjects":              "the objects of the two buckets",
	"infrastructure/ReaderRole/ReadLogGroups":            "the streams of two named groups",
	"infrastructure/PublisherRole/WriteEvents":           "the streams of two named groups",
	"infrastructure/PublisherRole/SeeEvents":             "the streams of two named groups",
	"trail/TrailRole/WriteEvents":                        "the end of CloudTrail's name of the stream is its own",
	"infrastructure/ReaderRole/SeeProfiles":              "profiles have random ids, and come and go",
	"infrastructure/ReaderRole/SeeGuardrails":            "guardrails have random ids, and come and go",
	"infrastructure/ReaderRole/SeeRoleTags":              "any role may have called a model",
	"infrastructure/ReaderRole/SeeUserTags":              "any user may have called a model",
	"infrastructure/ReaderRole/NoResourceLevel":          "AWS has no resources for these actions; see noLevel",
	"infrastructure/PublisherRole/WriteMetrics":          "CloudWatch has no resources for metrics; the condition names the namespace",
	"infrastructure/PublisherRole/ReadMetrics":           "CloudWatch has no resources for metrics",
}

// noLevel are the actions that may stand on every resource, since AWS takes no
// other there. Source: AWS's service authorization reference.
var noLevel = []string{
	"bedrock:GetModelInvocationLoggingConfiguration", "bedrock:ListFoundationModels",
	"bedrock:ListGuardrails", // a guardrail can be named only where its versions are listed
	"bedrock:ListInferenceProfiles", "bedrock:ListProvisionedModelThroughputs", "cloudtrail:LookupEvents",
	"cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "cloudwatch:PutMetricData", "servicequotas:ListServiceQuotas",
}

func TestNoPolicyIsWiderThanNeeded(t *testing.T) {
	used := map[string]bool{}
	for _, g := range grants(t) {
		if g.effect == "Deny" {
			if !g.condition {
				t.Errorf("%s denies without a condition", g.where)
			}
			continue
		}
		for _, a := range g.actions {
			if strings.Contains(a, "*") {
				t.Errorf("%s allows %s", g.where, a)
			}
		}
		if g.principal == "*" {
			t.Errorf("%s is for everybody", g.where)
		}
		for _, r := range g.resources {
			if !strings.Contains(r, "*") {
				continue
			}
			used[g.where] = true
			if wide[g.where] == "" {
				t.Errorf("%s is for %s, and no reason is given in the table", g.where, r)
			}
			if r == "*" && !strings.HasPrefix(g.where, "infrastructure/Key/") {
				for _, a := range g.actions {
					if !slices.Contains(noLevel, a) {
						t.Errorf("%s allows %s on everything", g.where, a)
					}
				}
			}
		}
	}
	for where := range wide {
		if !used[where] {
			t.Errorf("the table names %s, which has no star", where)
		}
	}
}

// Whoever lets a service of AWS in says for which account or resource it acts;
// else another account could have it write or take a role here.
func TestServicesActForThisAccountOnly(t *testing.T) {
	for _, g := range grants(t) {
		p, _ := g.principal.(map[string]any)
		if p["Service"] == nil {
			continue
		}
		// Log groups are told apart by the context that a key is used in.
		if !g.condition {
			t.Errorf("%s lets %v in for any account", g.where, p["Service"])
		}
	}
}

// What the collector's role allows is what the doctor finds that a collector of
// these sources needs, and nothing of it writes but settling a message.
func TestReaderRoleIsWhatTheDoctorAsksFor(t *testing.T) {
	cfg := account.Config{Region: "eu-west-1", RoleARN: "arn:aws:iam::111122223333:role/reader"}
	found := doctor.Report{Found: []doctor.Found{{Source: "queue", ARN: "arn:aws:kms:eu-west-1:111122223333:key/k"}, {Source: "queue", ARN: "arn:aws:s3:::b"}}}
	needed := map[string]bool{}
	for _, p := range doctor.Policies([]doctor.Target{
		{Source: "queue", Account: cfg, Queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/q"},
		{Source: "group", Account: cfg, Group: "g"}, {Source: "lookup", Account: cfg, Lookup: true},
		{Source: "metrics", Account: cfg, Metrics: true}, {Source: "inventory", Account: cfg, Inventory: true},
	}, found) {
		for _, s := range p.Document.Statement {
			for _, a := range s.Action {
				needed[a] = true
			}
		}
	}
	// People are in the account of the organization's Identity Center.
	delete(needed, "identitystore:ListUsers")
	delete(needed, "sso:ListInstances")
	has := map[string]bool{}
	for _, g := range grants(t) {
		if strings.HasPrefix(g.where, "infrastructure/ReaderRole/") && len(g.resources) > 0 {
			for _, a := range g.actions {
				has[a] = true
			}
		}
	}
	for a := range has {
		if !needed[a] {
			t.Errorf("the role allows %s, which nothing uses", a)
		}
	}
	for a := range needed {
		if !has[a] {
			t.Errorf("the role does not allow %s", a)
		}
	}
	writes := []string{"sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
	reads := []string{"Get", "List", "Describe", "Filter", "Lookup", "Receive", "Decrypt"}
	for a := range has {
		_, verb, _ := strings.Cut(a, ":")
		if !slices.Contains(writes, a) && !slices.ContainsFunc(reads, func(p string) bool { return strings.HasPrefix(verb, p) }) {
			t.Errorf("the collector's role may %s", a)
		}
	}
}

// The publisher's actions are those that its calls need.
func TestPublisherRole(t *testing.T) {
	uses := map[string]string{
		"cloudwatch:PutMetricData": "metrics", "cloudwatch:GetMetricData": "whether a request without an answer arrived",
		"logs:PutLogEvents": "events", "logs:CreateLogStream": "a stream for each day", "logs:FilterLogEvents": "whether a request without an answer arrived",
		"sts:AssumeRole": "its trust policy",
	}
	seen := map[string]bool{}
	for _, g := range grants(t) {
		if strings.HasPrefix(g.where, "infrastructure/PublisherRole/") {
			for _, a := range g.actions {
				seen[a] = true
				if uses[a] == "" {
					t.Errorf("%s allows %s, which nothing uses", g.where, a)
				}
			}
		}
	}
	for a := range uses {
		if !seen[a] {
			t.Errorf("the publisher's role does not allow %s", a)
		}
	}
}

// Nothing spells a partition.
func TestARNsNameNoPartition(t *testing.T) {
	for _, name := range TemplateNames() {
		text, err := Text(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.Contains(line, "arn:aws") {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}
