package enrich

import (
	"strings"
	"testing"

	"seismo/content"
)

// TestFileFaults holds that each complaint names the line and what to do.
func TestFileFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "prizes: []", `:1: unknown key "prizes"`},
		{"unknown key of an entry", "prices:\n  - model: a.b\n    imput: 1", `:3: unknown key "imput"`},
		{"not YAML", "prices: [", ":1: not YAML"},
		{"no model", "prices:\n  - {input: 1}", ":2: model is missing"},
		{"no price", "prices:\n  - {model: a.b}", ":2: no price"},
		{"all zero", "prices:\n  - {model: a.b, input: 0, output: 0}", ":2: every price is 0"},
		{"negative", "prices:\n  - {model: a.b, input: -1}", ":2: -1 is negative"},
		{"per thousand times a million", "prices:\n  - {model: a.b, input: 3000}", ":2: 3000 is above 1000 dollars"},
		{"dear image", "prices:\n  - {model: a.b, image: 101}", ":2: 101 is above 100 dollars"},
		{"text for a number", "prices:\n  - {model: a.b, input: cheap}", ":2: expected a number"},
		{"infinite", "prices:\n  - {model: a.b, input: .inf}", ":2: expected a number"},
		{"hexadecimal", "prices:\n  - {model: a.b, input: 0x10}", ":2: 0x10 is no price"},
		{"no date", "prices:\n  - {model: a.b, input: 1, from: 1.3.2026}", `:2: "1.3.2026" is no date`},
		{"twice", "prices:\n  - {model: a.b, input: 1}\n  - {model: a.b, input: 2}", ":3: a.b has a price for the same time in line 2"},
		{"twice by Region", "prices:\n  - {model: a.b, regions: [x, y], input: 1}\n  - {model: a.b, region: y, input: 2}", ":3: y/a.b has a price"},
		{"key twice", "prices:\n  - model: a.b\n    input: 1\n    input: 2", "not YAML"},
		{"no Region", "prices:\n  - {model: a.b, regions: [], input: 1}", ":2: no Region named"},
		{"price and none", "prices:\n  - {model: a.b, input: 1, unpriced: why}", ":2: unpriced and prices exclude"},
		{"image twice", "prices:\n  - {model: a.b, image: 1, images: [{usd: 1}]}", ":2: image and images exclude"},
		{"endpoint", "prices:\n  - {model: a.b, endpoint: x, input: 1}", `:2: endpoint "x" is neither`},
		{"tier's key", "prices:\n  - {model: a.b, input: 1, above_200k: {image: 1}}", `:2: unknown key "image"`},
		{"size", "prices:\n  - {model: a.b, images: [{up_to: big, usd: 1}]}", `:2: "big" is no size`},
		{"steps", "prices:\n  - {model: a.b, images: [{steps: 0, usd: 1}]}", ":2: 0 is no whole number above 0"},
		{"size without price", "prices:\n  - {model: a.b, images: [{steps: 5}]}", ":2: usd is missing"},
		{"no list", "prices: {model: a.b}", ":1: expected a list"},
		{"alias", "prices:\n  - &x {model: a.b, input: 1}", ":2: expected names and values"},
		{"two documents", "prices: []\n---\nprices: []", "a second document"},
		{"bomb", "prices: " + strings.Repeat("[", 200_000), ":1: nested too deeply"},
		{"bomb of dashes", strings.Repeat("- ", 200_000), ":1: nested too deeply"},
		{"too large", strings.Repeat("#", maxFile+1), "larger than 4 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			complains(t, c.want, func() error { _, err := parsePrices("p.yaml", []byte(c.text)); return err })
		})
	}
}

func TestMapFileFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "persons: []", `:1: unknown key "persons"`},
		{"unknown key of an entry", "roles:\n  - {match: a, person: b}", `:2: unknown key "person"; here stand match, team, app`},
		{"no match", "people:\n  - {person: b}", ":2: match is missing"},
		{"nothing said", "people:\n  - {match: b}", `:2: "b" says nothing`},
		{"twice", "people:\n  - {match: b, team: x}\n  - {match: b, team: y}", `:3: "b" stands here twice`},
		{"twice with a star", "people:\n  - {match: b*, team: x}\n  - {match: b*, team: y}", `:3: "b*" stands here twice`},
		{"list for a text", "people:\n  - match: [b]\n    team: x", ":2: expected one word or text"},
		{"no list", "people:\n  jane: x", ":2: expected a list"},
		{"not YAML", "people: {", ":1: not YAML"},
		{"bomb", strings.Repeat("{a: ", 100_000), ":1: nested too deeply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			complains(t, c.want, func() error { _, err := parsePeople("p.yaml", []byte(c.text)); return err })
		})
	}
}

func complains(t *testing.T, want string, read func() error) {
	t.Helper()
	err := read()
	if err == nil {
		t.Fatal("no complaint")
	}
	if !strings.HasPrefix(err.Error(), "p.yaml") || !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want %q in it", err, want)
	}
}

func TestMissingFilesAreNamed(t *testing.T) {
	for _, cfg := range []Config{{Prices: []string{"absent.yaml"}}, {People: "absent.yaml"}, {Geo: []string{"absent.yaml"}}} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "absent.yaml") {
			t.Errorf("%+v: got %v", cfg, err)
		}
	}
}

// TestEmptyFiles holds that a file of comments alone says nothing and is none.
func TestEmptyFiles(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "---\n", "prices:\n"} {
		if entries, err := parsePrices("p.yaml", []byte(text)); err != nil || len(entries) != 0 {
			t.Errorf("%q: %d entries, %v", text, len(entries), err)
		}
	}
	if _, err := parsePeople("p.yaml", []byte("# nobody\n")); err != nil {
		t.Error(err)
	}
}

// TestExactRates holds that a price per token is the float nearest to the figure
// in the file, and that the figure comes back whole.
func TestExactRates(t *testing.T) {
	entries, err := parsePrices("p.yaml", []byte("prices:\n  - {model: a.b, input: 0.3, output: 1.0e-2, cache_read: 0.0825}"))
	if err != nil {
		t.Fatal(err)
	}
	e := entries[0]
	if *e.Input != 3e-7 || *e.Output != 1e-8 || *e.CacheRead != 8.25e-8 {
		t.Errorf("got %v %v %v", *e.Input, *e.Output, *e.CacheRead)
	}
	for i, want := range []float64{0.3, 0.01, 0.0825} {
		if got := e.Prices()[i].USD; got != want {
			t.Errorf("figure %d comes back as %v, want %v", i, got, want)
		}
	}
}

func FuzzBook(f *testing.F) {
	names, err := content.FS.ReadDir("prices")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := content.FS.ReadFile("prices/" + name.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 2000)])
	}
	f.Add([]byte(dated))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parsePrices("p.yaml", text)
		if err != nil {
			complains(t, "", func() error { return err })
			return
		}
		book := &Book{entries: map[bookKey][]*Entry{}}
		book.add(entries)
		for _, e := range entries {
			cost := book.Price(call(e.Model, 1000, 1000), Call{Model: e.Model, Region: e.Region, Endpoint: e.Endpoint})
			if cost.USD != nil && !(*cost.USD >= 0) {
				t.Errorf("%s costs %v", e.Name(), *cost.USD)
			}
			book.Explain(cost)
		}
	})
}

func FuzzPeople(f *testing.F) {
	f.Add([]byte(staff), "jdoe")
	f.Add([]byte("people:\n  - {match: '*', person: x}"), "bob@example.com")
	f.Fuzz(func(t *testing.T, text []byte, session string) {
		known, err := parsePeople("p.yaml", text)
		if err != nil {
			complains(t, "", func() error { return err })
			return
		}
		e := &Enricher{book: &Book{}, people: known, places: &places{}}
		ev := assumed("role", session)
		e.Enrich(ev)
	})
}
