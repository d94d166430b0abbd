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
