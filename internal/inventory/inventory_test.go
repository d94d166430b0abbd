package inventory_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/internal/enrich"
	"seismo/internal/inventory"
	"seismo/internal/state"
	"seismo/test/standin"
)

// Names of the stand-in's account.
const (
	region = standin.Region
	sonnet = "anthropic.claude-sonnet-4-6"
	haiku  = "anthropic.claude-3-haiku-20240307-v1:0"
)

func arn(service, in, owner, resource string) string {
	return account.PartitionOf(region).ARN(service, in, owner, resource)
}

func model(in, id string) map[string]any {
	return map[string]any{"modelArn": arn("bedrock", in, "", "foundation-model/"+id)}
}

func profile(id, kind string, models ...map[string]any) map[string]any {
	path := "inference-profile/"
	if kind == "APPLICATION" {
		path = "application-inference-profile/"
	}
	return map[string]any{"inferenceProfileId": id, "inferenceProfileArn": arn("bedrock", region, standin.AccountID, path+id),
		"inferenceProfileName": "name of " + id, "type": kind, "status": "ACTIVE", "models": models}
}

func filter(kind, in, out string) map[string]any {
	return map[string]any{"type": kind, "inputStrength": in, "outputStrength": out}
}

func guardrail(id, version string, policies map[string]any) map[string]any {
	g := map[string]any{"guardrailId": id, "id": id, "guardrailArn": arn("bedrock", region, standin.AccountID, "guardrail/"+id),
		"name": id, "version": version, "status": "READY", "createdAt": "2026-03-0" + fmt.Sprint(len(version)%9+1) + "T08:00:00Z"}
	for k, v := range policies {
		g[k] = v
	}
	return g
}

var strong = map[string]any{
	"contentPolicy": map[string]any{"filters": []any{
		filter("HATE", "HIGH", "HIGH"), filter("INSULTS", "MEDIUM", "MEDIUM"), filter("MISCONDUCT", "HIGH", "MEDIUM"),
		filter("SEXUAL", "HIGH", "HIGH"), filter("VIOLENCE", "HIGH", "HIGH"), filter("PROMPT_ATTACK", "HIGH", "NONE"),
	}},
	"sensitiveInformationPolicy": map[string]any{"piiEntities": []any{map[string]any{"type": "EMAIL", "action": "ANONYMIZE"}}},
}

func stocked(t *testing.T) *standin.Cloud {
	c := standin.New(t)
	app := arn("bedrock", region, standin.AccountID, "application-inference-profile/")
	c.SetBedrock(region, standin.Bedrock{
		Logging: map[string]any{"cloudWatchConfig": map[string]any{"logGroupName": "bedrock", "roleArn": arn("iam", "", standin.AccountID, "role/logs")},
			"textDataDeliveryEnabled": true, "imageDataDeliveryEnabled": false, "embeddingDataDeliveryEnabled": true},
		Profiles: []map[string]any{
			profile("us."+sonnet, "SYSTEM_DEFINED", model("us-east-1", sonnet), model("us-west-2", sonnet)),
			profile("one", "APPLICATION", model("us-east-1", haiku)),
			profile("geo", "APPLICATION", model("us-west-2", sonnet), model("us-east-1", sonnet)), // in another order
			profile("far", "APPLICATION", model("us-east-1", sonnet), model("eu-west-1", sonnet)),
		},
		Tags:   map[string]map[string]string{app + "one": {"team": "storefront"}},
		Models: []map[string]any{{"modelId": haiku, "modelArn": model(region, haiku)["modelArn"], "providerName": "Anthropic", "modelLifecycle": map[string]any{"status": "LEGACY"}}},
		Guardrails: []map[string]any{
			guardrail("gr0strong", "DRAFT", strong), guardrail("gr0strong", "1", strong),
			guardrail("gr0topics", "DRAFT", map[string]any{"topicPolicy": map[string]any{"topics": []any{map[string]any{"name": "gold", "definition": "…"}}}}),
			guardrail("gr0empty", "DRAFT", nil),
		},
		Throughputs: []map[string]any{{"provisionedModelArn": arn("bedrock", region, standin.AccountID, "provisioned-model/pt1"), "provisionedModelName": "pt",
			"modelArn": model(region, haiku)["modelArn"], "modelUnits": 2, "status": "InService"}},
	})
	c.SetQuotas(region, map[string]any{"QuotaCode": "L-1", "QuotaName": "On-demand tokens per minute", "Value": 400000.0, "Adjustable": true})
	c.TagRole("reports", map[string]string{"team": "finance", "app": "reports", "z": "1"})
	c.TagUser("batch", map[string]string{"team": "data"})
	c.SetUsers(region,
		map[string]any{"UserId": "u-1", "UserName": "jdoe", "Emails": []any{map[string]any{"Value": "other@example.com"}, map[string]any{"Value": "jane.doe@example.com", "Primary": true}}},
		map[string]any{"UserId": "u-2", "UserName": "asmith"}, map[string]any{"UserId": "u-3", "UserName": "third"})
	return c
}

