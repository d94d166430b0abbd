package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"
)

// task is a piece of work that runs in a process of its own, so that its memory
// and its CPU time are its own.
type task struct {
	Name    string  `json:"name"`
	Cache   string  `json:"cache,omitzero"`
	Kind    string  `json:"kind,omitzero"`
	Seed    uint64  `json:"seed,omitzero"`
	Raw     int64   `json:"raw,omitzero"`
	Objects string  `json:"objects,omitzero"` // file with a corpus
	DB      string  `json:"db,omitzero"`
	Calls   int     `json:"calls,omitzero"`
	Repeat  int     `json:"repeat,omitzero"`
	Profile profile `json:"profile,omitzero"`
}

// child is the first argument of a process that runs a task.
const child = "run-task"

// runTask runs the task in a process of its own and reads its answer.
func runTask[T any](ctx context.Context, t task, env ...string) (answer T, c cost, err error) {
	self, err := os.Executable()
	if err != nil {
		return answer, c, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return answer, c, err
	}
	out, c, err := measure(ctx, env, self, child, string(text))
	if err != nil {
		return answer, c, fmt.Errorf("%s: %w", t.Name, err)
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return answer, c, fmt.Errorf("answer of %s: %w", t.Name, err)
	}
	return answer, c, nil
}

// serveTask is the other side: it runs a task and writes its answer.
func serveTask(ctx context.Context, text string, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Errorf("task: %w", err)
	}
	var answer any
	var err error
	switch t.Name {
	case "cloud":
		return serveCloud(ctx, t, os.Stdin, out)
	case "small":
		answer, err = makeSmall(t.Cache, t.Seed, t.Calls)
	case "corpus":
		answer, err = makeCorpus(ctx, t.Cache, t.Kind, t.Seed, t.Raw)
	case "decode":
		answer, err = decodeAll(ctx, t.Objects, false)
	case "normalize":
		answer, err = decodeAll(ctx, t.Objects, true)
	case "duckdb":
		answer, err = readJSON(ctx, t.Objects, t.DB, t.Kind)
	case "stats":
		answer, err = statsOf(ctx, t.DB)
	case "fill":
		answer, err = fillStore(ctx, t)
	case "reports":
		answer, err = timeReports(ctx, t)
	case "searches":
		answer, err = timeSearches(ctx, t)
	case "profile":
		answer, err = profiled(ctx, t)
	default:
		err = fmt.Errorf("there is no task %q", t.Name)
	}
	if err != nil {
		return err
	}
	return json.MarshalWrite(out, answer)
}
