package enrich

import (
	"fmt"
	"math"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// The highest prices that are believed. The dearest model of the embedded book
// costs 75 dollars per million tokens; a figure above these was meant per
// thousand, or in another currency's cents.
const (
	maxMillion = 1000.0 // dollars per million tokens
	maxUnit    = 100.0  // dollars per image, second or query
	jump       = 3.0    // a price this many times another is worth a word
)

// rate reads dollars per million tokens into dollars per token. The decimal
// point is shifted in the text, so that 0.3 becomes the float nearest to 3e-07
// and not a neighbour of it.
func (f *priceFile) rate(n ast.Node, into **float64) error {
	var million *float64
	if err := f.amount(n, maxMillion, &million); err != nil {
		return err
	}
	text, err := f.number(n)
	if err != nil {
		return err
	}
	perToken, err := strconv.ParseFloat(text+"e-6", 64)
	if err != nil {
		perToken = *million / 1e6
	}
	*into = &perToken
	return nil
}

// amount reads a price that must be from 0 to limit.
func (f *priceFile) amount(n ast.Node, limit float64, into **float64) error {
	text, err := f.number(n)
	if err != nil {
		return err
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(value):
		return f.fault(n, "%s is no price; write it like 0.25", text)
	case value < 0:
		return f.fault(n, "%s is negative; a price is 0 or more", text)
	case value > limit:
		return f.fault(n, "%s is above %v dollars, which no model costs; tokens are priced by the million", text, limit)
	}
	*into = &value
	return nil
}

// problem is what is wrong with a whole entry, "" when nothing is.
func (e *Entry) problem() string {
	figures := e.Prices()
	switch {
	case e.Model == "":
		return "model is missing: a model id or an inference profile id"
	case e.Unpriced != "" && len(figures) > 0:
		return "unpriced and prices exclude each other; keep one"
	case e.Unpriced == "" && len(figures) == 0:
		return "no price; give one, or say why not with unpriced"
	case e.Image != nil && len(e.Images) > 0:
		return "image and images exclude each other; keep one"
	}
	if e.Unpriced != "" {
		return ""
	}
	for _, figure := range figures {
		if figure.USD != 0 {
			return ""
		}
	}
	return "every price is 0, which is a placeholder; leave the entry out, or say why with unpriced"
}

// jumps compares a user's entries with what the book says now, and warns where
// a price is three times the other: most such leaps are slips of a digit.
func (b *Book) jumps(entries []*Entry) []string {
	var warnings []string
	for _, e := range entries {
		old := b.before(e)
		if old == nil {
			continue
		}
		was := map[string]float64{}
		for _, p := range old.Prices() {
			was[p.Item] = p.USD
		}
		for _, p := range e.Prices() {
			if before := was[p.Item]; before > 0 && (p.USD >= before*jump || p.USD <= before/jump) {
				warnings = append(warnings, fmt.Sprintf("%s:%d: %s of %s is %v, %.3g times the %v of %s: check it",
					e.File, e.Line, p.Item, e.Name(), p.USD, p.USD/before, before, old.Name()))
			}
		}
	}
	return warnings
}

// before is the entry that e takes the place of, or else its model's own.
func (b *Book) before(e *Entry) *Entry {
	_, base, _ := cutGeo(e.Model)
	for _, key := range []bookKey{
		{e.Endpoint, e.Region, e.Model}, {e.Endpoint, "", e.Model}, {e.Endpoint, "", base},
	} {
		if list := b.entries[key]; len(list) > 0 {
			return list[0]
		}
	}
	return nil
}
