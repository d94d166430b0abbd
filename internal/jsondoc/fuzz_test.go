package jsondoc_test

import (
	"errors"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/jsondoc"
)

func FuzzParse(f *testing.F) {
	for _, text := range append(texts, page) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := jsondoc.Parse(src)
		switch {
		case errors.Is(err, jsondoc.ErrDepth), errors.Is(err, jsondoc.ErrValues):
			return
		case (err == nil) != reference(src):
			t.Fatalf("%v, the library says otherwise", err)
		case err == nil:
			walk(t, src, v)
		}
		var p jsondoc.Parser
		for _, final := range []bool{false, true} {
			n, err := p.Prefix(src, final)
			if err == nil && !reference(src[:n]) {
				t.Fatalf("a prefix of %d bytes is no value", n)
			}
		}
	})
}

// walk reads everything in v and holds it against the library's reading.
func walk(t *testing.T, src []byte, v jsondoc.Value) {
	from, to := v.Span()
	if string(src[from:to]) != string(v.Raw()) {
		t.Fatal("Span and Raw differ")
	}
	children := 0
	switch v.Kind() {
	case jsondoc.Object:
		for name, m := range v.Members() {
			children++
			if v.Get(name).Kind() == jsondoc.Missing {
				t.Fatalf("member %q is not found by its name", name)
			}
			walk(t, src, m)
		}
	case jsondoc.Array:
		for item := range v.Items() {
			children++
			walk(t, src, item)
		}
	case jsondoc.String:
		want, _ := jsontext.AppendUnquote(nil, v.Raw())
		if v.Str() != string(want) {
			t.Fatalf("Str = %q, want %q", v.Str(), want)
		}
	case jsondoc.Number:
		v.Int()
		v.Float()
	}
	if children != v.Len() {
		t.Fatalf("%d children, Len says %d", children, v.Len())
	}
}
