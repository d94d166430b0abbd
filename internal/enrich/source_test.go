package enrich

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Keys of the table that the book leaves out on purpose.
var (
	commitment = regexp.MustCompile(`-month-commitment/`)                             // provisioned: by the hour
	imageSize  = regexp.MustCompile(`^(\d+|max)-x-(\d+|max)/`)                        // compared apart: the book has them as rows of one entry
	aliases    = regexp.MustCompile(`^bedrock/(invoke/|us\.|moonshotai\.kimi-k2\.5)`) // other spellings for the gateway that the table is of
	noModelID  = regexp.MustCompile(`@|^(bedrock/us-gov-(east|west)-1/)?claude-`)     // no ids of Bedrock: the vendor is missing
	regional   = regexp.MustCompile(`^bedrock/([a-z-]+-\d)/(.+)$`)
)

// figures are those of the table by their names in the book.
var figures = map[string]string{
	"input_cost_per_token": "input", "output_cost_per_token": "output",
	"cache_read_input_token_cost": "cache_read", "cache_creation_input_token_cost": "cache_write",
	"cache_creation_input_token_cost_above_1hr":                   "cache_write_1h",
	"input_cost_per_token_above_200k_tokens":                      "above_200k.input",
	"output_cost_per_token_above_200k_tokens":                     "above_200k.output",
	"cache_read_input_token_cost_above_200k_tokens":               "above_200k.cache_read",
	"cache_creation_input_token_cost_above_200k_tokens":           "above_200k.cache_write",
	"cache_creation_input_token_cost_above_1hr_above_200k_tokens": "above_200k.cache_write_1h",
	"input_cost_per_token_batches":                                "batch.input", "output_cost_per_token_batches": "batch.output",
	"output_cost_per_image": "image", "input_cost_per_image": "image_in", "input_cost_per_query": "query",
	"input_cost_per_video_per_second": "video_second_in", "input_cost_per_audio_per_second": "audio_second_in",
}

// TestBookHasTheTable compares the book with the table it was taken from, figure
// by figure and both ways. The table is no part of the project.
func TestBookHasTheTable(t *testing.T) {
	folder := os.Getenv("SEISMO_TESTDATA")
	if folder == "" {
		t.Skip("set SEISMO_TESTDATA to a folder with prices/bedrock-prices.json to compare the book with the table it was taken from")
	}
	text, err := os.ReadFile(filepath.Join(folder, "prices", "bedrock-prices.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table map[string]map[string]jsontext.Value
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	book := enricher(t).Book()
	compared := map[*Entry]bool{}
	for name, row := range table {
		if commitment.MatchString(name) || imageSize.MatchString(name) || aliases.MatchString(name) || noModelID.MatchString(name) {
			continue
		}
		entry := entryOf(book, name)
		if entry == nil {
			t.Errorf("%s is not in the book", name)
			continue
		}
		compared[entry] = true
		compareRow(t, name, row, entry)
	}
	for _, entry := range book.Entries("") {
		if !compared[entry] && len(entry.Images) == 0 && !strings.HasSuffix(entry.Model, "kimi-k2-thinking") {
			t.Errorf("%s is not in the table", entry.Name())
		}
	}
	compareSizes(t, book, table)
}

// entryOf is the entry that was made of a key of the table.
func entryOf(book *Book, name string) *Entry {
	key := bookKey{model: strings.TrimPrefix(name, "bedrock/")}
	if m := regional.FindStringSubmatch(name); m != nil {
		key.region, key.model = m[1], m[2]
	}
	if model, found := strings.CutPrefix(name, "bedrock_mantle/"); found {
		key.endpoint, key.model = "mantle", model
	}
	if list := book.entries[key]; len(list) == 1 {
		return list[0]
	}
	return nil
}

func compareRow(t *testing.T, name string, row map[string]jsontext.Value, entry *Entry) {
	t.Helper()
	want := map[string]float64{}
	for key, item := range figures {
		if raw, found := row[key]; found {
			var usd float64
			if err := json.Unmarshal(raw, &usd); err != nil {
				t.Fatal(err)
			}
			if usd != 0 { // a zero is a placeholder
				want[item] = usd
			}
		}
	}
	if len(want) == 0 {
		if entry.Unpriced == "" {
			t.Errorf("%s: the table has no figure above 0, the book %v", name, entry.Prices())
		}
		return
	}
	for _, price := range entry.Prices() {
		usd := price.USD
		if price.Unit == "million tokens" {
			usd /= 1e6
		}
		if math.Abs(usd-want[price.Item]) > 1e-9*usd {
			t.Errorf("%s: %s is %v in the book and %v in the table", name, price.Item, usd, want[price.Item])
		}
		delete(want, price.Item)
	}
	for item, usd := range want {
		t.Errorf("%s: %s is %v in the table and not in the book", name, item, usd)
	}
}

// compareSizes compares the models that are priced by size and steps.
func compareSizes(t *testing.T, book *Book, table map[string]map[string]jsontext.Value) {
	t.Helper()
	for name, row := range table {
		shape, model, found := strings.Cut(name, "/stability.")
		if !imageSize.MatchString(name) || !found {
			continue
		}
		var usd float64
		if err := json.Unmarshal(row["output_cost_per_image"], &usd); err != nil {
			t.Fatal(err)
		}
		size, steps, _ := strings.Cut(shape, "/")
		pictures := map[string]picture{"512-x-512": {width: 512, height: 512}, "1024-x-1024": {width: 1024, height: 1024}, "max-x-max": {width: 2048, height: 2048}}
		p := pictures[size]
		p.steps = map[string]int64{"50-steps": 50, "max-steps": 150}[steps]
		entry := book.entries[bookKey{model: "stability." + model}]
		if len(entry) != 1 {
			t.Errorf("%s is not in the book", name)
			continue
		}
		if got, reason := pick(entry[0].Images, p); got == nil || got.USD != usd {
			t.Errorf("%s: got %+v (%s), want %v", name, got, reason, usd)
		}
	}
}
