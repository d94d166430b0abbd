package query

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"seismo/internal/event"
)

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

// unit cuts the unit off a number: k, M, G for all, and time for fields that
// count milliseconds or seconds.
func unit(field, s string) (digits string, factor float64) {
	type scale struct {
		name   string
		factor float64
	}
	scales := []scale{{"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}}
	switch {
	case strings.HasSuffix(field, "ms"):
		scales = append([]scale{{"ms", 1}, {"s", 1e3}, {"min", 60e3}, {"m", 60e3}, {"h", 3600e3}}, scales...)
	case strings.HasSuffix(field, ".seconds"):
		scales = append([]scale{{"ms", 1e-3}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}}, scales...)
	}
	for _, u := range scales {
		if digits, ok := strings.CutSuffix(s, u.name); ok {
			return digits, u.factor
		}
	}
	return s, 1
}
