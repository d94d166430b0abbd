package query

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// compareRows sorts rows by keys; nil comes last.
func compareRows(keys []Key) func(a, b []any) int {
	return func(a, b []any) int {
		for _, k := range keys {
			x, y := a[k.Column], b[k.Column]
			if x == nil || y == nil {
				if order := cmp.Compare(rank(x), rank(y)); order != 0 {
					return order
				}
				continue
			}
			order := compareCells(x, y)
			if k.Descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	}
}

func rank(cell any) int {
	if cell == nil {
		return 1
	}
	return 0
}

// compareCells orders two cells of the same type; text byte by byte.
func compareCells(a, b any) int {
	switch x := a.(type) {
	case string:
		y, _ := b.(string)
		return strings.Compare(x, y)
	case int64:
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	case float64:
		y, _ := b.(float64)
		return cmp.Compare(x, y)
	case time.Time:
		y, _ := b.(time.Time)
		return x.Compare(y)
	case bool:
		y, _ := b.(bool)
		return cmp.Compare(rankBool(x), rankBool(y))
	case []string:
		y, _ := b.([]string)
		return slices.Compare(x, y)
	}
	return 0
}

func rankBool(b bool) int {
	if b {
		return 1
	}
	return 0
}
