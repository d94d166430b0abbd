package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// corpusVersion changes with the generator, so that a corpus kept from before is
// not taken for today's.
const corpusVersion = 1

// objectSize is how much raw JSON an object has, at least.
const objectSize = 5_000_000

// planted is the rare word: it is in one record of a corpus, and the generator
// cannot make it.
const planted = "quillwort"

// object is one file of a corpus.
type object struct {
	Path    string `json:"path"`
	Raw     int64  `json:"raw"`  // bytes of JSON
	Size    int64  `json:"size"` // bytes of the file
	Records int64  `json:"records"`
	Sizes   []int  `json:"sizes"` // of its records, bytes
}

// corpus is a set of files that are the same for the same seed and kind. A
// larger corpus begins with the objects of a smaller one.
type corpus struct {
	Kind    string   `json:"kind"` // calls or agents
	Objects []object `json:"objects"`
}

func (c corpus) raw() (n int64) {
	for _, o := range c.Objects {
		n += o.Raw
	}
	return n
}

func (c corpus) records() (n int64) {
	for _, o := range c.Objects {
		n += o.Records
	}
	return n
}

func (c corpus) size() (n int64) {
	for _, o := range c.Objects {
		n += o.Size
	}
	return n
}

func (c corpus) paths() []string {
	out := make([]string, len(c.Objects))
	for i, o := range c.Objects {
		out[i] = o.Path
	}
	return out
}

// first is the smallest beginning of the corpus with so many raw bytes.
func (c corpus) first(raw int64) corpus {
	for i := range c.Objects {
		if part := (corpus{c.Kind, c.Objects[:i+1]}); part.raw() >= raw {
			return part
		}
	}
	return c
}

// makeCorpus writes what is missing of a corpus below the cache folder.
func makeCorpus(ctx context.Context, cache, kind string, seed uint64, raw int64) (corpus, error) {
	dir := filepath.Join(cache, fmt.Sprintf("%s-v%d-seed%d", kind, corpusVersion, seed))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return corpus{}, fmt.Errorf("make the corpus's folder: %w", err)
	}
	lex := newLexicon(seed)
	c := corpus{Kind: kind, Objects: make([]object, (raw+objectSize-1)/objectSize)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range c.Objects {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			o, err := makeObject(dir, kind, newWriter(lex, seed, uint64(i)), i)
			c.Objects[i] = o
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return corpus{}, fmt.Errorf("make the corpus: %w", err)
	}
	return c, nil
}

// makeObject writes an object and, after it, what is known of it.
func makeObject(dir, kind string, w *writer, number int) (o object, err error) {
	o.Path = filepath.Join(dir, fmt.Sprintf("%05d.json.gz", number))
	about := filepath.Join(dir, fmt.Sprintf("%05d.about", number))
	known, err := os.ReadFile(about)
	if err == nil {
		return o, json.Unmarshal(known, &o)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	var b []byte
	if kind == "agents" {
		b, o.Sizes = agentRecords(w, number)
	} else {
		b, o.Sizes = callRecords(w, number)
	}
	gz, err := packed(b)
	if err != nil {
		return o, err
	}
	o.Raw, o.Size, o.Records = int64(len(b)), int64(len(gz)), int64(len(o.Sizes))
	if err := os.WriteFile(o.Path, gz, 0o644); err != nil {
		return o, err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return o, err
	}
	return o, os.WriteFile(about, text, 0o644)
}

func packed(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, 6)
	if err != nil {
		return nil, err
	}
	if _, err = z.Write(b); err == nil {
		err = z.Close()
	}
	return out.Bytes(), err
}

// perObject is above the number of records of any object.
const perObject = 20_000

func callRecords(w *writer, object int) (b []byte, sizes []int) {
	b = make([]byte, 0, objectSize+largest)
	number := int64(object) * perObject
	if object == 0 {
		b = w.plant(b, number)
		sizes, number = append(sizes, len(b)), number+1
	}
	for len(b) < objectSize {
		before := len(b)
		b = w.record(b, number)
		sizes, number = append(sizes, len(b)-before), number+1
	}
	return b, sizes
}

func agentRecords(w *writer, object int) (b []byte, sizes []int) {
	b = make([]byte, 0, objectSize+1<<20)
	number := int64(object) * perObject
	for len(b) < objectSize {
		a := w.session(&number)
		for turns := 15 + w.IntN(40); turns > 0 && len(b) < objectSize; turns-- {
			before := len(b)
			b = a.call(b)
			sizes = append(sizes, len(b)-before)
		}
	}
	return b, sizes
}

// plant appends a record with the rare word.
func (w *writer) plant(b []byte, number int64) []byte {
	e := envelope{number: number, operation: "Converse", model: "us.anthropic.claude-sonnet-4-20250514-v1:0"}
	b = append(w.head(b, e), `{"messages":[{"role":"user","content":[{"text":"Where does `+planted+` grow?"}]}]}`...)
	b = append(middle(b, 8), `{"output":{"message":{"role":"assistant","content":[{"text":"In water."}]}},"stopReason":"end_turn"}`...)
	return tail(b, 3)
}
