// Package month is an invented month as a test hands it to AWS: its log objects
// one by one, and its large bodies. What was handed over is kept in a folder,
// from which a plain ingest makes the rows that must come out, however they were
// collected.
//
// It never talks to AWS: a test puts the objects where it wants them.
package month

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"seismo/internal/jsondoc"
	"seismo/test/process"
)

// Month is a month of an invented company.
type Month struct {
	Bodies  []Object // large bodies that logs refer to
	Invoked []Object // invocation logs
	Trailed []Object // files of CloudTrail

	kept string
}

// Object is a file and its place in S3. Logs lie in today's folder, since their
// folders tell when they came, and these come now.
type Object struct {
	Bucket, Key string
	Body        []byte
}

// New writes a month of about so many calls.
func New(t testing.TB, calls int) *Month {
	t.Helper()
	dir := t.TempDir()
	m := &Month{kept: filepath.Join(dir, "kept")}
	written := filepath.Join(dir, "written")
	process.Seismo(t, "simulate", "--out", written, "--calls", strconv.Itoa(calls), "--seed", "11")
	err := filepath.WalkDir(written, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		place, err := filepath.Rel(written, path)
		if err != nil {
			return err
		}
		bucket, key, _ := strings.Cut(filepath.ToSlash(place), "/")
		m.add(Object{bucket, key, body})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *Month) add(o Object) {
	switch {
	case strings.Contains(o.Key, "/data/"):
		m.Bodies = append(m.Bodies, o)
	case strings.Contains(o.Key, "/CloudTrail/"):
		o.Key = today(o.Key, 4)
		m.Trailed = append(m.Trailed, o)
	case strings.Contains(o.Key, "/BedrockModelInvocationLogs/") && strings.HasSuffix(o.Key, ".gz"):
		o.Key = today(o.Key, 5)
		m.Invoked = append(m.Invoked, o)
	}
}

// today puts a key into the folder of this day, or of this hour: its last parts
// are year, month, day, perhaps hour, and the name.
func today(key string, parts int) string {
	list := strings.Split(key, "/")
	layout := "2006/01/02/15"[:3*parts-2]
	return strings.Join(append(slices.Clone(list[:len(list)-parts]), time.Now().UTC().Format(layout), list[len(list)-1]), "/")
}

// Keep notes that an object was handed over.
func (m *Month) Keep(t testing.TB, o Object) {
	t.Helper()
	path := filepath.Join(m.kept, o.Bucket, filepath.FromSlash(o.Key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, o.Body, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Reference ingests all that was kept, and gives the rows and how many they are.
func (m *Month) Reference(t testing.TB) (rows, count string) {
	t.Helper()
	db := filepath.Join(t.TempDir(), "reference.duckdb")
	process.Seismo(t, "ingest", "--db", db, m.kept)
	return process.Rows(t, db), process.Count(t, db)
}

// Text is what an object holds, unpacked.
func (o Object) Text(t testing.TB) []byte {
	t.Helper()
	in, err := gzip.NewReader(bytes.NewReader(o.Body))
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", o.Key, err))
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", o.Key, err))
	}
	return text
}

// Lines are the records of an invocation log.
func (o Object) Lines(t testing.TB) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(string(o.Text(t)), "\n"), "\n")
}

// Records are the events of a file of CloudTrail.
func (o Object) Records(t testing.TB) []jsondoc.Value {
	t.Helper()
	return slices.Collect(Parse(t, o.Text(t)).Get("Records").Items())
}

// Happening is one event of CloudTrail as if it happened at another time.
func (o Object) Happening(t testing.TB, at time.Time) Object {
	t.Helper()
	from, to := Parse(t, o.Body).Get("eventTime").Span()
	o.Body = slices.Concat(o.Body[:from], []byte(at.UTC().Format(`"2006-01-02T15:04:05Z"`)), o.Body[to:])
	return o
}

// Parse reads JSON that must be right.
func Parse(t testing.TB, text []byte) jsondoc.Value {
	t.Helper()
	v, err := jsondoc.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
