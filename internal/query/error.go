package query

import (
	"fmt"
	"slices"
	"strings"

	"seismo/internal/event"
)

// SyntaxError says what is wrong with a query, where, and what would help.
type SyntaxError struct {
	Pos     int    // character, from 1
	Message string // a sentence without its full stop
	Hint    string // what to write instead; may be ""
}

// Error gives position, message and hint in one line.
func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("query, character %d: %s", e.Pos, e.Message)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// suggest names the fields that an unknown name may stand for, or says how to
// search for it as text.
func suggest(name string) string {
	if other, ok := synonym(name); ok {
		return "did you mean " + other + "?"
	}
	type candidate struct {
		name  string
		score int
	}
	var best []candidate
	for _, f := range event.Fields() {
		if f.Sensitivity == event.Content {
			continue
		}
		if score := unlike(name, f.Name); score <= 1+len(name)/4 {
			best = append(best, candidate{f.Name, score})
		}
	}
	if len(best) == 0 {
		return "put quotes around it to search what was said"
	}
	slices.SortStableFunc(best, func(a, b candidate) int { return a.score - b.score })
	names := make([]string, 0, 3)
	for _, c := range best[:min(3, len(best))] {
		names = append(names, c.name)
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// alternative says how to ask for what a field of content has.
func alternative(name string) string {
	var parts []string
	for _, f := range event.Fields() {
		if strings.HasPrefix(f.Name, name+".") && f.Column() {
			parts = append(parts, f.Name)
		}
	}
	if len(parts) > 0 {
		return "its " + strings.Join(parts, " and ") + " can be asked for"
	}
	return `write the words alone, or "a phrase" in quotes`
}

// synonym knows the names that people bring from other tools.
func synonym(name string) (string, bool) {
	switch name {
	case "user", "email", "username", "caller":
		return "person", true
	case "role", "arn":
		return "principal", true
	case "timestamp", "date", "@timestamp":
		return "time", true
	case "ip", "address":
		return "source.ip", true
	case "model_id", "modelid":
		return "model", true
	case "accountid", "account_id":
		return "account", true
	case "price", "usd":
		return "cost.usd", true
	case "duration", "ms":
		return "latency.ms", true
	}
	return "", false
}

// unlike is the edit distance between two names, 1 when one is a part of the
// other: output for tokens.output.
func unlike(name, field string) int {
	if slices.Contains(strings.Split(field, "."), name) {
		return 1
	}
	row := make([]int, len(field)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(name) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(field) {
			cost := diagonal
			if name[i] != field[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(field)]
}
