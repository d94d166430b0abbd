// Package enrich adds to an event what the log itself does not say: the human,
// team and application behind it, the country and network of its address, and
// its price. It also masks secrets and personal data in text that is to be
// kept redacted.
//
// It never guesses: a person, a price or a place that is not known stays absent
// and, for a price, says why. It never makes a network request, never computes
// a premium or a discount, and never writes anything.
package enrich

import (
	"strings"

	"seismo/content"
	"seismo/internal/event"
)

// Config names the user's own files; all of them are optional.
type Config struct {
	Prices []string // price files in the format of content/prices; a later one wins
	People string   // map file: people, roles and application inference profiles
	Geo    []string // MaxMind DB files: country, network (ASN) or both

	Inventory Inventory // what AWS says of profiles, roles and people; nil knows nothing
	TeamTags  []string  // keys of tags that name a team; none: the usual ones
	AppTags   []string  // keys of tags that name an application; likewise
}

// Enricher enriches events. It is safe for concurrent use.
type Enricher struct {
	book   *Book
	people *people
	places *places

	inventory Inventory
	tags      tagKeys
}

// New reads the embedded price book and the files that cfg names. Its errors
// name the file, the line where there is one, and what to do.
func New(cfg Config) (*Enricher, error) {
	book, err := loadBook(content.FS, "prices", cfg.Prices)
	if err != nil {
		return nil, err
	}
	who, err := loadPeople(cfg.People)
	if err != nil {
		return nil, err
	}
	where, err := openPlaces(cfg.Geo)
	if err != nil {
		return nil, err
	}
	return &Enricher{book: book, people: who, places: where,
		inventory: cfg.Inventory, tags: newTagKeys(cfg.TeamTags, cfg.AppTags)}, nil
}

// Close releases the geography files.
func (e *Enricher) Close() error { return e.places.close() }

// Book is the price book in use, the user's own files included.
func (e *Enricher) Book() *Book { return e.book }

// Enrich fills person, team, app, attribution, source.as, source.country and,
// for model calls, cost. The model that the map file or the inventory names for
// an application inference profile becomes model and vendor. Enriching twice
// changes nothing, unless the inventory has learnt something in between.
func (e *Enricher) Enrich(ev *event.Event) {
	profile := e.profile(ev)
	e.identify(ev, profile)
	e.places.locate(&ev.Source)
	if ev.Kind == event.KindTrail {
		return
	}
	if profile.model != "" && ev.Model == "" {
		_, ev.Model, _ = cutGeo(profile.model)
		ev.Vendor, _, _ = strings.Cut(ev.Model, ".")
	}
	ev.Cost = e.price(ev, profile)
}

// Price is what ev costs, as Enrich would write it to cost, with ev unchanged.
func (e *Enricher) Price(ev *event.Event) event.Cost { return e.price(ev, e.profile(ev)) }

func (e *Enricher) price(ev *event.Event, profile applied) event.Cost {
	call := CallOf(ev)
	switch {
	case profile.priceAs != "":
		call = mapped(call, profile.priceAs)
	case profile.unpriced && ev.Outcome != event.Failure && ev.Error == "":
		return unpriced(reasonUnplaced)
	}
	return e.book.Price(ev, call)
}

// mapped is the call with an application profile's own model, which is given as
// a model id or as a geo or global profile id.
func mapped(call Call, model string) Call {
	call.Model, call.Profile, call.ProfileKind = model, "", ""
	if geo, base, found := cutGeo(model); found {
		call.Model, call.Profile, call.ProfileKind = base, model, kindGeo
		if geo == "global" {
			call.ProfileKind = kindGlobal
		}
	}
	return call
}

// cutGeo splits the geography off an inference profile's id:
// us.anthropic.claude-sonnet-4-6 is us and anthropic.claude-sonnet-4-6.
func cutGeo(id string) (geo, base string, found bool) {
	geo, base, _ = strings.Cut(id, ".")
	switch geo {
	case "us", "eu", "apac", "au", "jp", "ca", "us-gov", "global":
		if vendor, rest, dotted := strings.Cut(base, "."); dotted && vendor != "" && rest != "" {
			return geo, base, true
		}
	}
	return "", id, false
}
