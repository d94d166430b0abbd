package enrich

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"seismo/internal/event"
)

// Kinds of profile, as event's profile_kind names them.
const (
	kindGeo         = "geo"
	kindGlobal      = "global"
	kindApplication = "application"
	kindProvisioned = "provisioned"
	kindCustom      = "custom"
	kindImported    = "imported"
	kindMarketplace = "marketplace"
	kindPrompt      = "prompt"
)

// Reasons why a call has no price. They name no model, so that they can be
// counted.
const (
	reasonNoModel     = "the log names no model"
	reasonNoPrice     = "no price for this model"
	reasonNoPriceYet  = "no price for this model at that time"
	reasonMantle      = "no price for this model on the bedrock-mantle endpoint"
	reasonApplication = "application inference profile without a model in the map file or the inventory"
	reasonUnplaced    = "application inference profile over several Regions that no system-defined profile has"
	reasonProvisioned = "provisioned throughput is billed by the hour"
	reasonCustom      = "custom models have prices of their own"
	reasonImported    = "imported models are billed by the minute"
	reasonMarketplace = "marketplace models are billed by their endpoint"
)

// Book is a price book: on-demand prices by model, Region or profile, and date.
// It never changes after it is made.
type Book struct {
	entries  map[bookKey][]*Entry // by From, the latest first
	warnings []string
}

type bookKey struct{ endpoint, region, model string }

// Entry is the price of one model, in one Region or for one inference profile.
// Amounts are US dollars per unit; nil where the entry has none.
type Entry struct {
	Model    string    // foundation model or inference profile id
	Region   string    // "" for every Region without an entry of its own
	Endpoint string    // "mantle" for bedrock-mantle, "" for bedrock-runtime
	From     time.Time // first moment of the price; zero for always

	Rates               // per token
	Above200k *Rates    // per token of a request with more than 200,000 tokens of input
	Batch     *Rates    // per token of a batch job, which the invocation log does not hold
	Images    []PerSize // per image made, by size and steps; the first that fits
	Image     *float64  // per image made

	ImageIn       *float64 // per image embedded
	VideoSecond   *float64 // per second of video made
	VideoSecondIn *float64 // per second of video sent
	AudioSecondIn *float64 // per second of sound sent
	Query         *float64 // per rerank query

	Unpriced string // why the model has no price; "" when it has one
	Doubt    string // what speaks against the figures; "" when nothing does
	Source   string // where the figures come from
	Date     string // when they were taken over, YYYY-MM-DD
	File     string // the price file
	Line     int
}

// Rates are prices in US dollars per token; nil where there is none.
type Rates struct {
	Input, Output, CacheRead, CacheWrite, CacheWrite1h *float64
}

// PerSize is the price of one image up to a size and a number of steps.
type PerSize struct {
	Width, Height int64 // largest that fits; 0 for any
	Steps         int64 // most steps; 0 for any
	USD           float64
}

// Name is how cost.parts and listings name the entry: its model, after its
// Region or endpoint if it has one.
func (e *Entry) Name() string { return path.Join(e.Endpoint, e.Region, e.Model) }

// Call says what is to be priced.
type Call struct {
	Model       string // foundation model id
	Profile     string // inference profile id or ARN, "" when the model was called by its id
	ProfileKind string // as event's profile_kind
	Region      string // Region whose endpoint was asked
	Endpoint    string // runtime or mantle
	Time        time.Time
}

// CallOf reads a Call from an event.
func CallOf(ev *event.Event) Call {
	return Call{Model: ev.Model, Profile: ev.Profile, ProfileKind: ev.ProfileKind,
		Region: ev.Region, Endpoint: ev.Endpoint, Time: ev.Time}
}

// Lookup finds the entry that prices the call: of its profile in the Region, of
// its profile, of its model in the Region, of its model, whichever comes first;
// then of its model without the length of context that an id may end in.
// Of entries for the same, the one with the latest From that is not after the
// call's time wins; without a time, the latest. When there is none, the second
// result says why.
func (b *Book) Lookup(c Call) (*Entry, string) {
	if reason := unpriceable(c); reason != "" {
		return nil, reason
	}
	endpoint := ""
	if c.Endpoint == "mantle" {
		endpoint = c.Endpoint
	}
	known := false
	for _, id := range [3]string{profileID(c), c.Model, withoutContext(c.Model)} {
		for _, region := range [2]string{c.Region, ""} {
			entry, found := b.at(bookKey{endpoint, region, id}, c.Time)
			if entry != nil {
				return priced(entry)
			}
			known = known || found
		}
	}
	switch {
	case known:
		return nil, reasonNoPriceYet
	case c.Model == "":
		return nil, reasonNoModel
	case endpoint != "":
		return nil, reasonMantle
	}
	return nil, reasonNoPrice
}

func priced(entry *Entry) (*Entry, string) {
	if entry.Unpriced != "" {
		return nil, entry.Unpriced
	}
	return entry, ""
}

