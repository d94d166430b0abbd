package query

import (
	"cmp"
	"strings"
	"time"

	"seismo/internal/event"
)

// Match tells whether an event fits a tree; everything fits nil. Text gives the
// texts that were said, in either direction, for Words; it is called only when it
// matters, and may be nil when nothing is known of what was said. Fields of
// content are read from the event, and absent when they are not in it.
func Match(n Node, e *event.Event, text func() []string) bool {
	switch n := n.(type) {
	case nil:
		return true
	case And:
		for _, part := range n {
			if !Match(part, e, text) {
				return false
			}
		}
		return true
	case Or:
		for _, part := range n {
			if Match(part, e, text) {
				return true
			}
		}
		return false
	case Not:
		return !Match(n.Node, e, text)
	case Has:
		return Get(e, n.Field) != nil
	case Compare:
		return n.fits(Get(e, n.Field))
	case Words:
		return said(n, text)
	}
	return false
}

func said(w Words, text func() []string) bool {
	if text == nil {
		return false
	}
	for _, t := range text() {
		if w.Within(t) {
			return true
		}
	}
	return false
}

// fits compares a field's value, nil when absent, with the wanted one.
func (c Compare) fits(value any) bool {
	switch v := value.(type) {
	case string:
		want, ok := c.Value.(string)
		return ok && c.fitsText(v, want)
	case []string:
		want, ok := c.Value.(string)
		for _, element := range v {
			if ok && c.fitsText(element, want) {
				return true
			}
		}
	case int64:
		want, ok := c.Value.(int64)
		return ok && c.ordered(cmp.Compare(v, want))
	case float64:
		want, ok := c.Value.(float64)
		return ok && c.ordered(cmp.Compare(v, want))
	case bool:
		want, ok := c.Value.(bool)
		return ok && c.Op == Equal && v == want
	case time.Time:
		want, ok := c.Value.(time.Time)
		return ok && c.ordered(v.Compare(want))
	}
	return false
}

func (c Compare) fitsText(text, want string) bool {
	text, want = Fold(text), Fold(want)
	switch c.Op {
	case Like:
		return fitsLike(text, split(want))
	case Part:
		return fitsPart(text, split(want))
	}
	return c.ordered(strings.Compare(text, want))
}

func (c Compare) ordered(order int) bool {
	switch c.Op {
	case Equal:
		return order == 0
	case Less:
		return order < 0
	case LessEqual:
		return order <= 0
	case Greater:
		return order > 0
	case GreaterEqual:
		return order >= 0
	}
	return false
}
