// Package jsondoc reads a JSON text once into a flat tree whose values remember
// their own bytes, so that numbers keep every digit, free JSON can be passed on
// as it was sent, and a record can be cut into pieces and put together again.
//
// It follows seismo's rules for JSON that others wrote: duplicate names are
// allowed (the last one wins), bad UTF-8 and lone surrogates become U+FFFD when
// a string is read, NaN and other non-JSON is refused, nesting is bounded.
//
// It never changes the text, never recurses on the stack, and never interprets
// what a value means.
package jsondoc

import (
	"errors"
	"fmt"
)

// Kind tells what a Value is.
type Kind uint8

// The kinds of JSON value; Missing is the kind of what is not there.
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// MaxDepth is the deepest nesting that Parse accepts.
const MaxDepth = 4096

// Errors that Parse returns, wrapped in an *Error, for callers that give each
// its own reason. ErrIncomplete is also an ErrSyntax.
var (
	ErrSyntax     = errors.New("not JSON")
	ErrIncomplete = fmt.Errorf("%w: the text ends inside a value", ErrSyntax)
	ErrDepth      = fmt.Errorf("nested deeper than %d", MaxDepth)
	ErrTooLong    = errors.New("JSON text of 2 GiB or more")
	ErrValues     = fmt.Errorf("more than %d values", MaxValues)
)

// Error says where a text stops being readable. It never quotes the text.
type Error struct {
	Offset int    // of the first byte that cannot be read
	Want   string // what would have been right there, "" when nothing would
	Err    error  // ErrSyntax, ErrIncomplete, ErrDepth, ErrValues or ErrTooLong
}

func (e *Error) Error() string {
	if e.Want == "" {
		return fmt.Sprintf("%v at byte %d", e.Err, e.Offset)
	}
	return fmt.Sprintf("%v: expected %s at byte %d", e.Err, e.Want, e.Offset)
}

// Unwrap gives the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// MaxValues is the most values that one text may hold: the tree of a text takes
// twenty bytes for each.
const MaxValues = 4 << 20

// node is one value. Its kind is told by its first byte, and the end of its name
// by the name's place before it, so that a tree stays small.
type node struct {
	start, end uint32
	key        uint32 // start of the member's name plus one, and altered; 0 when it is no member
	next       uint32 // index of the first node after this one's subtree
	size       uint32 // number of direct children
}

// altered marks, in node.key, a name that reads other than it is written: with
// escapes, or with bytes that are not UTF-8.
const altered = 1 << 31

type doc struct {
	src   []byte
	nodes []node
}

// Value is one JSON value inside a parsed text. The zero Value is Missing, and
// every method works on it, so that paths can be followed without checks.
type Value struct {
	doc *doc
	at  uint32
}

// Parse reads src, which must hold exactly one JSON value and white space.
// The Value keeps src; the caller must not change it afterwards.
func Parse(src []byte) (Value, error) {
	var p Parser
	n, err := p.Prefix(src, true)
	if err != nil {
		return Value{}, err
	}
	if rest := skipSpace(src, n); rest < len(src) {
		return Value{}, &Error{Offset: rest, Want: "the end of the text", Err: ErrSyntax}
	}
	return Value{doc: &doc{src: src, nodes: p.nodes}}, nil
}