func unpriceable(c Call) string {
	switch c.ProfileKind {
	case kindApplication:
		return reasonApplication
	case kindProvisioned:
		return reasonProvisioned
	case kindCustom:
		return reasonCustom
	case kindImported:
		return reasonImported
	case kindMarketplace:
		return reasonMarketplace
	}
	return ""
}

// profileID is the id of a geo or global profile, called by its name or chosen
// by a prompt router; "" for all other calls.
func profileID(c Call) string {
	if c.ProfileKind != kindGeo && c.ProfileKind != kindGlobal && c.ProfileKind != kindPrompt {
		return ""
	}
	return c.Profile[strings.LastIndexByte(c.Profile, '/')+1:]
}

// withoutContext is the model of an id that names the length of its context, as
// anthropic.claude-v2:1:200k does; "" for all others.
func withoutContext(model string) string {
	colon := strings.LastIndexByte(model, ':')
	if colon < 0 {
		return ""
	}
	length, found := strings.CutSuffix(model[colon+1:], "k")
	if !found || length == "" || strings.Trim(length, "0123456789") != "" {
		return ""
	}
	return model[:colon]
}

// at is the entry in force at a time; found says that there is one at another.
func (b *Book) at(key bookKey, when time.Time) (entry *Entry, found bool) {
	if key.model == "" {
		return nil, false
	}
	list := b.entries[key]
	for _, e := range list {
		if when.IsZero() || !e.From.After(when) {
			return e, true
		}
	}
	return nil, len(list) > 0
}

// Entries lists the book in the order of model, Region and date; filter is a
// part of the entry's name, "" for all.
func (b *Book) Entries(filter string) []*Entry {
	filter = strings.ToLower(filter)
	var out []*Entry
	for _, list := range b.entries {
		for _, e := range list {
			if strings.Contains(strings.ToLower(e.Name()), filter) {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Entry) int {
		_, one, _ := cutGeo(a.Model)
		_, two, _ := cutGeo(b.Model)
		return cmp.Or(cmp.Compare(one, two), cmp.Compare(a.Endpoint, b.Endpoint),
			cmp.Compare(a.Model, b.Model), cmp.Compare(a.Region, b.Region), a.From.Compare(b.From))
	})
	return out
}

// Warnings are doubts about the user's own price files, one sentence each with
// file and line.
func (b *Book) Warnings() []string { return b.warnings }

// Price is one figure of an entry, for people: tokens by the million.
type Price struct {
	Item string  `json:"item"` // input, output, cache_read, …, as in a price file
	USD  float64 `json:"usd"`
	Unit string  `json:"unit"` // million tokens, image, second or query
}

// Prices lists the entry's figures in a fixed order.
func (e *Entry) Prices() []Price {
	list := e.Rates.prices("")
	if e.Above200k != nil {
		list = append(list, e.Above200k.prices("above_200k.")...)
	}
	if e.Batch != nil {
		list = append(list, e.Batch.prices("batch.")...)
	}
	for _, size := range e.Images {
		list = append(list, Price{"image" + size.label(), size.USD, "image"})
	}
	for _, unit := range e.units() {
		if *unit.amount != nil {
			list = append(list, Price{unit.key, **unit.amount, unit.unit})
		}
	}
	return list
}

func (r *Rates) prices(prefix string) (list []Price) {
	for _, rate := range r.named() {
		if *rate.amount != nil {
			list = append(list, Price{prefix + rate.key, perMillion(**rate.amount), "million tokens"})
		}
	}
	return list
}

func (p PerSize) label() string {
	var label strings.Builder
	if p.Width > 0 {
		label.WriteString(" up to " + strconv.FormatInt(p.Width, 10) + "x" + strconv.FormatInt(p.Height, 10))
	}
	if p.Steps > 0 {
		label.WriteString(" in " + strconv.FormatInt(p.Steps, 10) + " steps")
	}
	return label.String()
}

// perMillion turns a price per token back into the figure of the file.
func perMillion(rate float64) float64 { return rounded(rate * 1e6) }

// rounded has twelve significant digits: what a binary fraction adds beyond them
// is noise to a reader.
func rounded(figure float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(figure, 'g', 12, 64), 64)
	if err != nil {
		return figure
	}
	return short
}

// amount is one named figure of an entry.
type amount struct {
	key    string
	amount **float64
	unit   string
}

func (r *Rates) named() []amount {
	return []amount{
		{"input", &r.Input, "token"},
		{"output", &r.Output, "token"},
		{"cache_read", &r.CacheRead, "token"},
		{"cache_write", &r.CacheWrite, "token"},
		{"cache_write_1h", &r.CacheWrite1h, "token"},
	}
}

func (e *Entry) units() []amount {
	return []amount{
		{"image", &e.Image, "image"},
		{"image_in", &e.ImageIn, "image"},
		{"video_second", &e.VideoSecond, "second"},
		{"video_second_in", &e.VideoSecondIn, "second"},
		{"audio_second_in", &e.AudioSecondIn, "second"},
		{"query", &e.Query, "query"},
	}
}
