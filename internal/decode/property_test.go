package decode_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// chunked gives a text in pieces of the given sizes, over and over.
type chunked struct {
	text  string
	sizes []int
	n     int
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.text == "" {
		return 0, io.EOF
	}
	n := min(c.sizes[c.n%len(c.sizes)], len(p), len(c.text))
	c.n++
	copy(p, c.text[:n])
	c.text = c.text[n:]
	return n, nil
}

// fragments are what objects of the property tests are put together from.
func fragments(t testing.TB) []string {
	list := []string{
		call(1) + "\n", call(2), call(3) + "\r\n", "\n", "\n\n\n", " ", "\n{", "[", "]", "}", `"`, `\`, ",", "{\"a\":[1,\n",
		`{"Records":[`, `{"eventSource":"a.amazonaws.com","eventName":"b"},`, `{"eventSource":"a.amazonaws.com","eventName":"c"}`,
		`]}`, "oops\n", "12\n", "\xff\xfe", "\x00\x00", "\xef\xbb\xbf", strings.Repeat(" ", 300), strings.Repeat("[", 5000),
		call(4) + strings.Repeat("\n  ", 200), "{\n  \"schemaType\": \"ModelInvocationLog\"\n}\n",
		zip(call(5) + "\n"), zip(zip(call(6))), zip(call(7))[:30], zst(t, call(8)+"\n"), "\x1f\x8b",
		`{"schemaType":"ModelInvocationLog","long":"` + strings.Repeat("x", 200_000) + "\"}\n",
	}
	return list
}

func assembled(t *rapid.T, list []string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(list), 1, 30).Draw(t, "fragments"), "")
}

// What comes out does not depend on how the bytes come in.
func TestChunksMakeNoDifference(t *testing.T) {
	list := fragments(t)
	for _, page := range pages(t) {
		list = append(list, string(object(t, page)))
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := assembled(rt, list)
		limits := decode.Limits{Line: rapid.SampledFrom([]int64{0, 50, 100_000}).Draw(rt, "line")}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 3000), 1, 5).Draw(rt, "sizes")
		want := told(decodeFrom(t, limits, strings.NewReader(text), event.Origin{}))
		got := told(decodeFrom(t, limits, &chunked{text: text, sizes: sizes}, event.Origin{}))
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// Compressed or not, the same comes out of a text that ends well.
func TestCompressionMakesNoDifference(t *testing.T) {
	list := fragments(t)[:20]
	rapid.Check(t, func(rt *rapid.T) {
		text := call(0) + "\n" + assembled(rt, list)
		cut := rapid.IntRange(1, len(text)-1).Draw(rt, "cut")
		want := told(decodeAll(t, decode.Limits{}, text, event.Origin{}))
		for _, object := range []string{zip(text), zip(text[:cut]) + zip(text[cut:]), zst(t, text), zip(zip(text))} {
			if diff := cmp.Diff(want, told(decodeAll(t, decode.Limits{}, object, event.Origin{}))); diff != "" {
				rt.Fatal(diff)
			}
		}
	})
}

func pages(t testing.TB) []*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/pages/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var list []*txtar.Archive
	for _, path := range paths {
		page, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page)
	}
	return list
}

func TestReadErrorsAreItems(t *testing.T) {
	broken := errors.New("connection reset")
	for name, object := range map[string]string{"plain": calls(3), "gzip": zip(calls(3))[:60], "nothing": ""} {
		r := io.MultiReader(strings.NewReader(object), iotest.ErrReader(broken))
		items := decodeFrom(t, decode.Limits{}, r, event.Origin{})
		if last := items[len(items)-1]; last.Verdict != decode.Bad || last.Reason != decode.BadRead || len(raws(items, decode.Bad)) != 1 {
			t.Errorf("%s: %s", name, told(items))
		}
	}
	// A body of HTTP that is cut says so itself; that is not the end of the object.
	r := io.MultiReader(strings.NewReader(call(1)+"\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if items := decodeFrom(t, decode.Limits{}, r, event.Origin{}); items[len(items)-1].Reason != decode.BadRead {
		t.Error(told(items))
	}
}

func TestErrorsOfTheCaller(t *testing.T) {
	refused := errors.New("no room")
	for name, object := range map[string]string{"good": zip(calls(9)), "bad": "{\n", "cut": zip(calls(3))[:60], "empty": ""} {
		n := 0
		err := decode.New(decode.Limits{}).Decode(t.Context(), strings.NewReader(object), event.Origin{},
			func(decode.Item) error { n++; return refused })
		if !errors.Is(err, refused) || n != 1 {
			t.Errorf("%s: %v after %d items", name, err, n)
		}
	}
	for name, object := range map[string]string{"plain": calls(100_000), "gzip": zip(calls(100_000)), "zstd": zst(t, calls(100_000)),
		"binary": strings.Repeat("\x00", 1<<20), "rest": zip("") + strings.Repeat("x", 1<<20)} {
		ctx, cancel := context.WithCancel(t.Context())
		r := &cancelling{Reader: strings.NewReader(object), after: 2, cancel: cancel}
		var bad int
		err := decode.New(decode.Limits{}).Decode(ctx, r, event.Origin{}, func(item decode.Item) error {
			if item.Verdict == decode.Bad {
				bad++
			}
			return nil
		})
		cancel()
		if !errors.Is(err, context.Canceled) || bad > 0 {
			t.Errorf("%s: %v, %d bad items", name, err, bad)
		}
	}
}

type cancelling struct {
	io.Reader
	after  int
	cancel func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	if c.after--; c.after < 0 {
		c.cancel()
	}
	return c.Reader.Read(p[:min(len(p), 64<<10)])
}
