package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/account"
	"seismo/internal/enrich"
	"seismo/internal/state"
)

// Item is one thing as it is shown.
type Item struct {
	Account string         `json:"account"`
	Region  string         `json:"region,omitzero"`
	Kind    string         `json:"kind"`
	ID      string         `json:"id"`
	First   time.Time      `json:"first_seen"`
	Last    time.Time      `json:"last_seen"`
	Body    jsontext.Value `json:"body"`
}

// Look is when things of one kind were last looked at, and what came of it.
type Look struct {
	Account string    `json:"account"`
	Region  string    `json:"region,omitzero"`
	Kind    string    `json:"kind"`
	Seen    time.Time `json:"seen,omitzero"` // last time it succeeded
	Tried   time.Time `json:"tried"`
	Fault   string    `json:"fault,omitzero"`
	Remedy  string    `json:"remedy,omitzero"`
}

// Snapshot is what is known of all accounts at one time. It never changes. The
// nil Snapshot knows nothing.
type Snapshot struct {
	Items []Item `json:"items"` // as they are now
	Looks []Look `json:"looks"`

	profiles   map[string]enrich.InferenceProfile // application profiles by ARN
	principals map[string]map[string]string
	users      map[string]string // by folded name and by id
	logging    map[spot][]Span[Logging]
	guardrails []placed[Guardrail]
	tagged     []placed[Profile] // application profiles
}

// spot is an account and a Region.
type spot struct{ account, region string }

// placed is a thing and where it is.
type placed[T any] struct {
	spot
	id    string
	thing T
}

// build reads what the cache kept. A body that cannot be read is an error: the
// cache holds nothing but what this package wrote.
func build(things []state.Thing, looks []state.Look) (*Snapshot, error) {
	s := &Snapshot{Items: []Item{}, Looks: []Look{}, profiles: map[string]enrich.InferenceProfile{},
		principals: map[string]map[string]string{}, users: map[string]string{}, logging: map[spot][]Span[Logging]{}}
	type key struct{ account, region, kind string }
	seen := map[key]time.Time{}
	for _, l := range looks {
		s.Looks = append(s.Looks, Look(l))
		seen[key{l.Account, l.Region, l.Kind}] = l.Seen
	}
	var system, application []placed[Profile]
	for _, t := range things {
		current := !t.Last.Before(seen[key{t.Account, t.Region, t.Kind}])
		if t.Kind == KindLogging {
			l, err := read[Logging](t)
			if err != nil {
				return nil, err
			}
			at := spot{t.Account, t.Region}
			s.logging[at] = append(s.logging[at], Span[Logging]{t.First, t.Last, current, l})
		}
		if !current {
			continue
		}
		s.Items = append(s.Items, Item{t.Account, t.Region, t.Kind, t.ID, t.First, t.Last, jsontext.Value(t.Body)})
		if err := s.add(t, &system, &application); err != nil {
			return nil, err
		}
	}
	s.tagged = application
	for _, p := range application {
		s.profiles[p.thing.ARN] = resolve(p.thing, system)
	}
	return s, nil
}

func (s *Snapshot) add(t state.Thing, system, application *[]placed[Profile]) error {
	at := spot{t.Account, t.Region}
	switch t.Kind {
	case KindProfile:
		p, err := read[Profile](t)
		if err != nil {
			return err
		}
		into := application
		if p.Type == "SYSTEM_DEFINED" {
			into = system
		}
		*into = append(*into, placed[Profile]{at, t.ID, p})
	case KindGuardrail:
		g, err := read[Guardrail](t)
		if err != nil {
			return err
		}
		s.guardrails = append(s.guardrails, placed[Guardrail]{at, t.ID, g})
	case KindRole:
		p, err := read[Principal](t)
		if err != nil {
			return err
		}
		s.principals[p.ARN] = p.Tags
	case KindUser:
		u, err := read[User](t)
		if err != nil {
			return err
		}
		known := cmp.Or(u.Email, u.Name)
		s.users[strings.ToLower(u.Name)], s.users[strings.ToLower(t.ID)] = known, known
	}
	return nil
}

func read[T any](t state.Thing) (v T, err error) {
	if err := json.Unmarshal(t.Body, &v); err != nil {
		return v, fmt.Errorf("read %s %s of the inventory: %w", t.Kind, t.ID, err)
	}
	return v, nil
}

// resolve finds what an application profile runs. One over a single Region is
// billed as its model; one over several is a copy of the system-defined profile
// over the same models, and billed as that. What fits neither has no price: none
// is ever guessed.
func resolve(p Profile, system []placed[Profile]) enrich.InferenceProfile {
	out := enrich.InferenceProfile{Tags: p.Tags}
	for _, m := range p.Models {
		arn, ok := account.ParseARN(m)
		_, id, _ := strings.Cut(arn.Resource, "/")
		if !ok || out.Model != "" && out.Model != id {
			out.Model = "" // routes between models
			return out
		}
		out.Model = id
	}
	if len(p.Models) == 1 {
		out.PriceAs = out.Model
		return out
	}
	for _, s := range system {
		if slices.Equal(s.thing.Models, p.Models) {
			out.PriceAs = s.id
		}
	}
	return out
}

// Profile implements enrich.Inventory.
func (s *Snapshot) Profile(arn string) (enrich.InferenceProfile, bool) {
	if s == nil {
		return enrich.InferenceProfile{}, false
	}
	p, ok := s.profiles[arn]
	return p, ok
}

// Tags implements enrich.Inventory.
func (s *Snapshot) Tags(principal string) map[string]string {
	if s == nil {
		return nil
	}
	return s.principals[principal]
}

// User implements enrich.Inventory.
func (s *Snapshot) User(name string) string {
	if s == nil {
		return ""
	}
	return s.users[strings.ToLower(name)]
}

// Profile implements enrich.Inventory by what is known now.
func (inv *Inventory) Profile(arn string) (enrich.InferenceProfile, bool) {
	return inv.Snapshot().Profile(arn)
}

// Tags implements enrich.Inventory by what is known now.
func (inv *Inventory) Tags(principal string) map[string]string { return inv.Snapshot().Tags(principal) }

// User implements enrich.Inventory by what is known now.
func (inv *Inventory) User(name string) string { return inv.Snapshot().User(name) }

var _ enrich.Inventory = (*Inventory)(nil)

// Logging returns the states of an account's and Region's logging, oldest first.
func (s *Snapshot) Logging(account, region string) []Span[Logging] {
	if s == nil {
		return nil
	}
	spans := slices.Clone(s.logging[spot{account, region}])
	slices.SortFunc(spans, func(a, b Span[Logging]) int { return a.First.Compare(b.First) })
	return spans
}
