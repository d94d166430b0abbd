package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/test/malformed"
	"seismo/test/standin"
)

// The one bucket and the one queue of a cloud.
const (
	bucketName = "bench-logs"
	queueName  = "bench"
)

// world is a cloud from within its own process.
type world struct {
	cloud   *standin.Cloud
	queue   *standin.Queue
	opened  atomic.Int64
	resumed atomic.Int64
	records int64
	arrive  func() // what "go" begins; nil: everything is there

	mu   sync.Mutex
	lags []float64
}

// serveCloud tells its state once everything is in place and after each line of
// its input, until that ends.
func serveCloud(ctx context.Context, t task, in io.Reader, out io.Writer) error {
	w := &world{}
	var stop func()
	w.cloud, stop = standin.Start()
	defer stop()
	w.queue = w.cloud.CreateQueue(queueName, standin.QueueOptions{Visibility: visibility, Deleted: w.deleted})
	if err := w.fill(ctx, t); err != nil {
		return err
	}
	if err := w.tell(out); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if lines.Text() == wordGo && w.arrive != nil {
			go w.arrive()
		}
		if err := w.tell(out); err != nil {
			return err
		}
	}
	return lines.Err()
}

// fill puts in place what the kind of a task says.
func (w *world) fill(ctx context.Context, t task) error {
	w.cloud.Bucket(bucketName, standin.Region)
	switch t.Kind {
	case "files":
		return w.files(t.Objects)
	case "large":
		w.cloud.Notify(bucketName, "", "", w.queue, standin.FromS3)
		return w.large(ctx, t.Seed, t.Raw)
	case "alone", "mixed":
		w.cloud.Notify(bucketName, "", "", w.queue, standin.FromS3)
		w.arrivals(ctx, t.Calls, t.Kind == "mixed")
	case "hostile":
		w.hostile()
	default:
		return fmt.Errorf("there is no cloud of kind %q", t.Kind)
	}
	return nil
}

func (w *world) files(list string) error {
	c, err := readCorpus(list)
	if err != nil {
		return err
	}
	for _, o := range c.Objects {
		text, err := os.ReadFile(o.Path)
		if err != nil {
			return err
		}
		w.cloud.PutObject(bucketName, "logs/"+filepath.Base(o.Path), text)
	}
	w.records = c.records()
	return nil
}

// hostile puts each object under a prefix of its own.
func (w *world) hostile() {
	w.cloud.PutObject(bucketName, hostileKey(0)+"good.json", []byte(malformed.Call(1)))
	for i, h := range hostiles() {
		w.cloud.PutObject(bucketName, hostileKey(i+1)+"object", []byte(h.Make()))
	}
}

// deleted notes how long a healthy object took. It is called by the cloud.
func (w *world) deleted(body string, sent time.Time) {
	if !strings.Contains(body, healthy) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lags = append(w.lags, time.Since(sent).Seconds())
}

func (w *world) tell(out io.Writer) error {
	s := cloudState{URL: w.cloud.URL(), CPU: ownCPU().Seconds(), Gets: w.opened.Load(), Resumed: w.resumed.Load(),
		Received: w.queue.Received(), Renewed: w.cloud.Count("sqs", "ChangeMessageVisibilityBatch"),
		Deleted: w.queue.Deleted(), Left: w.queue.Len(), Records: w.records}
	w.mu.Lock()
	s.Lags = append(s.Lags, w.lags...)
	w.mu.Unlock()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = out.Write(append(text, '\n'))
	return err
}
