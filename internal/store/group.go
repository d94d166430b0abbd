package store

// Group is a set of columns that are merged together: all of them are taken from
// the record that comes first in the group's order, so that a reason never
// stands beside another record's state. Columns without a group are merged one
// by one: of the records that have it, the fuller one's, then the lesser value.
type Group struct {
	Columns []string
	Order   []Key
}

// Key is one step of an order. Absent values come last, false before true.
type Key struct {
	Rank   Rank
	Column string // for ByValue, Absent, Is
	Equal  string // for Is
}

// Rank is what a Key compares.
type Rank uint8

// The ranks.
const (
	ByValue    Rank = iota // the column's value, the lesser first
	ByFullness             // Fullness, the greater first
	ByInput                // rank of the input body, the greater first
	ByOutput               // rank of the output body, the greater first
	Absent                 // records that have the column first
	Is                     // records in which the column is not Equal first
)

// Groups are the columns that are merged together.
func Groups() []Group {
	value := func(column string) Key { return Key{Rank: ByValue, Column: column} }
	has := func(column string) Key { return Key{Rank: Absent, Column: column} }
	fuller := Key{Rank: ByFullness}
	return []Group{
		{
			Columns: []string{"body.input.state", "body.input.reason", "body.input.uri"},
			Order:   []Key{{Rank: ByInput}, value("body.input.uri"), value("body.input.reason")},
		}, {
			Columns: []string{"body.output.state", "body.output.reason", "body.output.uri"},
			Order:   []Key{{Rank: ByOutput}, value("body.output.uri"), value("body.output.reason")},
		}, {
			Columns: []string{"tokens.input", "tokens.cache_read", "tokens.cache_write", "tokens.cache_write_1h",
				"tokens.output", "tokens.total"},
			Order: []Key{has("tokens.total"), fuller, value("tokens.total"), value("tokens.input"),
				value("tokens.cache_read"), value("tokens.cache_write"), value("tokens.cache_write_1h"), value("tokens.output")},
		}, {
			Columns: []string{"cost.usd", "cost.state", "cost.reason", "cost.parts"},
			Order: []Key{has("cost.state"), {Rank: Is, Column: "cost.state", Equal: "unpriced"}, fuller,
				value("cost.usd"), value("cost.state"), value("cost.reason"), value("cost.parts")},
		}, {
			Columns: []string{"conversation", "turn"},
			Order:   []Key{has("conversation"), fuller, value("conversation"), value("turn")},
		}, {
			Columns: []string{"origin.bucket", "origin.key", "origin.line", "origin.etag", "origin.group",
				"origin.stream", "origin.event_id"},
			Order: []Key{value("origin.bucket"), value("origin.key"), value("origin.line"), value("origin.etag"),
				value("origin.group"), value("origin.stream"), value("origin.event_id")},
		},
	}
}
