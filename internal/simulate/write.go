package simulate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
)

// Summary says what was written.
type Summary struct {
	Objects int
	Calls   int   // invocation records
	Trail   int   // CloudTrail events
	Bytes   int64 // before compression
}

func (s *Summary) add(o Object) {
	s.Objects++
	s.Calls += o.Calls
	s.Trail += o.Trail
	s.Bytes += int64(len(o.Body))
}

// Write writes the month below dir: one folder for each bucket, the keys as
// paths. Files that are there already are overwritten, others are left alone.
// progress, when it is not nil, gets the sum so far after each object.
func Write(ctx context.Context, c Config, dir string, progress func(Summary)) (Summary, error) {
	var sum Summary
	w := writer{dir: dir, made: map[string]bool{}, zip: gzip.NewWriter(nil)}
	for o, err := range Objects(c) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = w.write(o)
		}
		if err != nil {
			return sum, err
		}
		sum.add(o)
		if progress != nil {
			progress(sum)
		}
	}
	return sum, nil
}

type writer struct {
	dir    string
	made   map[string]bool // folders
	zip    *gzip.Writer
	packed bytes.Buffer
}

func (w *writer) write(o Object) error {
	name := filepath.Join(w.dir, o.Bucket, filepath.FromSlash(o.Key))
	if folder := filepath.Dir(name); !w.made[folder] {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("make a folder for simulated logs: %w", err)
		}
		w.made[folder] = true
	}
	data := o.Body
	if o.Gzip {
		var err error
		if data, err = w.pack(o.Body); err != nil {
			return fmt.Errorf("compress %s: %w", o.Key, err)
		}
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return fmt.Errorf("write simulated logs: %w", err)
	}
	return nil
}

// pack compresses. The header has no time and no name, so that equal bodies
// make equal files.
func (w *writer) pack(body []byte) ([]byte, error) {
	w.packed.Reset()
	w.zip.Reset(&w.packed)
	if _, err := w.zip.Write(body); err != nil {
		return nil, err
	}
	if err := w.zip.Close(); err != nil {
		return nil, err
	}
	return w.packed.Bytes(), nil
}