func open(t *testing.T, c *standin.Cloud, path string) *inventory.Inventory {
	t.Helper()
	cache, err := state.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	cfg := inventory.Config{}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	deps := inventory.Deps{Cache: cache, Principals: func(context.Context, string) ([]string, error) {
		iam := func(resource string) string { return arn("iam", "", standin.AccountID, resource) }
		return []string{iam("role/path/reports"), iam("user/batch"), iam("role/deleted"), iam("role/AWSReservedSSO_Dev_1"),
			arn("iam", "", "444455556666", "role/foreign")}, nil
	}}
	if c != nil {
		deps.Accounts = []*account.Account{c.Account(t)}
	}
	inv, err := inventory.Open(t.Context(), cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func refresh(t *testing.T, inv *inventory.Inventory) {
	t.Helper()
	if err := inv.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// listed is all that is known now: "kind id".
func listed(inv *inventory.Inventory) []string {
	var out []string
	for _, it := range inv.Snapshot().Items {
		out = append(out, it.Kind+" "+it.ID)
	}
	slices.Sort(out)
	return out
}

func TestRefreshReadsEveryPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := open(t, stocked(t), filepath.Join(t.TempDir(), "state"))
		refresh(t, inv)
		want := []string{
			"guardrail gr0empty:DRAFT", "guardrail gr0strong:1", "guardrail gr0strong:DRAFT", "guardrail gr0topics:DRAFT",
			"logging logging", "model " + haiku,
			"profile far", "profile geo", "profile one", "profile us." + sonnet,
			"quota L-1", "role " + arn("iam", "", standin.AccountID, "role/path/reports"), "role " + arn("iam", "", standin.AccountID, "user/batch"),
			"throughput pt1", "user u-1", "user u-2", "user u-3",
		}
		if diff := cmp.Diff(want, listed(inv)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		for _, l := range inv.Snapshot().Looks {
			if l.Fault != "" {
				t.Errorf("%s: %s", l.Kind, l.Fault)
			}
		}
	})
}

func TestResolvesProfilesTagsAndUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := open(t, stocked(t), filepath.Join(t.TempDir(), "state"))
		refresh(t, inv)
		for id, want := range map[string]enrich.InferenceProfile{
			"one": {Model: haiku, PriceAs: haiku, Tags: map[string]string{"team": "storefront"}},
			"geo": {Model: sonnet, PriceAs: "us." + sonnet},
			"far": {Model: sonnet}, // over Regions that no system-defined profile has
		} {
			got, ok := inv.Profile(arn("bedrock", region, standin.AccountID, "application-inference-profile/"+id))
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Errorf("%s: -want +got\n%s", id, diff)
			}
		}
		if tags := inv.Tags(arn("iam", "", standin.AccountID, "role/path/reports")); len(tags) != 3 || tags["team"] != "finance" {
			t.Errorf("tags %v", tags)
		}
		for name, want := range map[string]string{"JDoe": "jane.doe@example.com", "u-1": "jane.doe@example.com", "asmith": "asmith", "nobody": ""} {
			if got := inv.User(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
	})
}

