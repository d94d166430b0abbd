package standin

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v3"
)

// scope is a template with the values of a stack's parameters. A text that is no
// template has nothing.
type scope struct {
	stack                                      *Stack
	parameters, conditions, resources, results map[string]any
}

// part is one resource of a stack.
type part struct {
	id, kind, physical string
	key, body          string // ARN of the key that seals it; a dashboard's body, a key's description
	policy             string // of a key
	kept               bool
}

func scopeOf(s *Stack) *scope {
	var node yaml.Node
	root := map[string]any{}
	if err := yaml.Unmarshal([]byte(s.Template), &node); err == nil && len(node.Content) == 1 {
		root, _ = plainYAML(node.Content[0]).(map[string]any)
	}
	section := func(name string) map[string]any {
		m, _ := root[name].(map[string]any)
		return m
	}
	return &scope{s, section("Parameters"), section("Conditions"), section("Resources"), section("Outputs")}
}

// plainYAML turns a node into Go's values, the functions in their long form.
func plainYAML(n *yaml.Node) any {
	var v any
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainYAML(n.Content[i+1])
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plainYAML(c))
		}
		v = list
	default:
		v = n.Value
	}
	switch name, ok := strings.CutPrefix(n.Tag, "!"); {
	case !ok || strings.HasPrefix(name, "!"):
		return v
	case name == "Ref" || name == "Condition":
		return map[string]any{name: v}
	case name == "GetAtt":
		id, attribute, _ := strings.Cut(fmt.Sprint(v), ".")
		return map[string]any{"Fn::GetAtt": []any{id, attribute}}
	default:
		return map[string]any{"Fn::" + name: v}
	}
}

func (s *scope) has(id string) bool {
	r, ok := s.resources[id].(map[string]any)
	if !ok {
		return false
	}
	c, conditional := r["Condition"].(string)
	return !conditional || s.holds(map[string]any{"Condition": c})
}

// parts are the resources that the conditions let in, by id.
func (s *scope) parts() []part {
	var list []part
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		if !s.has(id) {
			continue
		}
		r := s.resources[id].(map[string]any)
		properties, _ := r["Properties"].(map[string]any)
		p := part{id: id, kind: fmt.Sprint(r["Type"]), physical: s.name(id),
			kept: strings.HasPrefix(fmt.Sprint(r["DeletionPolicy"]), "Retain")}
		switch p.kind {
		case "AWS::Logs::LogGroup":
			p.key = s.text(properties["KmsKeyId"])
		case "AWS::S3::Bucket":
			p.key = masterKey.FindString(fmt.Sprint(s.deep(properties["BucketEncryption"])))
		case "AWS::KMS::Key":
			p.body = s.text(properties["Description"])
			if policy, err := json.Marshal(s.deep(properties["KeyPolicy"]), json.Deterministic(true)); err == nil && properties["KeyPolicy"] != nil {
				p.policy = string(policy)
			}
		case "AWS::CloudWatch::Dashboard":
			p.body = s.text(properties["DashboardBody"])
		}
		list = append(list, p)
	}
	return list
}

var (
	masterKey = regexp.MustCompile(`arn:[a-z-]+:kms:[a-z0-9-]+:\d+:key/[A-Za-z0-9-]+`)
	hole      = regexp.MustCompile(`\$\{([A-Za-z0-9:.]+)\}`)
)

// names are the properties that name a resource.
var names = []string{"BucketName", "LogGroupName", "QueueName", "TopicName", "DashboardName", "RoleName"}

func (s *scope) name(id string) string {
	r, _ := s.resources[id].(map[string]any)
	properties, _ := r["Properties"].(map[string]any)
	for _, n := range names {
		if v, ok := properties[n]; ok && !strings.HasSuffix(fmt.Sprint(r["Type"]), "Policy") {
			return s.text(v)
		}
	}
	if r["Type"] == "AWS::KMS::Key" {
		return fmt.Sprintf("1234abcd-0000-0000-0000-%012d", s.stack.serial())
	}
	return s.stack.Name + "-" + id
}

// serial is the number in a stack's ARN: what has no name of its own differs from
// stack to stack by it.
func (s *Stack) serial() int {
	n := 0
	_, _ = fmt.Sscan(s.id[strings.LastIndexByte(s.id, '/')+1:], &n)
	return n
}

