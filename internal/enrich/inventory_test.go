package enrich

import (
	"testing"

	"seismo/internal/event"
)

// shelf is an inventory for tests.
type shelf struct {
	profiles map[string]InferenceProfile
	tags     map[string]map[string]string
	users    map[string]string
}

func (s shelf) Profile(arn string) (InferenceProfile, bool) { p, ok := s.profiles[arn]; return p, ok }
func (s shelf) Tags(principal string) map[string]string     { return s.tags[principal] }
func (s shelf) User(name string) string                     { return s.users[name] }

const (
	profileOne = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/one"
	profileGeo = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/geo"
	profileFar = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/far"
	taggedRole = "arn:aws:iam::111122223333:role/reports"
)

func stocked(t *testing.T, people string) *Enricher {
	t.Helper()
	cfg := Config{Inventory: shelf{
		profiles: map[string]InferenceProfile{
			profileOne: {Model: "anthropic.claude-3-haiku-20240307-v1:0", PriceAs: "anthropic.claude-3-haiku-20240307-v1:0",
				Tags: map[string]string{"Team": "storefront", "App-Name": "helper"}},
			profileGeo: {Model: "anthropic.claude-sonnet-4-6", PriceAs: "us.anthropic.claude-sonnet-4-6"},
			profileFar: {Model: "anthropic.claude-sonnet-4-6"},
		},
		tags:  map[string]map[string]string{taggedRole: {"cost-center": "cc-7", "application": "reports", "owner": "jane@example.com"}},
		users: map[string]string{"jdoe": "jane.doe@example.com"},
	}}
	if people != "" {
		cfg.People = file(t, "people.yaml", people)
	}
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func through(arn string) *event.Event {
	ev := call("", 1000, 1000)
	ev.ModelRef, ev.ProfileKind, ev.Profile = arn, kindApplication, arn[len(arn)-3:]
	return ev
}

func TestInventoryResolvesApplicationProfiles(t *testing.T) {
	e := stocked(t, "")
	for _, c := range []struct{ arn, model, state, entry, reason string }{
		{profileOne, "anthropic.claude-3-haiku-20240307-v1:0", event.Priced, "anthropic.claude-3-haiku-20240307-v1:0", ""},
		{profileGeo, "anthropic.claude-sonnet-4-6", event.Priced, "us.anthropic.claude-sonnet-4-6", ""},
		{profileFar, "anthropic.claude-sonnet-4-6", event.Unpriced, "", reasonUnplaced},
		{"arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/new", "", event.Unpriced, "", reasonApplication},
	} {
		ev := through(c.arn)
		e.Enrich(ev)
		entry := ""
		if len(ev.Cost.Parts) > 0 {
			entry = ev.Cost.Parts[0].Entry
		}
		if ev.Model != c.model || ev.Cost.State != c.state || entry != c.entry || ev.Cost.Reason != c.reason {
			t.Errorf("%s: model %q, %s %q by %q; want %+v", c.arn, ev.Model, ev.Cost.State, ev.Cost.Reason, entry, c)
		}
		if c.model != "" && ev.Vendor != "anthropic" {
			t.Errorf("%s: vendor %q", c.arn, ev.Vendor)
		}
		if again := e.Price(ev); again.State != ev.Cost.State {
			t.Errorf("%s: priced again it is %s", c.arn, again.State)
		}
	}
}

func TestTagsStandBelowTheMapFile(t *testing.T) {
	role := func() *event.Event {
		ev := call("amazon.nova-micro-v1:0", 1, 1)
		ev.Principal = taggedRole
		ev.IdentityARN = "arn:aws:sts::111122223333:assumed-role/reports/worker"
		return ev
	}
	for _, c := range []struct {
		name, people           string
		ev                     *event.Event
		team, app, attribution string
	}{
		{"the role's tags; an owner's address is no team", "", role(), "cc-7", "reports", "iam_tag"},
		{"the map's team, the tag's app", "roles: [{match: reports, team: finance}]", role(), "finance", "reports", "map"},
		{"the profile's tags", "", through(profileOne), "storefront", "helper", "profile_tag"},
		{"the map's model wins too", "profiles: [{match: " + profileOne + ", model: amazon.nova-micro-v1:0, app: mine}]",
			through(profileOne), "storefront", "mine", "profile_tag"},
	} {
		stocked(t, c.people).Enrich(c.ev)
		if c.ev.Team != c.team || c.ev.App != c.app || c.ev.Attribution != c.attribution {
			t.Errorf("%s: team %q, app %q by %q", c.name, c.ev.Team, c.ev.App, c.ev.Attribution)
		}
	}
	ev := through(profileOne)
	stocked(t, "profiles: [{match: "+profileOne+", model: amazon.nova-micro-v1:0}]").Enrich(ev)
	if ev.Model != "amazon.nova-micro-v1:0" {
		t.Errorf("the map names a model, but %q was taken", ev.Model)
	}
}

func TestIdentityCenterKnowsWhoASessionIs(t *testing.T) {
	for session, want := range map[string]string{"jdoe": "jane.doe@example.com", "asmith": "asmith"} {
		ev := call("amazon.nova-micro-v1:0", 1, 1)
		ev.IdentityARN = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/" + session
		stocked(t, "").Enrich(ev)
		if ev.Person != want || ev.Attribution != "sso" {
			t.Errorf("%s is %q by %q", session, ev.Person, ev.Attribution)
		}
	}
}

func TestTagKeysCanBeChosen(t *testing.T) {
	keys := newTagKeys([]string{"Squad"}, nil)
	team, app := keys.read(map[string]string{"squad": "blue", "team": "red", "Application": "b", "app": " a "})
	if team != "blue" || app != "a" {
		t.Errorf("team %q, app %q", team, app)
	}
}
