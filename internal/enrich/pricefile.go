package enrich

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// loadBook reads the embedded price files of a folder and then the user's own.
func loadBook(embedded fs.FS, folder string, own []string) (*Book, error) {
	book := &Book{entries: make(map[bookKey][]*Entry, 512)}
	names, err := fs.Glob(embedded, path.Join(folder, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("embedded prices: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(embedded, name)
		if err != nil {
			return nil, fmt.Errorf("embedded prices: %w", err)
		}
		entries, err := parsePrices(name, text)
		if err != nil {
			return nil, err
		}
		book.add(entries)
	}
	for _, name := range own {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("price file: %w", err)
		}
		entries, err := parsePrices(name, text)
		if err != nil {
			return nil, err
		}
		book.warnings = append(book.warnings, book.jumps(entries)...)
		book.add(entries)
	}
	return book, nil
}

// add puts a file's entries into the book. From the first date of an entry in the
// file on, they take the place of what earlier files say of the same model and
// Region, whenever that begins.
func (b *Book) add(entries []*Entry) {
	fresh := make(map[bookKey][]*Entry, len(entries))
	for _, e := range entries {
		key := bookKey{e.Endpoint, e.Region, e.Model}
		fresh[key] = append(fresh[key], e)
	}
	for key, list := range fresh {
		slices.SortFunc(list, func(a, b *Entry) int { return b.From.Compare(a.From) })
		first := list[len(list)-1].From
		for _, old := range b.entries[key] {
			if old.From.Before(first) {
				list = append(list, old)
			}
		}
		b.entries[key] = list
	}
}

// priceFile reads one file; what stands at its top holds for all its entries.
type priceFile struct {
	yamlFile
	source, date string
	from         time.Time
	seen         map[priceKey]int
}

type priceKey struct {
	bookKey
	from time.Time
}

// parsePrices reads a price file. Every complaint names file and line.
func parsePrices(name string, text []byte) ([]*Entry, error) {
	f := &priceFile{yamlFile: yamlFile{name}, seen: map[priceKey]int{}}
	root, err := f.root(text)
	if err != nil || root == nil {
		return nil, err
	}
	fields, err := f.fields(root)
	if err != nil {
		return nil, err
	}
	var list ast.Node
	for _, field := range fields {
		switch field.key {
		case "source":
			f.source, err = f.text(field.value)
		case "date":
			f.date, _, err = f.day(field.value)
		case "from":
			_, f.from, err = f.day(field.value)
		case "prices":
			list = field.value
		default:
			err = f.fault(field.node, "unknown key %q; a price file has source, date, from and prices", field.key)
		}
		if err != nil {
			return nil, err
		}
	}
	return f.entries(list)
}

func (f *priceFile) entries(list ast.Node) ([]*Entry, error) {
	items, err := f.items(list)
	if err != nil {
		return nil, err
	}
	var out []*Entry
	for _, item := range items {
		entry, regions, err := f.entry(item)
		if err != nil {
			return nil, err
		}
		for _, region := range regions {
			one := *entry
			one.Region = region
			key := priceKey{bookKey{one.Endpoint, one.Region, one.Model}, one.From}
			if first, twice := f.seen[key]; twice {
				return nil, f.fault(item, "%s has a price for the same time in line %d; keep one", one.Name(), first)
			}
			f.seen[key] = one.Line
			out = append(out, &one)
		}
	}
	return out, nil
}

// entry reads one element of prices and the Regions it is for; "" is all.
func (f *priceFile) entry(item ast.Node) (*Entry, []string, error) {
	fields, err := f.fields(item)
	if err != nil {
		return nil, nil, err
	}
	e := &Entry{Source: f.source, Date: f.date, From: f.from, File: f.name, Line: line(item)}
	if len(fields) > 0 {
		e.Line = line(fields[0].node)
	}
	regions := []string{""}
	for _, field := range fields {
		switch field.key {
		case "region", "regions":
			regions, err = f.regions(field)
		default:
			err = f.member(e, field)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if problem := e.problem(); problem != "" {
		return nil, nil, f.fault(item, "%s", problem)
	}
	return e, regions, nil
}

func (f *priceFile) regions(field yamlField) ([]string, error) {
	if field.key == "regions" {
		list, err := f.texts(field.value)
		if err == nil && len(list) == 0 {
			err = f.fault(field.node, "no Region named; leave the key out for all")
		}
		return list, err
	}
	one, err := f.text(field.value)
	return []string{one}, err
}

func (f *priceFile) member(e *Entry, field yamlField) (err error) {
	switch field.key {
	case "model":
		e.Model, err = f.text(field.value)
	case "endpoint":
		e.Endpoint, err = f.endpoint(field.value)
	case "from":
		_, e.From, err = f.day(field.value)
	case "source":
		e.Source, err = f.text(field.value)
	case "date":
		e.Date, _, err = f.day(field.value)
	case "doubt":
		e.Doubt, err = f.text(field.value)
	case "unpriced":
		e.Unpriced, err = f.text(field.value)
	case "above_200k":
		e.Above200k, err = f.rates(field.value)
	case "batch":
		e.Batch, err = f.rates(field.value)
	case "images":
		e.Images, err = f.sizes(field.value)
	default:
		return f.figure(e, field)
	}
	return err
}

func (f *priceFile) figure(e *Entry, field yamlField) error {
	for _, rate := range e.Rates.named() {
		if rate.key == field.key {
			return f.rate(field.value, rate.amount)
		}
	}
	for _, unit := range e.units() {
		if unit.key == field.key {
			return f.amount(field.value, maxUnit, unit.amount)
		}
	}
	return f.fault(field.node, "unknown key %q; the keys are in content/prices/README.md", field.key)
}

func (f *priceFile) rates(n ast.Node) (*Rates, error) {
	fields, err := f.fields(n)
	if err != nil {
		return nil, err
	}
	rates := &Rates{}
	for _, field := range fields {
		known := false
		for _, rate := range rates.named() {
			if rate.key == field.key {
				known = true
				err = f.rate(field.value, rate.amount)
			}
		}
		if !known {
			err = f.fault(field.node, "unknown key %q; here stand input, output, cache_read, cache_write, cache_write_1h", field.key)
		}
		if err != nil {
			return nil, err
		}
	}
	return rates, nil
}

func (f *priceFile) sizes(n ast.Node) ([]PerSize, error) {
	items, err := f.items(n)
	if err != nil {
		return nil, err
	}
	var list []PerSize
	for _, item := range items {
		fields, err := f.fields(item)
		if err != nil {
			return nil, err
		}
		var size PerSize
		var usd *float64
		for _, field := range fields {
			switch field.key {
			case "up_to":
				size.Width, size.Height, err = f.size(field.value)
			case "steps":
				size.Steps, err = f.count(field.value)
			case "usd":
				err = f.amount(field.value, maxUnit, &usd)
			default:
				err = f.fault(field.node, "unknown key %q; here stand up_to, steps and usd", field.key)
			}
			if err != nil {
				return nil, err
			}
		}
		if usd == nil {
			return nil, f.fault(item, "usd is missing: the price of one image")
		}
		size.USD = *usd
		list = append(list, size)
	}
	return list, nil
}

func (f *priceFile) size(n ast.Node) (width, height int64, err error) {
	text, err := f.text(n)
	if err != nil {
		return 0, 0, err
	}
	left, right, _ := strings.Cut(text, "x")
	width, errWidth := strconv.ParseInt(left, 10, 64)
	height, errHeight := strconv.ParseInt(right, 10, 64)
	if errWidth != nil || errHeight != nil || width <= 0 || height <= 0 {
		return 0, 0, f.fault(n, "%q is no size; write it as 1024x1024", text)
	}
	return width, height, nil
}

func (f *priceFile) count(n ast.Node) (int64, error) {
	text, err := f.number(n)
	if err != nil {
		return 0, err
	}
	count, err := strconv.ParseInt(text, 10, 64)
	if err != nil || count <= 0 {
		return 0, f.fault(n, "%s is no whole number above 0", text)
	}
	return count, nil
}

func (f *priceFile) endpoint(n ast.Node) (string, error) {
	text, err := f.text(n)
	switch {
	case err != nil:
		return "", err
	case text == "mantle":
		return text, nil
	case text == "runtime":
		return "", nil
	}
	return "", f.fault(n, "endpoint %q is neither runtime nor mantle", text)
}

func (f *priceFile) day(n ast.Node) (string, time.Time, error) {
	text, err := f.text(n)
	if err != nil {
		return "", time.Time{}, err
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return "", time.Time{}, f.fault(n, "%q is no date; write it as 2026-08-17", text)
	}
	return text, day, nil
}
