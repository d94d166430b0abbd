package enrich

import (
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"seismo/internal/event"
)

// people is the user's map file: who stands behind sessions, users and roles,
// and what application inference profiles run.
type people struct {
	persons  matcher[personEntry]
	roles    matcher[roleEntry]
	profiles matcher[profileEntry]
}

type personEntry struct{ person, team, app string }
type roleEntry struct{ team, app string }
type profileEntry struct{ model, team, app string }

// loadPeople reads the map file; without one, nobody is known.
func loadPeople(name string) (*people, error) {
	if name == "" {
		return &people{}, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("map file: %w", err)
	}
	return parsePeople(name, text)
}

// parsePeople reads a map file. Every complaint names file and line.
func parsePeople(name string, text []byte) (*people, error) {
	f := yamlFile{name}
	p := &people{}
	root, err := f.root(text)
	if err != nil || root == nil {
		return p, err
	}
	fields, err := f.fields(root)
	if err != nil {
		return nil, err
	}
	for _, field := range fields {
		switch field.key {
		case "people":
			err = p.readPersons(f, field.value)
		case "roles":
			err = p.readRoles(f, field.value)
		case "profiles":
			err = p.readProfiles(f, field.value)
		default:
			err = f.fault(field.node, "unknown key %q; a map file has people, roles and profiles", field.key)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *people) readPersons(f yamlFile, list ast.Node) error {
	return f.rows(list, []string{"person", "team", "app"}, func(match string, v []string) bool {
		return p.persons.add(match, personEntry{person: v[0], team: v[1], app: v[2]})
	})
}

func (p *people) readRoles(f yamlFile, list ast.Node) error {
	return f.rows(list, []string{"team", "app"}, func(match string, v []string) bool {
		return p.roles.add(match, roleEntry{team: v[0], app: v[1]})
	})
}

func (p *people) readProfiles(f yamlFile, list ast.Node) error {
	return f.rows(list, []string{"model", "team", "app"}, func(match string, v []string) bool {
		return p.profiles.add(match, profileEntry{model: v[0], team: v[1], app: v[2]})
	})
}

// rows reads a list of mappings with match and some of the named keys.
func (f yamlFile) rows(list ast.Node, keys []string, add func(match string, values []string) bool) error {
	items, err := f.items(list)
	if err != nil {
		return err
	}
	for _, item := range items {
		fields, err := f.fields(item)
		if err != nil {
			return err
		}
		match, values, said := "", make([]string, len(keys)), false
		for _, field := range fields {
			text, err := f.text(field.value)
			if err != nil {
				return err
			}
			at := index(keys, field.key)
			switch {
			case field.key == "match":
				match = text
			case at < 0:
				return f.fault(field.node, "unknown key %q; here stand match, %s", field.key, strings.Join(keys, ", "))
			default:
				values[at], said = text, said || text != ""
			}
		}
		switch {
		case match == "":
			return f.fault(item, "match is missing: a name, or an ARN, with * for any text")
		case !said:
			return f.fault(item, "%q says nothing; give %s", match, strings.Join(keys, ", "))
		case !add(match, values):
			return f.fault(item, "%q stands here twice; keep one", match)
		}
	}
	return nil
}

// knows tells whether the map names a person by this value.
func (p *people) knows(value string) bool {
	entry := p.persons.find(value, "")
	return entry != nil && entry.person != ""
}

// answer gives what the map says of the bearer: a person's own entry before the
// role's.
func (p *people) answer(ev *event.Event, who identity, person, team, app *answer) {
	if p.persons.empty() && p.roles.empty() {
		return
	}
	name := who.session
	if name == "" {
		name = who.name
	}
	for _, entry := range [...]*personEntry{
		p.persons.find(name, ev.IdentityARN), p.persons.find("", ev.Principal), p.persons.find(person.value, ""),
	} {
		if entry != nil {
			person.or(entry.person, rungMap)
			team.or(entry.team, rungMap)
			app.or(entry.app, rungMap)
		}
	}
	if entry := p.roles.find(who.name, ev.Principal); entry != nil {
		team.or(entry.team, rungMap)
		app.or(entry.app, rungMap)
	}
}

// profile is the map's entry for the event's application inference profile.
func (p *people) profile(ev *event.Event) *profileEntry {
	if ev.ProfileKind != kindApplication || p.profiles.empty() {
		return nil
	}
	for _, ref := range [...]string{ev.Profile, ev.ModelRef} {
		if entry := p.profiles.find(ref[strings.LastIndexByte(ref, '/')+1:], ref); entry != nil {
			return entry
		}
	}
	return nil
}
