package duckdb

import (
	"fmt"
	"strings"

	"seismo/internal/event"
	"seismo/internal/store"
)

func filledBit(name string) int {
	for i, f := range store.Filled() {
		if f == name {
			return i
		}
	}
	return -1
}

// unfilled reads a merged row as it was before it took over its CloudTrail
// event's facts.
func unfilled() string {
	var out []string
	for _, c := range store.Columns() {
		if bit := filledBit(c.Name); bit >= 0 {
			out = append(out, fmt.Sprintf(`CASE WHEN "#filled" & %d = 0 THEN %s END`, uint64(1)<<bit, quote(c.Name)))
			continue
		}
		out = append(out, quote(c.Name))
	}
	return strings.Join(out, ", ")
}

// leastFacts are a CloudTrail event's facts; records of it differ in nothing.
func leastFacts() string {
	out := []string{"id"}
	for _, name := range store.Filled() {
		out = append(out, fmt.Sprintf(`min(%[1]s) AS %[1]s`, quote(name)))
	}
	return strings.Join(out, ", ")
}

// mergedColumns merges the records of one id, column by column or group by group.
func mergedColumns() string {
	order := make(map[string]string)
	for _, g := range store.Groups() {
		for _, name := range g.Columns {
			order[name] = orderSQL(g.Order)
		}
	}
	var out []string
	for _, c := range store.Columns() {
		name := quote(c.Name)
		switch {
		case c.Name == "id":
			out = append(out, name)
		case order[c.Name] != "":
			out = append(out, fmt.Sprintf(`first(%[1]s ORDER BY %[2]s) AS %[1]s`, name, order[c.Name]))
		default:
			out = append(out, fmt.Sprintf(`first(%[1]s ORDER BY %[2]s, %[1]s) FILTER (%[1]s IS NOT NULL) AS %[1]s`,
				name, rankSQL(store.Key{Rank: store.ByFullness})))
		}
	}
	return strings.Join(out, ", ")
}

func orderSQL(keys []store.Key) string {
	var out []string
	for _, k := range keys {
		out = append(out, rankSQL(k))
	}
	return strings.Join(out, ", ")
}

func rankSQL(k store.Key) string {
	switch k.Rank {
	case store.ByInput:
		return bodyRankSQL("body.input.state") + " DESC"
	case store.ByOutput:
		return bodyRankSQL("body.output.state") + " DESC"
	case store.ByFullness:
		return fmt.Sprintf("(%s * 5 + %s) DESC", bodyRankSQL("body.input.state"), bodyRankSQL("body.output.state"))
	case store.Absent:
		return quote(k.Column) + " IS NULL"
	case store.Is:
		return fmt.Sprintf("%s IS NOT DISTINCT FROM '%s'", quote(k.Column), k.Equal)
	}
	return quote(k.Column) + " NULLS LAST"
}

func bodyRankSQL(column string) string {
	var when strings.Builder
	for _, state := range []string{event.BodyInline, event.BodyFetched, event.BodyS3, event.BodyMissing} {
		fmt.Fprintf(&when, " WHEN '%s' THEN %d", state, store.BodyRank(state))
	}
	return "(CASE " + quote(column) + when.String() + " ELSE 0 END)"
}
