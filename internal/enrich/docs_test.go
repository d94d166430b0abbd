package enrich

import (
	"os"
	"strings"
	"testing"
)

// TestDocumentedFormats reads every example in the pages about the two formats, and
// holds that the price book's page has every key.
func TestDocumentedFormats(t *testing.T) {
	for page, read := range map[string]func([]byte) error{
		"../../content/prices/README.md": func(text []byte) error { _, err := parsePrices("example", text); return err },
		"../../docs/guide/prices.md":     func(text []byte) error { _, err := parsePrices("example", text); return err },
		"../../docs/guide/people.md":     func(text []byte) error { _, err := parsePeople("example", text); return err },
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(text), "```")
		if len(parts) < 3 {
			t.Errorf("%s has no example", page)
		}
		for i := 1; i < len(parts); i += 2 {
			if err := read([]byte(strings.TrimPrefix(parts[i], "yaml"))); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
	text, err := os.ReadFile("../../content/prices/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append((&Rates{}).named(), (&Entry{}).units()...) {
		if !strings.Contains(string(text), "`"+key.key+"`") {
			t.Errorf("the page does not tell of %s", key.key)
		}
	}
}
