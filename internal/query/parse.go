package query

import (
	"fmt"
	"time"
	"unicode/utf8"

	"seismo/internal/event"
)

// Limits of a query.
const (
	MaxText  = 64 << 10 // bytes of text
	MaxNodes = 1000     // nodes of the tree
	MaxDepth = 100      // nesting
)

// Parse reads a query; the empty one fits everything. Errors are *SyntaxError.
//
// Terms side by side must all fit; OR, NOT, a leading - and brackets are as
// expected. Words and "quoted phrases" search what was said; igno* is the
// beginning of a word. A term with a field is one of
//
//	model:claude            the value, or whole parts of it: see Part
//	model:claude*           * is any text; \* is a star
//	model:"a value"         model:a,b   model:(a OR b)   -model:a
//	model:*                 the field is there
//	model=anthropic.claude  the whole value, * allowed
//	tokens.output>5k        > >= < <= with k, M, G; latency.ms>2s
//	tokens.output:10..20    both ends included
//	time:2026-03-01         that day; also 2026-03, 2026-03-01T08, …T08:30
//	time:-7d                since then; also now, today, yesterday, -24h, -30m, -2w
//	time>=2026-03-01        compares with the first moment of that day
//
// Times are UTC unless they say otherwise. Text loses its case on both sides.
func Parse(text string) (Node, error) { return ParseAt(text, time.Now()) }

// ParseAt is Parse with the moment that relative times count from.
func ParseAt(text string, now time.Time) (Node, error) {
	p := &parser{scanner: scanner{text: text}, now: now.UTC().Round(0)}
	switch {
	case len(text) > MaxText:
		return nil, p.fail(MaxText, "the query is too long", fmt.Sprintf("%d bytes are allowed", MaxText))
	case !utf8.ValidString(text):
		return nil, p.fail(0, "the query is not UTF-8", "")
	}
	n, err := p.or(nil)
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.text) {
		return nil, p.fail(p.pos, "this bracket closes nothing", "")
	}
	return n, nil
}

type parser struct {
	scanner
	now   time.Time
	nodes int
	depth int
}

// or reads alternatives up to a closing bracket or the end. In the brackets of
// field:(…) that field is given, and words are its values.
func (p *parser) or(scope *event.Field) (Node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	var parts Or
	for {
		p.space()
		start := p.pos
		part, err := p.and(scope)
		if err != nil {
			return nil, err
		}
		end := p.pos
		more := p.keyword("OR")
		switch {
		case start == end && more:
			return nil, p.fail(end, "nothing stands before OR", `the word itself is "OR"`)
		case start == end && len(parts) > 0:
			return nil, p.fail(end, "nothing follows OR", `the word itself is "OR"`)
		}
		if parts = append(parts, part); !more {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, p.count(1)
}

// empty tells whether n is the And of nothing, which fits everything.
func empty(n Node) bool {
	and, ok := n.(And)
	return ok && len(and) == 0
}

// and reads terms up to OR, a closing bracket or the end; none give And{}.
func (p *parser) and(scope *event.Field) (Node, error) {
	parts := And{}
	for {
		p.space()
		if p.pos == len(p.text) || p.peek() == ')' || p.ahead("OR") {
			break
		}
		if len(parts) > 0 && p.keyword("AND") {
			p.space()
			if p.pos == len(p.text) || p.peek() == ')' || p.ahead("OR") {
				return nil, p.fail(p.pos, "nothing follows AND", `the word itself is "AND"`)
			}
		}
		part, err := p.unary(scope)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, p.count(1)
}

// ahead tells whether a keyword comes next.
func (p *parser) ahead(word string) bool {
	at := p.pos
	found := p.keyword(word)
	p.pos = at
	return found
}

func (p *parser) unary(scope *event.Field) (Node, error) {
	at := p.pos
	if !p.keyword("NOT") && p.take("-") == "" {
		return p.primary(scope)
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	dash := p.text[at] == '-'
	if !dash {
		p.space()
	}
	if p.pos == len(p.text) || p.peek() == ')' || p.ahead("OR") || p.ahead("AND") || dash && p.blank() {
		return nil, p.fail(at, "nothing follows "+p.text[at:p.pos], "")
	}
	n, err := p.unary(scope)
	if err != nil {
		return nil, err
	}
	return Not{n}, p.count(1)
}

// blank tells whether a space comes next.
func (p *parser) blank() bool {
	at := p.pos
	p.space()
	moved := p.pos > at
	p.pos = at
	return moved
}

func (p *parser) primary(scope *event.Field) (Node, error) {
	if p.peek() == '(' {
		return p.group(scope)
	}
	if scope != nil {
		return p.comparison(*scope)
	}
	at := p.pos
	if name, ok := p.name(); ok {
		f, err := p.field(name, at)
		if err != nil {
			return nil, err
		}
		return p.comparison(f)
	}
	return p.words()
}

func (p *parser) group(scope *event.Field) (Node, error) {
	at := p.pos
	p.pos++
	n, err := p.or(scope)
	if err != nil {
		return nil, err
	}
	if p.take(")") == "" {
		return nil, p.fail(at, "this bracket is not closed", "")
	}
	return n, nil
}

// enter and leave count how deep the text is nested.
func (p *parser) enter() error {
	p.depth++
	if p.depth > MaxDepth {
		return p.fail(p.pos, "the query is nested too deep", fmt.Sprintf("%d levels are allowed", MaxDepth))
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) count(nodes int) error {
	p.nodes += nodes
	if p.nodes > MaxNodes {
		return p.fail(p.pos, "the query has too many terms", fmt.Sprintf("%d are allowed", MaxNodes))
	}
	return nil
}
