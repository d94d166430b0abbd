package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/go-json-experiment/json"

	"seismo/internal/app"
	"seismo/internal/decode"
	"seismo/internal/event"
)

// work is what a task did: so many records in so much time.
type work struct {
	Records int64 `json:"records"`
	Cost    cost  `json:"cost"` // of the work alone, without the process's start
}

// decodeAll decodes every object of a corpus, one after another, and makes
// events of the records if asked for.
func decodeAll(ctx context.Context, list string, normalize bool) (done work, err error) {
	c, err := readCorpus(list)
	if err != nil {
		return done, err
	}
	path, err := app.NewPath(app.Config{})
	if err != nil {
		return done, err
	}
	defer path.Close()
	watch := startWatch()
	for _, o := range c.Objects {
		if err := decodeOne(ctx, path, o.Path, normalize, &done.Records); err != nil {
			return done, fmt.Errorf("decode %s: %w", o.Path, err)
		}
	}
	done.Cost = watch.stop()
	return done, nil
}

func decodeOne(ctx context.Context, path *app.Path, name string, normalize bool, records *int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return path.Decoder.Decode(ctx, f, event.Origin{Key: name}, func(item decode.Item) error {
		if item.Verdict != decode.Good {
			return errors.New("a piece of the corpus is no record: " + item.Reason)
		}
		*records++
		if !normalize {
			return nil
		}
		_, err := path.Normalize(ctx, item)
		return err
	})
}

func readCorpus(list string) (c corpus, err error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c)
}

// writeCorpus writes the list of a corpus's objects for tasks to read.
func writeCorpus(list string, c corpus) error {
	slim := corpus{Kind: c.Kind}
	for _, o := range c.Objects {
		o.Sizes = nil
		slim.Objects = append(slim.Objects, o)
	}
	text, err := json.Marshal(slim)
	if err != nil {
		return err
	}
	return os.WriteFile(list, text, 0o644)
}
