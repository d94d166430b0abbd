package duckdb

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	driver "github.com/duckdb/duckdb-go/v2"
)

// plainCell turns what the driver returns into the types of a Table's cells.
func plainCell(v any) any {
	switch v := v.(type) {
	case nil, string, int64, float64, bool:
		return v
	case time.Time:
		return v.UTC()
	case int32:
		return int64(v)
	case int16:
		return int64(v)
	case int8:
		return int64(v)
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v)
		}
		return new(big.Int).SetUint64(v).String()
	case uint32:
		return int64(v)
	case uint16:
		return int64(v)
	case uint8:
		return int64(v)
	case float32:
		return float64(v)
	case *big.Int:
		if v.IsInt64() {
			return v.Int64()
		}
		return v.String()
	case []any:
		return plainList(v)
	case []byte:
		return fmt.Sprintf("%x", v)
	}
	return plainJSON(v)
}

func plainList(list []any) any {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = fmt.Sprint(plainCell(item))
	}
	return out
}

// plainJSON is a cell of nested values as JSON: structs, maps, JSON, intervals.
func plainJSON(v any) any {
	if number, ok := v.(driver.Decimal); ok {
		return number.String()
	}
	raw, err := json.Marshal(nested(v), json.Deterministic(true))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// nested turns the driver's values within values into what JSON has.
func nested(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = nested(item)
		}
		return out
	case driver.OrderedMap:
		out := make(map[string]any, v.Len())
		values := v.Values()
		for i, key := range v.Keys() {
			out[fmt.Sprint(plainCell(key))] = nested(values[i])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = nested(item)
		}
		return out
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case driver.Decimal:
		return jsontext.Value(v.String())
	case driver.Interval:
		return v
	}
	return plainCell(v)
}
