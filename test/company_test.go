package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"seismo/test/standin"
)

// company is an invented month as AWS would hold it: log objects that a test
// hands to AWS one by one, and the bodies that they refer to. What was handed
// over lies in a folder too, from which a plain ingest makes the rows that must
// come out however they were collected.
type company struct {
	cloud    *standin.Cloud
	given    string // the folder
	invoked  []object
	trailed  []object
	handed   int
	database string // the reference, once it is made
}

// object is a file of the month and its place in S3.
type object struct {
	bucket, key string
	body        []byte
}

// newCompany writes a month and puts its large bodies into the cloud.
func newCompany(t *testing.T, calls int) *company {
	t.Helper()
	dir := t.TempDir()
	c := &company{cloud: standin.New(t), given: filepath.Join(dir, "given"), database: filepath.Join(dir, "reference.duckdb")}
	month := filepath.Join(dir, "month")
	seismo(t, "simulate", "--out", month, "--calls", strconv.Itoa(calls), "--seed", "11")
	err := filepath.WalkDir(month, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		place, err := filepath.Rel(month, path)
		if err != nil {
			return err
		}
		bucket, key, _ := strings.Cut(filepath.ToSlash(place), "/")
		c.sort(t, object{bucket, key, body})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sort decides what a file is. Logs get today's folder, since their folders tell
// when they came, and these come now.
func (c *company) sort(t *testing.T, o object) {
	t.Helper()
	switch {
	case strings.Contains(o.key, "/data/"):
		c.cloud.PutObject(o.bucket, o.key, o.body)
		c.keep(t, o)
	case strings.Contains(o.key, "/CloudTrail/"):
		o.key = today(o.key, 4)
		c.trailed = append(c.trailed, o)
	case strings.Contains(o.key, "/BedrockModelInvocationLogs/") && strings.HasSuffix(o.key, ".gz"):
		o.key = today(o.key, 5)
		c.invoked = append(c.invoked, o)
	}
}

// today puts a key into the folder of this day, or of this hour: its last parts
// are year, month, day, perhaps hour, and the name.
func today(key string, parts int) string {
	list := strings.Split(key, "/")
	layout := "2006/01/02/15"[:3*parts-2]
	return strings.Join(append(slices.Clone(list[:len(list)-parts]), time.Now().UTC().Format(layout), list[len(list)-1]), "/")
}

// keep lays an object into the folder of the reference.
func (c *company) keep(t *testing.T, o object) {
	t.Helper()
	path := filepath.Join(c.given, o.bucket, filepath.FromSlash(o.key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, o.body, 0o644); err != nil {
		t.Fatal(err)
	}
}

// reference makes the rows that must come out of all that was handed over.
func (c *company) reference(t *testing.T) string {
	t.Helper()
	seismo(t, "ingest", "--db", c.database, c.given)
	return contents(t, c.database)
}

// lines are the records of a log object.
func (o object) lines(t *testing.T) []string {
	t.Helper()
	in, err := gzip.NewReader(bytes.NewReader(o.body))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	text := bufio.NewScanner(in)
	text.Buffer(nil, 64<<20)
	for text.Scan() {
		all = append(all, text.Text())
	}
	if err := text.Err(); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", o.key, err))
	}
	return all
}
