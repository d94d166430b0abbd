package jsondoc

import (
	"bytes"
	"math"
	"slices"
	"unicode/utf8"
)

// Parser reads one value after another out of a longer text and keeps its
// working memory between them. It is not for concurrent use.
type Parser struct {
	nodes []node
	open  []uint32 // containers not yet closed, outermost first
	key   uint32   // of the member whose value comes next, as in node
}

// Prefix reads the value that src begins with and returns how many bytes it
// takes, white space before it included; what follows is not looked at. When
// src is cut inside the value the error is ErrIncomplete. final says that
// nothing follows src: a number that reaches the end of src is then whole.
func (p *Parser) Prefix(src []byte, final bool) (int, error) {
	if len(src) >= math.MaxInt32 {
		return 0, &Error{Err: ErrTooLong}
	}
	if p.nodes == nil {
		p.nodes = make([]node, 0, 16+len(src)/64)
	}
	p.nodes, p.open, p.key = p.nodes[:0], p.open[:0], 0
	at := 0
	for {
		next, err := p.value(src, at)
		if err != nil {
			return 0, err
		}
		if at, err = p.after(src, next); err != nil {
			return 0, err
		}
		if len(p.open) == 0 {
			break
		}
	}
	if !final && at == len(src) && kindAt(src, p.nodes[0].start) == Number {
		return 0, &Error{Offset: at, Err: ErrIncomplete}
	}
	return at, nil
}

// Take makes a Value of what Prefix read last. text holds the bytes that Prefix
// read, usually a copy of them; the Value keeps it.
func (p *Parser) Take(text []byte) Value {
	return Value{doc: &doc{src: text, nodes: slices.Clone(p.nodes)}}
}

// value reads a scalar or opens containers until one begins with a scalar or is
// empty; it returns the place behind what it read.
func (p *Parser) value(src []byte, at int) (int, error) {
	for {
		at = skipSpace(src, at)
		if at == len(src) {
			return 0, &Error{Offset: at, Want: "a value", Err: ErrIncomplete}
		}
		switch src[at] {
		case '{':
			if err := p.push(at); err != nil {
				return 0, err
			}
			next, closed, err := p.name(src, at+1)
			if err != nil || closed {
				return next, err
			}
			at = next
		case '[':
			if err := p.push(at); err != nil {
				return 0, err
			}
			at = skipSpace(src, at+1)
			if at < len(src) && src[at] == ']' {
				return p.pop(at + 1), nil
			}
		default:
			return p.scalar(src, at)
		}
	}
}

// name reads a member's name and colon, or the bracket that closes an object
// without members.
func (p *Parser) name(src []byte, at int) (next int, closed bool, err error) {
	at = skipSpace(src, at)
	if at == len(src) {
		return 0, false, &Error{Offset: at, Want: "a name", Err: ErrIncomplete}
	}
	if src[at] == '}' && p.nodes[p.open[len(p.open)-1]].size == 0 {
		return p.pop(at + 1), true, nil
	}
	if src[at] != '"' {
		return 0, false, &Error{Offset: at, Want: "a name", Err: ErrSyntax}
	}
	end, err := scanString(src, at)
	if err != nil {
		return 0, false, err
	}
	p.key = uint32(at) + 1
	if name := src[at:end]; bytes.IndexByte(name, '\\') >= 0 || !utf8.Valid(name) {
		p.key |= altered
	}
	at = skipSpace(src, end)
	if at == len(src) {
		return 0, false, &Error{Offset: at, Want: "a colon", Err: ErrIncomplete}
	}
	if src[at] != ':' {
		return 0, false, &Error{Offset: at, Want: "a colon", Err: ErrSyntax}
	}
	return at + 1, false, nil
}

// after reads what follows a value: closing brackets, and the comma and name
// that lead to the next value. It returns when a value must follow or nothing
// is open any more.
func (p *Parser) after(src []byte, at int) (int, error) {
	for len(p.open) > 0 {
		at = skipSpace(src, at)
		if at == len(src) {
			return 0, &Error{Offset: at, Want: "a comma or a closing bracket", Err: ErrIncomplete}
		}
		object := src[p.nodes[p.open[len(p.open)-1]].start] == '{'
		switch c := src[at]; {
		case c == '}' && object, c == ']' && !object:
			at = p.pop(at + 1)
		case c == ',' && object:
			next, _, err := p.name(src, at+1)
			return next, err
		case c == ',':
			return at + 1, nil
		default:
			return 0, &Error{Offset: at, Want: "a comma or a closing bracket", Err: ErrSyntax}
		}
	}
	return at, nil
}

func (p *Parser) scalar(src []byte, at int) (end int, err error) {
	switch src[at] {
	case '"':
		end, err = scanString(src, at)
	case 't':
		end, err = scanLiteral(src, at, "true")
	case 'f':
		end, err = scanLiteral(src, at, "false")
	case 'n':
		end, err = scanLiteral(src, at, "null")
	default:
		end, err = scanNumber(src, at)
	}
	if err != nil {
		return 0, err
	}
	n, err := p.add(at)
	if err != nil {
		return 0, err
	}
	p.nodes[n].end = uint32(end)
	p.nodes[n].next = n + 1
	return end, nil
}

func (p *Parser) add(start int) (uint32, error) {
	if len(p.nodes) == MaxValues {
		return 0, &Error{Offset: start, Err: ErrValues}
	}
	if n := len(p.open); n > 0 {
		p.nodes[p.open[n-1]].size++
	}
	p.nodes = append(p.nodes, node{start: uint32(start), key: p.key})
	p.key = 0
	return uint32(len(p.nodes) - 1), nil
}

func (p *Parser) push(start int) error {
	if len(p.open) >= MaxDepth {
		return &Error{Offset: start, Err: ErrDepth}
	}
	n, err := p.add(start)
	p.open = append(p.open, n)
	return err
}

func (p *Parser) pop(end int) int {
	n := len(p.open) - 1
	container := &p.nodes[p.open[n]]
	container.end = uint32(end)
	container.next = uint32(len(p.nodes))
	p.open = p.open[:n]
	return end
}

// kindAt tells a value's kind by its first byte.
func kindAt(src []byte, at uint32) Kind {
	switch src[at] {
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
