package query

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"seismo/internal/event"
)

// Check tells what is wrong with a tree that was not made by Parse: an unknown
// field, a field of content, a value of another type than the field's, an
// operator that the type does not have, too many nodes. Stores may rely on it.
func Check(n Node) error {
	nodes := 0
	return check(n, 0, &nodes)
}

func check(n Node, depth int, nodes *int) error {
	*nodes++
	if depth > 2*MaxDepth || *nodes > MaxNodes {
		return fmt.Errorf("a query of more than %d nodes or %d levels", MaxNodes, 2*MaxDepth)
	}
	switch n := n.(type) {
	case nil, Words:
		return nil
	case And:
		return checkAll(n, depth, nodes)
	case Or:
		return checkAll(n, depth, nodes)
	case Not:
		return check(n.Node, depth+1, nodes)
	case Has:
		_, err := plain(n.Field)
		return err
	case Compare:
		return n.check()
	}
	return fmt.Errorf("a query with a node of unknown type %T", n)
}

func checkAll(list []Node, depth int, nodes *int) error {
	for _, n := range list {
		if err := check(n, depth+1, nodes); err != nil {
			return err
		}
	}
	return nil
}

// plain finds a field that is not content.
func plain(name string) (event.Field, error) {
	f, ok := Lookup(name)
	if !ok {
		return f, fmt.Errorf("there is no field %q; %s", name, suggest(name))
	}
	if !f.Column() {
		return f, fmt.Errorf("%s is what was said and has no column", name)
	}
	return f, nil
}

func (c Compare) check() error {
	f, err := plain(c.Field)
	if err != nil {
		return err
	}
	ok := false
	ops := []Op{Equal, Less, LessEqual, Greater, GreaterEqual}
	switch f.Type {
	case event.Text, event.List:
		_, ok = c.Value.(string)
		ops = append(ops, Like, Part)
	case event.Integer:
		_, ok = c.Value.(int64)
	case event.Decimal:
		var x float64
		x, ok = c.Value.(float64)
		ok = ok && !math.IsNaN(x) && !math.IsInf(x, 0)
	case event.Boolean:
		_, ok = c.Value.(bool)
		ops = ops[:1]
	case event.Instant:
		_, ok = c.Value.(time.Time)
	}
	if !ok || !slices.Contains(ops, c.Op) {
		return fmt.Errorf("%s is of type %s: it cannot be compared by %q with a %T", c.Field, f.Type, c.Op, c.Value)
	}
	return nil
}

// Check tells what is wrong with a query before a store runs it.
func (q Query) Check() error {
	if q.Limit < 0 || q.Limit > MaxLimit {
		return fmt.Errorf("a limit of %d: at most %d events at once", q.Limit, MaxLimit)
	}
	return Check(q.Where)
}

// MaxLimit is the most events of one Page.
const MaxLimit = 10_000

// Check tells what is wrong with an aggregate before a store runs it.
func (a Aggregate) Check() error {
	if err := Check(a.Where); err != nil {
		return err
	}
	switch a.Bucket {
	case NoBucket, Minute, Hour, Day, Month:
	default:
		return fmt.Errorf("there is no bucket %q; minute, hour, day and month are", a.Bucket)
	}
	if len(a.By) > 3 || len(a.Measures) == 0 || a.Limit < 0 {
		return fmt.Errorf("an aggregate by %d fields with %d measures and a limit of %d: at most 3 fields and at least one measure are allowed",
			len(a.By), len(a.Measures), a.Limit)
	}
	for _, name := range a.By {
		f, err := plain(name)
		if err != nil {
			return err
		}
		if f.Type == event.JSON {
			return fmt.Errorf("%s is free JSON and cannot be grouped by", name)
		}
	}
	for _, m := range a.Measures {
		if err := m.check(); err != nil {
			return err
		}
	}
	return a.checkColumns()
}

func (a Aggregate) checkColumns() error {
	columns := a.Columns()
	for i, c := range columns {
		if slices.Contains(columns[:i], c) {
			return fmt.Errorf("two columns are named %q", c)
		}
	}
	if sort := strings.TrimPrefix(a.Sort, "-"); sort != "" && !slices.Contains(columns, sort) {
		return fmt.Errorf("there is no column %q to sort by", sort)
	}
	return nil
}

func (m Measure) check() error {
	if err := Check(m.Where); err != nil {
		return err
	}
	if m.Func == Count && m.Field == "" {
		return nil
	}
	f, err := plain(m.Field)
	if err != nil {
		return err
	}
	types := []event.Type{event.Integer, event.Decimal}
	switch m.Func {
	case Count:
		return nil
	case Sum, Avg, P50, P95, P99:
	case Min, Max:
		types = append(types, event.Text, event.Instant)
	case Distinct:
		types = append(types, event.Text, event.List, event.Boolean, event.Instant)
	case TopK:
		types = []event.Type{event.Text, event.List}
	default:
		return fmt.Errorf("there is no function %q", m.Func)
	}
	if !slices.Contains(types, f.Type) {
		return fmt.Errorf("%s of %s: the field is of type %s", m.Func, m.Field, f.Type)
	}
	return nil
}