// Without a network, what was known last is known still.
func TestAnOfflineStartKnowsTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state")
		first := open(t, stocked(t), path)
		refresh(t, first)
		again := open(t, nil, path)
		if diff := cmp.Diff(listed(first), listed(again)); diff != "" {
			t.Errorf("-first +again\n%s", diff)
		}
		if again.User("jdoe") != "jane.doe@example.com" {
			t.Error("the user is forgotten")
		}
	})
}

func TestAPartThatIsRefusedDoesNotHoldUpTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := stocked(t)
		inv := open(t, cloud, filepath.Join(t.TempDir(), "state"))
		refresh(t, inv)
		cloud.Fault(standin.Fault{Service: "bedrock", Op: "ListGuardrails", Status: 403, Code: "AccessDeniedException",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: bedrock:ListGuardrails because no identity-based policy allows the bedrock:ListGuardrails action"})
		cloud.SetQuotas(region)
		refresh(t, inv)
		items := listed(inv)
		if !slices.Contains(items, "guardrail gr0strong:1") {
			t.Error("what was seen before is forgotten")
		}
		if slices.Contains(items, "quota L-1") {
			t.Error("what went away is still there")
		}
		for _, l := range inv.Snapshot().Looks {
			if l.Kind == inventory.KindGuardrail && (!strings.Contains(l.Fault, "bedrock:ListGuardrails") || l.Remedy == "") {
				t.Errorf("fault %q, remedy %q", l.Fault, l.Remedy)
			}
			if l.Kind != inventory.KindGuardrail && l.Fault != "" {
				t.Errorf("%s: %s", l.Kind, l.Fault)
			}
		}
	})
}

func TestFollowsEmptyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := stocked(t)
		for _, service := range []string{"bedrock", "servicequotas", "iam", "identitystore"} {
			cloud.Fault(standin.Fault{Service: service, Every: 3, Times: 2, Empty: true})
		}
		inv := open(t, cloud, filepath.Join(t.TempDir(), "state"))
		refresh(t, inv)
		if n := len(listed(inv)); n != 17 {
			t.Errorf("%d things: %v", n, listed(inv))
		}
	})
}

func TestJudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := stocked(t)
		inv := open(t, cloud, filepath.Join(t.TempDir(), "state"))
		refresh(t, inv)
		var got []string
		for _, p := range inv.Snapshot().Judge(time.Now(), nil) {
			got = append(got, strings.Join([]string{p.Grade, p.Check, p.Subject, p.Why}, " | "))
		}
		const untagged = "The application inference profile has no tag that names a team."
		want := []string{
			"bad | guardrail | gr0empty DRAFT | The guardrail stops nothing.",
			"warn | attribution | name of far | " + untagged,
			"warn | attribution | name of geo | " + untagged,
			"warn | guardrail | gr0topics DRAFT | The guardrail is weak: prompt attacks are filtered at NONE, not HIGH; " +
				"filtered below MEDIUM in a direction: hate, insults, misconduct, sexual, violence; personal data is not looked for.",
			"warn | large_bodies |  | Bodies over 100 KB are lost: the log group has no bucket for large data.",
			"good | guardrail | gr0strong 1 | The guardrail is strong.",
			"good | guardrail | gr0strong DRAFT | The guardrail is strong.",
			"good | logging |  | Model invocation logging is on, to log group bedrock; not delivered: images.",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		cloud.SetBedrock(region, standin.Bedrock{})
		pass(6 * time.Hour)
		refresh(t, inv)
		rows := inv.Snapshot().Judge(time.Now(), nil)
		if len(rows) != 1 || rows[0].Grade != inventory.Bad || rows[0].Check != "logging" {
			t.Errorf("without anything: %+v", rows)
		}
		spans := inv.Snapshot().Logging(standin.AccountID, region)
		if len(spans) != 2 || !spans[0].Thing.On || spans[0].Current || spans[1].Thing.On || !spans[1].Current {
			t.Errorf("history %+v", spans)
		}
	})
}

// pass lets time go by in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }
