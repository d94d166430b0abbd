package deploy

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"seismo/docs"
	"seismo/internal/account"
	"seismo/internal/doctor"
	"seismo/internal/logging"
	"seismo/internal/state"
	"seismo/test/standin"
)

// ofTrail is how the Sids of a trail's statements end: in its name, which the guide
// leaves out.
var ofTrail = regexp.MustCompile(`SeismoBedrockProd[0-9a-f]{6}$`)

// star is one statement of a shipped policy that has a wildcard.
type star struct {
	actions  []string
	anything bool // the resource is * itself, and not the key that the policy is of
}

var ticked = regexp.MustCompile("`([^`]+)`")

// listed is the guide's table of wildcards, the one place that names them: of each
// statement the actions that it allows on everything.
func listed(t *testing.T) map[string][]string {
	t.Helper()
	page, err := fs.ReadFile(docs.FS, "guide/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Wildcards in policies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	list := map[string][]string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(strings.TrimSpace(cells[0]), "`") || !strings.HasPrefix(line, "|") {
			continue
		}
		if len(cells) != 3 || len(strings.TrimSpace(cells[2])) < 10 {
			t.Errorf("a row without a reason: %s", line)
			continue
		}
		var actions []string
		for _, m := range ticked.FindAllStringSubmatch(cells[1], -1) {
			if strings.Contains(m[1], ":") {
				actions = append(actions, m[1])
			}
		}
		for _, m := range ticked.FindAllStringSubmatch(cells[0], -1) {
			list[m[1]] = append(list[m[1]], actions...)
		}
	}
	if len(list) < 20 {
		t.Fatalf("the guide lists only %d statements", len(list))
	}
	return list
}

// found gathers the wildcards of statements by their names in the guide.
type found map[string]star

func (f found) add(where, effect string, actions, resources []string, inKey bool) {
	s, wild := f[where], false
	for _, a := range actions {
		wild = wild || strings.Contains(a, "*")
	}
	for _, r := range resources {
		wild = wild || strings.Contains(r, "*")
		if r == "*" && !inKey && effect == "Allow" {
			s.anything = true
		}
	}
	if !wild {
		return
	}
	for _, a := range actions {
		if !slices.Contains(s.actions, a) {
			s.actions = append(s.actions, a)
		}
	}
	f[where] = s
}

// policy adds the statements of a policy in JSON.
func (f found) policy(t *testing.T, where, text string, inKey bool) {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%s: %v in %s", where, err, text)
	}
	walk(doc, func(m map[string]any) {
		if sid, ok := m["Sid"].(string); ok && sid != "Owner" { // Owner is the stand-in's own
			f.add(where+"/"+ofTrail.ReplaceAllString(sid, ""), m["Effect"].(string), texts(m["Action"]), texts(m["Resource"]), inKey)
		}
	})
}

// book is a journal and a memory of what logging does.
func book(t *testing.T) *state.State {
	t.Helper()
	s, err := state.Open(t.Context(), filepath.Join(t.TempDir(), "aws.state"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// logged are the policies that the commands of logging write, as the account has
// them afterwards.
func (f found) logged(t *testing.T) {
	t.Helper()
	cloud, memory := standin.New(t), book(t)
	key := cloud.AddKey(standin.Key{ID: "1234abcd-12ab-34cd-56ef-1234567890ab"})
	tool := logging.New(cloud.Account(t), logging.Options{Journal: memory, Memory: memory, Tell: func(string, string, string, error) {}})
	ctx := context.Background()
	plans, errs := tool.Plan(ctx, logging.Wish{Environment: "prod", S3: true, CloudWatch: true, Key: key, Data: logging.Data{Text: true}}, []string{standin.Region})
	if err := logging.Join(append(errs, logging.Join(tool.Apply(ctx, plans)))); err != nil {
		t.Fatal(err)
	}
	trail, err := tool.PlanTrail(ctx, logging.TrailWish{Environment: "prod", CloudWatch: true, Key: key}, standin.Region)
	if err == nil {
		err = tool.ApplyTrail(ctx, &trail)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range cloud.Buckets() {
		f.policy(t, "logging", b["policy"], false)
	}
	for _, r := range cloud.Roles() {
		for _, text := range r {
			f.policy(t, "logging", text, false)
		}
	}
	for _, k := range cloud.Keys() {
		f.policy(t, "logging", k.Policy, true)
	}
}

// doctored is the policy that `seismo doctor --policy` prints for a collector of
// everything.
func (f found) doctored() {
	for _, p := range doctor.Policies(everySource(), doctor.Report{Checks: []doctor.Check{{Source: "s", Account: "111122223333"}},
		Found: []doctor.Found{{Source: "s", ARN: "arn:aws:kms:eu-west-1:111122223333:key/k"}}}) {
		for _, s := range p.Document.Statement {
			f.add("doctor/"+s.Sid, s.Effect, s.Action, s.Resource, false)
		}
	}
}

// publishing is the target of `seismo publish`.
func publishing(cfg account.Config) doctor.Target {
	return doctor.Target{Source: "publish", Account: cfg, Publish: &doctor.Publishing{Namespace: "Seismo/Bedrock",
		Groups: []string{"/aws/bedrock/security-events/prod", "/aws/bedrock/application-logs/prod"}, Stream: "seismo"}}
}

func everySource() []doctor.Target {
	cfg := account.Config{Region: "eu-west-1", RoleARN: "arn:aws:iam::111122223333:role/reader"}
	return []doctor.Target{
		{Source: "s", Account: cfg, Queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/q"},
		{Source: "s", Account: cfg, Bucket: "b", Prefix: "AWSLogs/", Bodies: []string{"s3://b/large-data"}}, {Source: "s", Account: cfg, Group: "g"},
		{Source: "s", Account: cfg, GroupPrefix: "/aws/bedrock/"}, {Source: "s", Account: cfg, Lookup: true},
		{Source: "s", Account: cfg, Metrics: true}, {Source: "s", Account: cfg, Inventory: true},
		publishing(cfg), {Source: "reports", Account: cfg, Mail: &doctor.Mailing{From: "seismo@example.com"}}, {Source: "reports", Account: cfg, Bill: true},
	}
}

// Every wildcard in a policy that is shipped, printed or written stands in the
// guide with its reason, and nothing stands there that is gone.
func TestEveryWildcardIsListedWithItsReason(t *testing.T) {
	all := found{}
	for _, g := range grants(t) {
		all.add(g.where, g.effect, g.actions, g.resources, strings.HasPrefix(g.where, "infrastructure/Key/"))
		if g.effect == "Deny" && !g.condition {
			t.Errorf("%s denies without a condition", g.where)
		}
		if g.effect == "Allow" && g.principal == "*" {
			t.Errorf("%s is for everybody", g.where)
		}
		for _, a := range g.actions {
			if g.effect == "Allow" && strings.Contains(a, "*") {
				t.Errorf("%s allows %s", g.where, a)
			}
		}
	}
	all.logged(t)
	all.doctored()
	list := listed(t)
	for _, where := range slices.Sorted(maps.Keys(all)) {
		s := all[where]
		actions, ok := list[where]
		if !ok {
			t.Errorf("%s has a wildcard (%v) that the guide does not list", where, s.actions)
			continue
		}
		if !s.anything {
			continue
		}
		slices.Sort(s.actions)
		if got := slices.Sorted(slices.Values(actions)); !slices.Equal(s.actions, got) {
			t.Errorf("%s allows on everything\n%v\nand the guide lists\n%v", where, s.actions, got)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(list)) {
		if _, ok := all[where]; !ok {
			t.Errorf("the guide lists %s, which has no wildcard", where)
		}
	}
}
