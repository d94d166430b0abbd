package enrich

import (
	"cmp"
	"strings"

	"seismo/internal/event"
)

// Inventory is what AWS itself says of profiles, principals and people. It may
// know more with time; nil knows nothing.
type Inventory interface {
	// Profile is an application inference profile, by its ARN.
	Profile(arn string) (InferenceProfile, bool)
	// Tags are those of an IAM role or user, by its ARN.
	Tags(principal string) map[string]string
	// User is the e-mail address, or else the user name, of a user of IAM
	// Identity Center, by user name or user id; "" when there is none such.
	User(name string) string
}

// InferenceProfile is what an application inference profile runs.
type InferenceProfile struct {
	Model   string // foundation model id
	PriceAs string // what it is billed as: Model, or a geo or global profile's id; "" when that is not known
	Tags    map[string]string
}

// Keys of tags that are understood, the strongest first, as foldKey spells them.
// owner is a team's name as a rule; a human's address there is none of a team.
// Case, hyphens, underscores, dots, colons and spaces do not count.
var (
	teamTags = []string{"team", "teamname", "teamid", "costcenter", "costcentre", "department", "businessunit", "owner"}
	appTags  = []string{"app", "appname", "application", "applicationname", "service", "project", "projectname", "workload", "appid", "applicationid"}
)

// tagKeys are the keys in force.
type tagKeys struct{ team, app []string }

func newTagKeys(team, app []string) tagKeys {
	fold := func(given, otherwise []string) []string {
		if len(given) == 0 {
			return otherwise
		}
		var keys []string
		for _, key := range given {
			keys = append(keys, foldKey(key))
		}
		return keys
	}
	return tagKeys{fold(team, teamTags), fold(app, appTags)}
}

// read finds team and application in tags.
func (k tagKeys) read(tags map[string]string) (team, app string) {
	return k.find(tags, k.team), k.find(tags, k.app)
}

func (k tagKeys) find(tags map[string]string, keys []string) string {
	best, from, found := len(keys), "", ""
	for name, value := range tags {
		value = strings.TrimSpace(value)
		at := index(keys, foldKey(name))
		if at < 0 || value == "" || keys[at] == "owner" && isEmail(value) ||
			at > best || at == best && cmp.Less(from, name) && found != "" {
			continue // of two spellings of one key the first in the alphabet counts
		}
		best, from, found = at, name, value
	}
	return found
}

// applied is what is known of an event's application inference profile: by the
// map file, and by the inventory.
type applied struct {
	mapped          *profileEntry
	model, priceAs  string // the map's, or else the inventory's
	tagTeam, tagApp string
	unpriced        bool // a model of which it is not known how it is billed
}

// profile looks an event's application inference profile up.
func (e *Enricher) profile(ev *event.Event) applied {
	if ev.ProfileKind != kindApplication {
		return applied{}
	}
	a := applied{mapped: e.people.profile(ev)}
	if e.inventory != nil {
		if p, ok := e.inventory.Profile(profileARN(ev)); ok {
			a.model, a.priceAs = p.Model, p.PriceAs
			a.unpriced = p.Model != "" && p.PriceAs == ""
			a.tagTeam, a.tagApp = e.tags.read(p.Tags)
		}
	}
	if a.mapped != nil && a.mapped.model != "" {
		a.model, a.priceAs, a.unpriced = a.mapped.model, a.mapped.model, false
	}
	return a
}

// profileARN is the reference of the call, which is the profile's ARN as a rule.
func profileARN(ev *event.Event) string {
	if strings.HasPrefix(ev.ModelRef, "arn:") {
		return ev.ModelRef
	}
	return ev.Profile
}

// user is the address of a human whom Identity Center knows, or the session's
// own name.
func (e *Enricher) user(who identity) string {
	human := who.human()
	if human == "" || e.inventory == nil || !strings.HasPrefix(who.name, "AWSReservedSSO_") {
		return human
	}
	return cmp.Or(e.inventory.User(human), human)
}

// TeamOf is the team that tags name by the keys given, or by the usual ones;
// "" when they name none.
func TeamOf(tags map[string]string, keys []string) string {
	team, _ := newTagKeys(keys, nil).read(tags)
	return team
}
