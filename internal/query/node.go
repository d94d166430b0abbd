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

// The operators. All of them compare text without regard to case, by Fold, and
// order it byte by byte after that. Like and Part take patterns, in which *
// stands for any text, also none, and a backslash takes the meaning from a * or
// a backslash. Like fits when the whole text does.
//
// Part is what people mean by a name: it fits when the pattern is found in the
// text and both its ends lie at the edge of a part. Parts are set off by the
// beginning and end of the text and by every ASCII character but letters,
// digits and _; an end of the pattern that is itself such a character is an edge.
// So alice fits alice@example.com, claude and claude* fit
// anthropic.claude-3-haiku, priced does not fit unpriced.
// Regexp gives Like and Part as a regular expression.
const (
	Equal        Op = "="
	Like         Op = "like"
	Part         Op = ":"
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// Compare fits events whose field compares with a value. A List field fits when
// one of its elements does. Value has the Go type of the field's event.Type, for
// a List that of an element. metadata.KEY is a text field for every KEY: a JSON
// string is its text, another value its JSON text, null is absent.
type Compare struct {
	Field string
	Op    Op
	Value any
}

// Has fits events that have the field.
type Has struct{ Field string }

// Words fits events in whose text (what was said, in either direction) the
// words follow one another as whole words, without regard to case, within one
// piece of text. Words are as Tokens cuts them. With Prefix the last one may be
// the beginning of a word.
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
