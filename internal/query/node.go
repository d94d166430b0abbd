package query

// Node is one node of the tree: And, Or, Not, Compare, Has or Words.
type Node interface{ node() }

// And fits when all of its nodes do; an empty one always fits.
type And []Node

// Or fits when one of its nodes does.
type Or []Node

// Not fits when its node does not. An absent field fits no comparison, so it
// fits the Not of every comparison.
type Not struct{ Node Node }

// Op is how a field is compared.
type Op string

// The operators. Equal and the ordering operators on text compare without
// regard to case; Like takes * (any text) in Value.
const (
	Equal        Op = "="
	Like         Op = "like"
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// Compare fits events whose field compares with a value. A List field fits when
// one of its elements does. Value has the Go type of the field's event.Type;
// metadata.KEY is a text field for every KEY.
type Compare struct {
	Field string
	Op    Op
	Value any
}

// Has fits events that have the field.
type Has struct{ Field string }

// Words fits events in whose text (what was said, in either direction) the
// words follow one another as whole words, without regard to case. With Prefix
// the last one may be the beginning of a word.
type Words struct {
	Words  []string
	Prefix bool
}

func (And) node()     {}
func (Or) node()      {}
func (Not) node()     {}
func (Compare) node() {}
func (Has) node()     {}
func (Words) node()   {}
