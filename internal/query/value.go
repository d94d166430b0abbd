package query

import (
	"strings"

	"seismo/internal/event"
)

// comparison reads what follows a field's name, or one value in the brackets of
// field:(…).
func (p *parser) comparison(f event.Field) (Node, error) {
	op := Op(p.take(">=", "<=", ">", "<", "=", ":"))
	if op == Part {
		if p.peek() == '(' {
			at := p.pos
			n, err := p.group(&f)
			if err == nil && empty(n) {
				err = p.fail(at, "there is no value in these brackets", "")
			}
			return n, err
		}
		op = Op(p.take(">=", "<=", ">", "<", "="))
	}
	if op == "" || op == Part {
		return p.list(f)
	}
	v, err := p.value("")
	if err != nil {
		return nil, err
	}
	return p.compare(f, op, v)
}

// list reads values with commas between them.
func (p *parser) list(f event.Field) (Node, error) {
	var parts Or
	for {
		v, err := p.value(",")
		if err != nil {
			return nil, err
		}
		n, err := p.compare(f, Part, v)
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		if p.take(",") == "" {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, p.count(1)
}

// compare makes the node of one value.
func (p *parser) compare(f event.Field, op Op, v value) (Node, error) {
	if v.pattern == "" {
		return nil, p.fail(v.pos, "a value for "+f.Name+" is missing",
			"-"+f.Name+":* finds those without it")
	}
	if err := p.count(1); err != nil {
		return nil, err
	}
	if (op == Part || op == Equal) && strings.Trim(v.pattern, "*") == "" {
		return Has{f.Name}, nil
	}
	switch f.Type {
	case event.Text, event.List:
		return text(f, op, v), nil
	case event.Boolean:
		return p.boolean(f, op, v)
	case event.Instant:
		return p.instant(f, op, v)
	case event.Integer, event.Decimal:
		return p.number(f, op, v)
	}
	return nil, p.fail(v.pos, f.Name+" is free JSON and cannot be compared", f.Name+":* finds those that have it")
}

func text(f event.Field, op Op, v value) Node {
	switch {
	case op == Part:
		return Compare{f.Name, Part, v.pattern}
	case op == Equal && len(split(v.pattern)) > 1:
		return Compare{f.Name, Like, v.pattern}
	}
	return Compare{f.Name, op, literal(v.pattern)}
}

func (p *parser) boolean(f event.Field, op Op, v value) (Node, error) {
	if op != Part && op != Equal {
		return nil, p.fail(v.pos, f.Name+" has no order", "write "+f.Name+":true or "+f.Name+":false")
	}
	switch strings.ToLower(v.pattern) {
	case "true", "yes":
		return Compare{f.Name, Equal, true}, nil
	case "false", "no":
		return Compare{f.Name, Equal, false}, nil
	}
	return nil, p.fail(v.pos, f.Name+" is true or false", "")
}