// reference is what Ref gives.
func (s *scope) reference(name string) string {
	switch name {
	case "AWS::AccountId":
		return AccountID
	case "AWS::Region":
		return s.stack.Region
	case "AWS::Partition":
		return "aws"
	case "AWS::NoValue":
		return ""
	}
	if v, ok := s.stack.Parameters[name]; ok {
		return v
	}
	if p, ok := s.parameters[name].(map[string]any); ok {
		return fmt.Sprint(p["Default"])
	}
	r, _ := s.resources[name].(map[string]any)
	switch r["Type"] {
	case "AWS::SQS::Queue":
		return "https://sqs." + s.stack.Region + ".amazonaws.com/" + AccountID + "/" + s.name(name)
	case "AWS::SNS::Topic":
		return s.attribute(name, "Arn")
	}
	return s.name(name)
}

func (s *scope) attribute(id, attribute string) string {
	r, _ := s.resources[id].(map[string]any)
	name := s.name(id)
	if attribute != "Arn" {
		return name
	}
	at := func(service, region, account, resource string) string {
		return partition().ARN(service, region, account, resource)
	}
	switch r["Type"] {
	case "AWS::S3::Bucket":
		return at("s3", "", "", name)
	case "AWS::Logs::LogGroup":
		return at("logs", s.stack.Region, AccountID, "log-group:"+name+":*")
	case "AWS::KMS::Key":
		return at("kms", s.stack.Region, AccountID, "key/"+name)
	case "AWS::IAM::Role":
		return at("iam", "", AccountID, "role/"+name)
	case "AWS::SQS::Queue":
		return at("sqs", s.stack.Region, AccountID, name)
	}
	return at("sns", s.stack.Region, AccountID, name)
}

// deep is a value with its functions worked out.
func (s *scope) deep(v any) any {
	switch v := v.(type) {
	case []any:
		var list []any
		for _, part := range v {
			list = append(list, s.deep(part))
		}
		return list
	case map[string]any:
		if done, ok := s.function(v); ok {
			return done
		}
		m := map[string]any{}
		for k, part := range v {
			m[k] = s.deep(part)
		}
		return m
	}
	return v
}

func (s *scope) function(m map[string]any) (any, bool) {
	if len(m) != 1 {
		return nil, false
	}
	if name, ok := m["Ref"].(string); ok {
		return s.reference(name), true
	}
	if text, ok := m["Fn::Sub"].(string); ok {
		return hole.ReplaceAllStringFunc(text, func(h string) string {
			id, attribute, ok := strings.Cut(h[2:len(h)-1], ".")
			if ok {
				return s.attribute(id, attribute)
			}
			return s.reference(id)
		}), true
	}
	if list, ok := m["Fn::GetAtt"].([]any); ok && len(list) == 2 {
		return s.attribute(fmt.Sprint(list[0]), fmt.Sprint(list[1])), true
	}
	if list, ok := m["Fn::If"].([]any); ok && len(list) == 3 {
		if s.holds(map[string]any{"Condition": list[0]}) {
			return s.deep(list[1]), true
		}
		return s.deep(list[2]), true
	}
	return nil, false
}

func (s *scope) text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(s.deep(v))
}

// holds works out a condition.
func (s *scope) holds(v any) bool {
	m, _ := v.(map[string]any)
	if name, ok := m["Condition"].(string); ok {
		return s.holds(s.conditions[name])
	}
	for name, parts := range m {
		list, _ := parts.([]any)
		yes := func(c any) bool { return s.holds(c) }
		switch name {
		case "Fn::Equals":
			return len(list) == 2 && s.text(list[0]) == s.text(list[1])
		case "Fn::Not":
			return !slices.ContainsFunc(list, yes)
		case "Fn::Or":
			return slices.ContainsFunc(list, yes)
		case "Fn::And":
			return !slices.ContainsFunc(list, func(c any) bool { return !s.holds(c) })
		}
	}
	return false
}

// differs are the properties of a resource that another scope makes otherwise.
func (s *scope) differs(other *scope, p part) []string {
	of := map[string]bool{}
	a, _ := s.resources[p.id].(map[string]any)
	b, _ := other.resources[p.id].(map[string]any)
	pa, _ := a["Properties"].(map[string]any)
	pb, _ := b["Properties"].(map[string]any)
	for _, m := range []map[string]any{pa, pb} {
		for name := range m {
			if fmt.Sprint(s.deep(pa[name])) != fmt.Sprint(other.deep(pb[name])) {
				of[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(of))
}

func (s *scope) outputs() map[string]string {
	out := map[string]string{}
	for name, o := range s.results {
		m, _ := o.(map[string]any)
		out[name] = s.text(m["Value"])
	}
	return out
}
