package event

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// sample is a value of each type, as Get returns it.
func sample(f Field) any {
	switch f.Type {
	case Text:
		return "x"
	case Integer:
		return int64(7)
	case Decimal:
		return 0.5
	case Boolean:
		return true
	case Instant:
		return time.Date(2026, 3, 1, 8, 30, 1, 5, time.UTC)
	case List:
		return []string{"a", "b"}
	}
	if f.Name == "metadata" {
		return jsontext.Value(`{"team":"finance"}`)
	}
	return nil
}

// TestFieldsAreMembers holds that every field can be set and read back, so that
// no name stands in the table alone.
func TestFieldsAreMembers(t *testing.T) {
	for _, f := range Fields() {
		if f.Virtual {
			continue
		}
		want := sample(f)
		if want == nil {
			want = jsontext.Value(f.Example)
		}
		var e Event
		f.Set(&e, want)
		got := f.Get(&e)
		if f.Type == JSON {
			if got == nil {
				t.Errorf("%s: set to its example and absent", f.Name)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-set +got):\n%s", f.Name, diff)
		}
		f.Set(&e, nil)
		if got := f.Get(&e); got != nil {
			t.Errorf("%s: taken away and still %v", f.Name, got)
		}
	}
}

// TestMembersAreFields holds that every member of the Event is in the table.
func TestMembersAreFields(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Fields() {
		known[f.Name] = true
	}
	var walk func(prefix string, typ reflect.Type)
	walk = func(prefix string, typ reflect.Type) {
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "-" || known[prefix+name] {
				continue
			}
			if typ.Field(i).Type.Kind() == reflect.Struct {
				walk(prefix+name+".", typ.Field(i).Type)
				continue
			}
			t.Errorf("%s is a member of the Event and not in the table", prefix+name)
		}
	}
	walk("", reflect.TypeFor[Event]())
}

// TestItemsHideMatches holds that a guardrail's matched text does not reach a
// plain column.
func TestItemsHideMatches(t *testing.T) {
	e := Event{Guardrail: Guardrail{Items: []GuardrailItem{{Policy: PolicyWord, Match: "the word itself", Direction: DirectionInput}}}}
	for _, f := range Fields() {
		if raw, ok := f.Get(&e).(jsontext.Value); ok && f.Column() && strings.Contains(string(raw), "itself") {
			t.Errorf("%s shows what was matched: %s", f.Name, raw)
		}
	}
}

// TestCallID holds what makes two records one call, and what does not.
func TestCallID(t *testing.T) {
	base := Envelope{Account: "111122223333", Region: "us-east-1", RequestID: "r",
		Time: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Operation: "Converse", ModelRef: "m", Input: "1"}
	elsewhere := base
	elsewhere.Time = base.Time.In(time.FixedZone("", 3600))
	if CallID(base, []byte("a")) != CallID(elsewhere, []byte("b")) {
		t.Error("one call, delivered twice, has two ids")
	}
	other := base
	other.Input = "2"
	if CallID(base, nil) == CallID(other, nil) {
		t.Error("two calls with other counts have one id")
	}
	if CallID(Envelope{}, []byte("a")) == CallID(Envelope{}, []byte("b")) {
		t.Error("two records without a request id have one id")
	}
	// The parts are told apart by their lengths, not only by their text.
	left, right := base, base
	left.Operation, left.ModelRef = "Conversem", ""
	right.Operation, right.ModelRef = "Converse", "m"
	if CallID(left, nil) == CallID(right, nil) {
		t.Error("facts run into one another")
	}
}
