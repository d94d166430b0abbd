package query

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seismo/internal/event"
)

// trees draws the trees that Parse can make: And and Or have at least two nodes
// but for the And of nothing, patterns are written in one way.
func trees() *rapid.Generator[Node] {
	return rapid.Custom(func(t *rapid.T) Node { return tree(t, 4) })
}

func tree(t *rapid.T, depth int) Node {
	kind := rapid.IntRange(0, 8).Draw(t, "kind")
	if depth == 0 {
		kind = 5 + kind%4
	}
	switch kind {
	case 0:
		return And{}
	case 1, 2:
		return And(branches(t, depth))
	case 3:
		return Or(branches(t, depth))
	case 4:
		return Not{tree(t, depth-1)}
	case 5:
		return Has{rapid.SampledFrom([]string{"person", "cost.parts", "metadata.team", "metadata.a b", `metadata.*"\`}).Draw(t, "field")}
	case 6:
		return Words{rapid.SliceOfN(rapid.Custom(drawWord), 1, 4).Draw(t, "words"), rapid.Bool().Draw(t, "prefix")}
	}
	return comparison(t)
}

func branches(t *rapid.T, depth int) []Node {
	n := rapid.IntRange(2, 4).Draw(t, "branches")
	nodes := make([]Node, n)
	for i := range nodes {
		nodes[i] = tree(t, depth-1)
	}
	return nodes
}

func drawWord(t *rapid.T) string {
	return rapid.SampledFrom([]string{"or", "not", "and", "ignore", "a_1", "é", "本", strings.Repeat("x", 64), "42"}).Draw(t, "word")
}

func comparison(t *rapid.T) Node {
	order := rapid.SampledFrom([]Op{Equal, Less, LessEqual, Greater, GreaterEqual}).Draw(t, "op")
	switch rapid.IntRange(0, 5).Draw(t, "type") {
	case 0:
		return Compare{"tokens.output", order, rapid.Int64().Draw(t, "integer")}
	case 1:
		return Compare{"latency.ms", order, rapid.Float64Range(-1e300, 1e300).Draw(t, "decimal")}
	case 2:
		return Compare{"mfa", Equal, rapid.Bool().Draw(t, "boolean")}
	case 3:
		return Compare{"time", order, time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()}
	}
	field := rapid.SampledFrom([]string{"model", "tool_calls.name", "metadata.team", "metadata.a:b"}).Draw(t, "field")
	text := rapid.StringN(1, 8, -1).Draw(t, "text")
	switch rapid.IntRange(0, 2).Draw(t, "pattern") {
	case 0:
		return Compare{field, order, text}
	case 1:
		return Compare{field, Part, escape(text) + rapid.SampledFrom([]string{"", "*", "*x"}).Draw(t, "star")}
	}
	return Compare{field, Like, escape(text) + "*"}
}

func TestFormatRoundTrips(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := trees().Draw(r, "tree")
		text := Format(n)
		again, err := ParseAt(text, now)
		if err != nil {
			r.Fatalf("%#v was written as %q: %v", n, text, err)
		}
		if draw(n, "") != draw(again, "") {
			r.Fatalf("written as %q, read as\n%s\nnot\n%s", text, draw(again, ""), draw(n, ""))
		}
	})
}

// Trees that Parse never makes are still written as ones that fit the same.
func TestFormatKeepsMeaning(t *testing.T) {
	a := Compare{"region", Equal, "a"}
	for _, n := range []Node{nil, And{}, Or{}, And{a}, Or{a}, And{Or{a}}, Or{And{}, a}, Not{And{}}, Not{Or{}}, Words{}} {
		again, err := Parse(Format(n))
		if err != nil {
			t.Errorf("%#v was written as %q: %v", n, Format(n), err)
			continue
		}
		for _, region := range []string{"a", "b"} {
			e := &event.Event{Region: region}
			said := func() []string { return []string{"text"} }
			if Match(n, e, said) != Match(again, e, said) {
				t.Errorf("%#v was written as %q, which means something else in region %s", n, Format(n), region)
			}
		}
	}
}

// Stores compile patterns by Regexp; Match has its own, faster way.
func TestPatternsAgreeWithRegexp(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("aB_-.@ 本\n*\\")))
	rapid.Check(t, func(r *rapid.T) {
		subject, pattern := text.Draw(r, "subject"), text.Draw(r, "pattern")
		if strings.HasSuffix(strings.ReplaceAll(pattern, `\\`, ""), `\`) {
			r.Skip("a backslash at the end takes the meaning from nothing")
		}
		for _, op := range []Op{Like, Part} {
			want := regexp.MustCompile(Regexp(op, pattern)).MatchString(Fold(subject))
			got := Compare{"model", op, pattern}.fitsText(subject, pattern)
			if got != want {
				r.Errorf("%s %q in %q: %v, by the regular expression %s %v", op, pattern, subject, got, Regexp(op, pattern), want)
			}
		}
	})
}

func TestTokensAreStable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		tokens := Tokens(text)
		if again := Tokens(strings.Join(tokens, " ")); !slices.Equal(tokens, again) {
			r.Fatalf("%q gives %q, which give %q", text, tokens, again)
		}
		if upper := Tokens(strings.ToLower(text)); !slices.Equal(tokens, upper) {
			r.Fatalf("%q gives %q, without case %q", text, tokens, upper)
		}
	})
}

// Any stretch of a text's words is found in it, and every prefix of its last.
func TestWordsAreFound(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abÉ_ .本"))).Draw(r, "text")
		tokens := Tokens(text)
		if len(tokens) == 0 {
			r.Skip("no words")
		}
		from := rapid.IntRange(0, len(tokens)-1).Draw(r, "from")
		to := rapid.IntRange(from+1, len(tokens)).Draw(r, "to")
		w := Words{Words: slices.Clone(tokens[from:to])}
		if !w.Within(text) {
			r.Fatalf("%q is not found in %q", w.Words, text)
		}
		last := []rune(w.Words[to-from-1])
		w.Words[to-from-1] = string(last[:rapid.IntRange(1, len(last)).Draw(r, "runes")])
		w.Prefix = true
		if !w.Within(text) {
			r.Fatalf("%q* is not found in %q", w.Words, text)
		}
	})
}
