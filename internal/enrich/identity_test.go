package enrich

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
)

const staff = `
people:
  - {match: jdoe, person: jane.doe@example.com, team: research}
  - {match: "arn:aws:iam::111122223333:user/build-*", app: build}
  - {match: alice@example.com, team: sales}
roles:
  - {match: report-role, team: finance, app: report-writer}
  - {match: "arn:aws:iam::444455556666:role/*", team: partners}
profiles:
  - {match: p24qm5pye2qr, model: us.anthropic.claude-sonnet-4-6, team: support, app: helpdesk}
`

func staffed(t testing.TB) *Enricher {
	t.Helper()
	e, err := New(Config{People: file(t, "people.yaml", staff)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func assumed(role, session string) *event.Event {
	return &event.Event{Kind: event.KindTrail,
		IdentityARN: "arn:aws:sts::111122223333:assumed-role/" + role + "/" + session,
		Principal:   "arn:aws:iam::111122223333:role/" + role}
}

func user(name string) *event.Event {
	arn := "arn:aws:iam::111122223333:user/" + name
	return &event.Event{Kind: event.KindTrail, IdentityARN: arn, Principal: arn}
}

func says(ev *event.Event, pairs ...string) *event.Event {
	ev.Metadata = map[string]jsontext.Value{}
	for i := 0; i < len(pairs); i += 2 {
		ev.Metadata[pairs[i]] = jsontext.Value(pairs[i+1])
	}
	return ev
}

const sso = "AWSReservedSSO_Developer_0123456789abcdef"

// TestIdentity goes through the ladder: who is a person, and who answered.
func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		name string
		ev   *event.Event
		want string // person, team, app, attribution
	}{
		{"session that is an e-mail address", assumed("app-role", "bob@example.com"), "bob@example.com,,,sso"},
		{"session of Identity Center", assumed(sso, "bob.miller"), "bob.miller,,,sso"},
		{"session in the map", assumed("app-role", "jdoe"), "jane.doe@example.com,research,,map"},
		{"session of a program", assumed("app-role", "nightly"), ",,,arn"},
		{"function's session", assumed("app-role", "report-lambda"), ",,,arn"},
		{"instance's session", assumed("app-role", "i-0123456789abcdef0"), ",,,arn"},
		{"UUID", assumed("app-role", "01234567-89ab-cdef-0123-456789abcdef"), ",,,arn"},
		{"UUID in Identity Center", assumed(sso, "01234567-89ab-cdef-0123-456789abcdef"), ",,,arn"},
		{"knowledge base's session", assumed(sso, "BKB-Retrieve-0123"), ",,,arn"},
		{"SDK's session", assumed("app-role", "botocore-session-1767225600"), ",,,arn"},
		{"machine's address", assumed("app-role", "robot@project.iam.gserviceaccount.com"), ",,,arn"},
		{"no address", assumed("app-role", "build@host"), ",,,arn"},
		{"federated", &event.Event{Kind: event.KindTrail, IdentityARN: "arn:aws:sts::111122223333:federated-user/bob@example.com"}, "bob@example.com,,,sso"},
		{"other partition", &event.Event{Kind: event.KindTrail, IdentityARN: "arn:aws-us-gov:sts::111122223333:assumed-role/r/bob@example.com"}, "bob@example.com,,,sso"},
		{"user", user("alice"), ",,,arn"},
		{"user named after an address", user("team/bob@example.com"), "bob@example.com,,,arn"},
		{"user by ARN in the map", user("build-7"), ",,build,map"},
		{"role in the map", assumed("report-role", "x"), ",finance,report-writer,map"},
		{"role by ARN in the map", &event.Event{Kind: event.KindTrail, Principal: "arn:aws:iam::444455556666:role/any"}, ",partners,,map"},
		{"person known otherwise, team from the map", assumed("report-role", "alice@example.com"), "alice@example.com,sales,report-writer,sso"},
		{"metadata before the session", says(assumed(sso, "bob"), "user", `"carol@example.com"`, "team", `"ops"`), "carol@example.com,ops,,metadata"},
		{"metadata's spelling", says(assumed("r", "x"), "User-ID", `"carol"`, "Cost Center", `"cc-7"`, "project_name", `"atlas"`), "carol,cc-7,atlas,metadata"},
		{"metadata's better key", says(assumed("r", "x"), "user", `"carol"`, "email", `"carol@example.com"`), "carol@example.com,,,metadata"},
		{"metadata's two spellings", says(assumed("r", "x"), "userId", `"carol"`, "user-id", `"dora"`), "dora,,,metadata"},
		{"number is no person", says(assumed("r", "x"), "user_id", `"8675309"`), ",,,arn"},
		{"UUID is no person", says(assumed("r", "x"), "user_id", `"01234567-89ab-cdef-0123-456789abcdef"`), ",,,arn"},
		{"word for nobody", says(assumed("r", "x"), "user", `"anonymous"`, "team", `"N/A"`), ",,,arn"},
		{"no text", says(assumed("r", "x"), "user", `{"name":"carol"}`, "app", `7`), ",,,arn"},
		{"name in the map", says(assumed("r", "x"), "user", `"jdoe"`), "jdoe,research,,metadata"},
		{"nobody", &event.Event{Kind: event.KindTrail}, ",,,"},
		{"service", &event.Event{Kind: event.KindTrail, IdentityARN: "bedrock.amazonaws.com"}, ",,,arn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			staffed(t).Enrich(c.ev)
			got := strings.Join([]string{c.ev.Person, c.ev.Team, c.ev.App, c.ev.Attribution}, ",")
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestMappedProfile prices an application profile by the model of the map, which
// is a geo profile here: 1000 × 3.3 + 1000 × 16.5 per million.
func TestMappedProfile(t *testing.T) {
	const arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/p24qm5pye2qr"
	ev := call("", 1000, 1000)
	ev.ModelRef, ev.Profile, ev.ProfileKind = arn, arn, kindApplication
	staffed(t).Enrich(ev)
	if ev.Cost.USD == nil || *ev.Cost.USD != 0.0033+0.0165 || ev.Cost.Parts[0].Entry != "us.anthropic.claude-sonnet-4-6" {
		t.Errorf("cost %+v", ev.Cost)
	}
	got := []string{ev.Model, ev.Vendor, ev.Team, ev.App, ev.Attribution, ev.Profile, ev.ProfileKind}
	want := []string{"anthropic.claude-sonnet-4-6", "anthropic", "support", "helpdesk", "map", arn, "application"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEnrichTwiceChangesNothing(t *testing.T) {
	e := staffed(t)
	application := call("", 1000, 1000)
	application.Profile, application.ProfileKind = "p24qm5pye2qr", kindApplication
	for _, ev := range []*event.Event{
		application,
		says(call("anthropic.claude-sonnet-4-6", 1, 2), "userId", `"carol"`, "user_id", `"dora"`),
		assumed(sso, "bob"), {Kind: event.KindCall},
	} {
		e.Enrich(ev)
		once := *ev
		for range 20 {
			e.Enrich(ev)
		}
		if diff := cmp.Diff(once, *ev); diff != "" {
			t.Errorf("(-once +again):\n%s", diff)
		}
	}
}

// TestGlobs holds that matching with * agrees with trying every way to read it.
func TestGlobs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(letters string) string {
		out := make([]byte, random.IntN(7))
		for i := range out {
			out[i] = letters[random.IntN(len(letters))]
		}
		return string(out)
	}
	for range 5000 {
		pattern, text := word("ab*"), word("ab")
		if got, want := fits(pattern, text), slowFits(pattern, text); got != want {
			t.Fatalf("fits(%q, %q) = %v", pattern, text, got)
		}
	}
}

func slowFits(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return slowFits(pattern[1:], text) || text != "" && slowFits(pattern, text[1:])
	}
	return text != "" && pattern[0] == text[0] && slowFits(pattern[1:], text[1:])
}
