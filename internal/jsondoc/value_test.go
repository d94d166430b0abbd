package jsondoc_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/jsondoc"
)

func parse(t testing.TB, text string) jsondoc.Value {
	t.Helper()
	v, err := jsondoc.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const page = ` {"id" : "a1", "n":12, "tokenCount": 12.0, "big":9007199254740993.0, "f": -0.25, "yes":true, "no":false,
	"none":null, "list":[1,"two",{"three":[]}], "d\u00fcrr\"e" : "\ud83d\ude00\ud800x", "id":"a2", "a\\b":3, "":4 }`

func TestReading(t *testing.T) {
	v := parse(t, page)
	if got := v.Get("id").Str(); got != "a2" {
		t.Errorf("of two members of one name the last wins, got %q", got)
	}
	if got := v.Get(`dürr"e`).Str(); got != "😀\ufffdx" {
		t.Errorf("escapes are read in names and texts, lone surrogates replaced, got %q", got)
	}
	for name, want := range map[string]int64{"n": 12, "tokenCount": 12, "big": 9007199254740993, `a\b`: 3, "": 4} {
		if got, ok := v.Get(name).Int(); !ok || got != want {
			t.Errorf("Int of %q = %d, %v; want %d", name, got, ok, want)
		}
	}
	if _, ok := v.Get("f").Int(); ok {
		t.Error("a fraction is no whole number")
	}
	if f, ok := v.Get("f").Float(); !ok || f != -0.25 {
		t.Errorf("Float = %v, %v", f, ok)
	}
	if b, ok := v.Get("yes").Bool(); !b || !ok {
		t.Error("true is true")
	}
	if b, ok := v.Get("no").Bool(); b || !ok {
		t.Error("false is false")
	}
	if _, ok := v.Get("none").Bool(); ok {
		t.Error("null is no boolean")
	}
	if v.Get("none").Kind() != jsondoc.Null || v.Get("none").Exists() || v.Get("nothing").Kind() != jsondoc.Missing {
		t.Error("null is there and does not exist, nothing is missing")
	}
	if got := v.First("none", "nothing", "n").Raw(); string(got) != "12" {
		t.Errorf("First passes over null and missing, got %q", got)
	}
	if got := v.Get("a\\\\b"); got.Exists() {
		t.Error("a name is compared with what it means, not with how it is written")
	}
}

func TestWalking(t *testing.T) {
	v := parse(t, page)
	var names []string
	for name := range v.Members() {
		names = append(names, name)
	}
	want := []string{"id", "n", "tokenCount", "big", "f", "yes", "no", "none", "list", `dürr"e`, "id", `a\b`, ""}
	if diff := cmp.Diff(want, names); diff != "" || v.Len() != len(want) {
		t.Errorf("%d members: %s", v.Len(), diff)
	}
	var items []string
	for item := range v.Get("list").Items() {
		items = append(items, string(item.Raw()))
	}
	if diff := cmp.Diff([]string{"1", `"two"`, `{"three":[]}`}, items); diff != "" {
		t.Error(diff)
	}
	for range v.Items() {
		t.Error("an object has no items")
	}
	for range v.Get("list").Members() {
		t.Error("a list has no members")
	}
	if got := v.Get("list", "three").Kind(); got != jsondoc.Missing {
		t.Errorf("a path does not go through lists, got kind %d", got)
	}
}

func TestSpans(t *testing.T) {
	text := ` { "a" : [ 1 ] , "b":{"c" :2} } `
	v := parse(t, text)
	for _, c := range []struct {
		v            jsondoc.Value
		span, member string
	}{
		{v, `{ "a" : [ 1 ] , "b":{"c" :2} }`, `{ "a" : [ 1 ] , "b":{"c" :2} }`},
		{v.Get("a"), `[ 1 ]`, `"a" : [ 1 ]`},
		{v.Get("b", "c"), `2`, `"c" :2`},
		{jsondoc.Value{}, "", ""},
	} {
		from, to := c.v.Span()
		if text[from:to] != c.span || string(c.v.Raw()) != c.span {
			t.Errorf("Span %q, Raw %q; want %q", text[from:to], c.v.Raw(), c.span)
		}
		if from, to = c.v.MemberSpan(); text[from:to] != c.member {
			t.Errorf("MemberSpan %q; want %q", text[from:to], c.member)
		}
	}
}

func TestNumbersThatAreNotCounts(t *testing.T) {
	for _, text := range []string{`0.5`, `1e19`, `1e400`, `9223372036854775808`, `"12"`, `null`} {
		if n, ok := parse(t, text).Int(); ok {
			t.Errorf("Int of %s = %d", text, n)
		}
	}
	for text, want := range map[string]int64{`1e3`: 1000, `-0`: 0, `-12.000`: -12, `9223372036854775807`: math.MaxInt64, `1.5e1`: 15, `1.0e2`: 100} {
		if n, ok := parse(t, text).Int(); !ok || n != want {
			t.Errorf("Int of %s = %d, %v", text, n, ok)
		}
	}
	if _, ok := parse(t, `1e400`).Float(); ok {
		t.Error("what overflows is no float")
	}
}

func TestBadUTF8IsReplacedWhenRead(t *testing.T) {
	v := parse(t, "{\"a\xff\":\"b\xc3\"}")
	if got := v.Get("a\ufffd").Str(); got != "b\ufffd" {
		t.Errorf("got %q", got)
	}
	if !bytes.Equal(v.Raw(), []byte("{\"a\xff\":\"b\xc3\"}")) {
		t.Error("the text itself is kept")
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	if _, err := jsondoc.Parse([]byte(nested(jsondoc.MaxDepth))); err != nil {
		t.Error(err)
	}
	_, err := jsondoc.Parse([]byte(nested(jsondoc.MaxDepth + 1)))
	if !errors.Is(err, jsondoc.ErrDepth) {
		t.Errorf("one level too deep: %v", err)
	}
	if _, err := jsondoc.Parse([]byte("[" + strings.Repeat("0,", jsondoc.MaxValues) + "0]")); !errors.Is(err, jsondoc.ErrValues) {
		t.Errorf("one value too many: %v", err)
	}
}

func TestErrorsSayWhereAndQuoteNothing(t *testing.T) {
	for text, want := range map[string]int{`{"secret":tru}`: 13, `{"secret" 1}`: 10, `["secret",`: 10, `{"secret":1} x`: 13} {
		_, err := jsondoc.Parse([]byte(text))
		var e *jsondoc.Error
		if !errors.As(err, &e) || e.Offset != want || strings.Contains(err.Error(), "secret") || !errors.Is(err, jsondoc.ErrSyntax) {
			t.Errorf("Parse(%q): %v; want offset %d", text, err, want)
		}
	}
}
