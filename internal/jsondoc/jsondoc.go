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
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
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

// Errors that Parse returns, for callers that give each its own reason.
var (
	ErrSyntax  = errors.New("not JSON")
	ErrDepth   = fmt.Errorf("nested deeper than %d", MaxDepth)
	ErrTooLong = errors.New("JSON text of 4 GiB or more")
)

type node struct {
	start, end       uint32
	keyStart, keyEnd uint32
	next             uint32 // index of the first node after this one's subtree
	size             uint32 // number of direct children
	kind             Kind
}

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
	if uint64(len(src)) >= math.MaxUint32 {
		return Value{}, ErrTooLong
	}
	p := parser{doc: &doc{src: src, nodes: make([]node, 0, 16+len(src)/64)}}
	p.dec = jsontext.NewDecoder(bytes.NewBuffer(src),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err := p.run(); err != nil {
		return Value{}, err
	}
	return Value{doc: p.doc}, nil
}

type parser struct {
	doc  *doc
	dec  *jsontext.Decoder
	open []uint32
	key  [2]uint32
}

func (p *parser) run() error {
	for {
		if err := p.step(); err != nil {
			return err
		}
		if len(p.open) == 0 {
			break
		}
	}
	rest := bytes.TrimLeft(p.doc.src[p.dec.InputOffset():], " \t\r\n")
	if len(rest) > 0 {
		return fmt.Errorf("%w: text after the value at byte %d", ErrSyntax, len(p.doc.src)-len(rest))
	}
	return nil
}

// step reads one value, name or closing bracket.
func (p *parser) step() error {
	switch kind := p.dec.PeekKind(); kind {
	case '{', '[':
		if len(p.open) >= MaxDepth {
			return ErrDepth
		}
		if _, err := p.dec.ReadToken(); err != nil {
			return syntax(err)
		}
		at := p.add(kindOf(kind), uint32(p.dec.InputOffset())-1, 0)
		p.open = append(p.open, at)
	case '}', ']':
		if _, err := p.dec.ReadToken(); err != nil {
			return syntax(err)
		}
		p.close()
	default:
		raw, err := p.dec.ReadValue()
		if err != nil {
			return syntax(err)
		}
		end := uint32(p.dec.InputOffset())
		start := end - uint32(len(raw))
		if kind == '"' && p.expectsName() {
			p.key = [2]uint32{start, end}
			return nil
		}
		at := p.add(kindOf(kind), start, end)
		p.doc.nodes[at].next = uint32(len(p.doc.nodes))
	}
	return nil
}

func syntax(err error) error { return fmt.Errorf("%w: %w", ErrSyntax, err) }

func (p *parser) expectsName() bool {
	if len(p.open) == 0 || p.doc.nodes[p.open[len(p.open)-1]].kind != Object {
		return false
	}
	return p.key == [2]uint32{}
}

func (p *parser) add(kind Kind, start, end uint32) uint32 {
	if n := len(p.open); n > 0 {
		p.doc.nodes[p.open[n-1]].size++
	}
	p.doc.nodes = append(p.doc.nodes, node{
		start: start, end: end, keyStart: p.key[0], keyEnd: p.key[1], kind: kind,
	})
	p.key = [2]uint32{}
	return uint32(len(p.doc.nodes) - 1)
}

func (p *parser) close() {
	n := len(p.open) - 1
	node := &p.doc.nodes[p.open[n]]
	node.end = uint32(p.dec.InputOffset())
	node.next = uint32(len(p.doc.nodes))
	p.open = p.open[:n]
}

func kindOf(k jsontext.Kind) Kind {
	switch k {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// unquote reads a JSON string literal; what is not valid Unicode in it becomes
// U+FFFD, which is why the error is of no interest.
func unquote(raw []byte) string {
	text, _ := jsontext.AppendUnquote(nil, raw)
	return string(text)
}

// number reads a JSON number as a whole one. Floats and exponents count when
// they are whole (12.0, 1e3); a fraction or more than 2^63 does not.
func number(raw []byte) (int64, bool) {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}
