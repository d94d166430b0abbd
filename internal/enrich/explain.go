package enrich

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"seismo/internal/event"
)

// Explain writes a cost as a sum that a person can check: one line for each
// part with quantity, price, amount, the price book's entry and its source and
// date, then the total. Doubts about an entry follow.
func (b *Book) Explain(cost event.Cost) string {
	switch cost.State {
	case event.Free:
		return "free: failed calls are not billed\n"
	case event.Priced:
	default:
		reason := cost.Reason
		if reason == "" {
			reason = "it has not been priced"
		}
		return "unpriced: " + reason + "\n"
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, part := range cost.Parts {
		fmt.Fprintf(table, "%s\t%s × %s\t= %s\t%s (%s)\n", part.Item, amountText(part.Quantity),
			rateText(part), dollars(part.USD), part.Entry, origin(part))
	}
	if cost.USD != nil {
		fmt.Fprintf(table, "total\t\t= %s\n", dollars(*cost.USD))
	}
	if err := table.Flush(); err != nil {
		return text.String()
	}
	for _, doubt := range b.doubts(cost.Parts) {
		text.WriteString(doubt)
	}
	return text.String()
}

func amountText(quantity float64) string { return strconv.FormatFloat(quantity, 'f', -1, 64) }

func dollars(usd float64) string { return "$" + amountText(rounded(usd)) }

func rateText(part event.CostPart) string {
	if part.Unit == "token" {
		return dollars(perMillion(part.Rate)) + " per million tokens"
	}
	return dollars(part.Rate) + " per " + part.Unit
}

func origin(part event.CostPart) string {
	switch {
	case part.Source == "" && part.Date == "":
		return "source not named"
	case part.Source == "":
		return part.Date
	case part.Date == "":
		return part.Source
	}
	return part.Source + ", " + part.Date
}

func (b *Book) doubts(parts []event.CostPart) (lines []string) {
	told := map[string]bool{}
	for _, part := range parts {
		name, _, _ := strings.Cut(part.Entry, " ")
		for _, entry := range b.named(name) {
			if entry.Doubt != "" && !told[entry.Doubt] && entry.Source == part.Source && entry.Date == part.Date {
				told[entry.Doubt] = true
				lines = append(lines, "doubt about "+name+": "+entry.Doubt+"\n")
			}
		}
	}
	return lines
}

func (b *Book) named(name string) []*Entry {
	for key, list := range b.entries {
		if len(list) > 0 && strings.HasSuffix(name, key.model) && list[0].Name() == name {
			return list
		}
	}
	return nil
}
