package query

import (
	"fmt"
	"math"
	"strconv"
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

func (p *parser) number(f event.Field, op Op, v value) (Node, error) {
	if low, high, ok := strings.Cut(v.pattern, ".."); ok && op == Part {
		return p.between(f, v, low, high)
	}
	n, err := quantity(f, literal(v.pattern))
	if err != nil {
		return nil, p.fail(v.pos, err.Error(), "")
	}
	if op == Part {
		op = Equal
	}
	return Compare{f.Name, op, n}, nil
}

// between makes a range; an end that is left out is open.
func (p *parser) between(f event.Field, v value, low, high string) (Node, error) {
	var parts And
	for _, end := range []struct {
		op   Op
		text string
	}{{GreaterEqual, low}, {LessEqual, high}} {
		if end.text == "" {
			continue
		}
		n, err := quantity(f, end.text)
		if err != nil {
			return nil, p.fail(v.pos, err.Error(), "")
		}
		parts = append(parts, Compare{f.Name, end.op, n})
	}
	switch len(parts) {
	case 0:
		return nil, p.fail(v.pos, "this range has no end", "write "+f.Name+":10..20")
	case 1:
		return parts[0], nil
	}
	return parts, p.count(2)
}

// quantity reads a number of the field's type with its unit.
func quantity(f event.Field, s string) (any, error) {
	digits, factor := unit(f.Name, s)
	if strings.Trim(digits, "0123456789.eE+-") != "" {
		return nil, fmt.Errorf("%s is a number, as 250, 5k or 2M", f.Name)
	}
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && factor == 1 && f.Type == event.Integer {
		return n, nil
	}
	x, err := strconv.ParseFloat(digits, 64)
	x *= factor
	if err != nil || math.IsInf(x, 0) {
		return nil, fmt.Errorf("%s is a number, as 250, 5k or 2M", f.Name)
	}
	if f.Type == event.Decimal {
		return x, nil
	}
	if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return nil, fmt.Errorf("%s is a whole number", f.Name)
	}
	return int64(x), nil
}

// unit cuts the unit off a number: k, M, G for all, time for fields that count
// milliseconds or seconds.
func unit(field, s string) (digits string, factor float64) {
	units := []struct {
		name   string
		factor float64
	}{{"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}}
	if strings.HasSuffix(field, "ms") || strings.HasSuffix(field, ".seconds") {
		base := 1.0
		if strings.HasSuffix(field, "ms") {
			base = 1000
		}
		for _, u := range []struct {
			name    string
			seconds float64
		}{{"ms", 0.001}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}} {
			if digits, ok := strings.CutSuffix(s, u.name); ok {
				return digits, u.seconds * base
			}
		}
	}
	for _, u := range units {
		if digits, ok := strings.CutSuffix(s, u.name); ok {
			return digits, u.factor
		}
	}
	return s, 1
}
