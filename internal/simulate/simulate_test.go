package simulate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func digestOf(t *testing.T, c Config) [sha256.Size]byte {
	t.Helper()
	h := sha256.New()
	for o, err := range Objects(c) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %s %s %v %d\n", o.Bucket, o.Key, o.Modified, o.Gzip, len(o.Body))
		h.Write(o.Body)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func TestSameConfigSameMonth(t *testing.T) {
	base := Config{Calls: 700}
	want := digestOf(t, base)
	if digestOf(t, base) != want {
		t.Error("two runs of one configuration differ")
	}
	if digestOf(t, Config{Calls: 700, End: DefaultEnd()}) != want {
		t.Error("the default end, said aloud, makes another month")
	}
	for name, c := range map[string]Config{
		"seed": {Calls: 700, Seed: 1}, "end": {Calls: 700, End: DefaultEnd().AddDate(0, 0, -1)},
		"calls": {Calls: 900}, "stories": {Calls: 700, Stories: []string{}},
	} {
		if digestOf(t, c) == want {
			t.Errorf("another %s makes the same month", name)
		}
	}
}

func TestWriteIsTheSameToTheByte(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	stranger := filepath.Join(two, "notes.txt")
	if err := os.WriteFile(stranger, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var last Summary
	c := Config{Calls: 300, Seed: 3}
	for _, dir := range []string{one, two, two} { // the third overwrites the second
		sum, err := Write(context.Background(), c, dir, func(s Summary) { last = s })
		if err != nil {
			t.Fatal(err)
		}
		if sum != last || sum.Calls < 200 || sum.Trail == 0 || sum.Bytes == 0 {
			t.Errorf("summary %+v, last progress %+v", sum, last)
		}
	}
	files := 0
	err := filepath.WalkDir(one, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		rel, _ := filepath.Rel(one, path)
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(two, rel))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs", rel)
		}
		if zipped := bytes.HasPrefix(a, []byte{0x1f, 0x8b}); zipped != strings.HasSuffix(path, ".gz") {
			t.Errorf("%s: gzip is %v", rel, zipped)
		}
		return err
	})
	if err != nil || files != last.Objects {
		t.Errorf("%d files, %d objects, %v", files, last.Objects, err)
	}
	if text, err := os.ReadFile(stranger); err != nil || string(text) != "mine" {
		t.Errorf("a file that was there: %q, %v", text, err)
	}
}

func TestWriteStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	sum, err := Write(ctx, Config{Calls: 300}, t.TempDir(), func(Summary) { cancel() })
	if !errors.Is(err, context.Canceled) || sum.Objects != 1 {
		t.Errorf("%d objects after the end of the context, %v", sum.Objects, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), Config{Calls: 300}, file, nil); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, c := range map[string]Config{
		"negative": {Calls: -1}, `"nonsense"`: {Stories: []string{"llmjacking", "nonsense"}},
	} {
		n := 0
		for o, err := range Objects(c) {
			n++
			if err == nil || !strings.Contains(err.Error(), want) || o.Key != "" {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if n != 1 {
			t.Errorf("%+v yields %d times", c, n)
		}
	}
}

// TestKeysAreLaidOutAsByAWS takes the expressions from the documentation of
// both services.
func TestKeysAreLaidOutAsByAWS(t *testing.T) {
	const account, region = `(111122223333|444455556666|777788889999)`, `[a-z]{2}-[a-z]+-\d`
	records := regexp.MustCompile(`^tarn-bedrock-logs-` + account + `-` + region + `/AWSLogs/` + account + `/BedrockModelInvocationLogs/` +
		region + `/2026/\d\d/\d\d/\d\d/\d{8}T\d{9}Z_[0-9a-f]{16}\.json\.gz$`)
	bodies := regexp.MustCompile(`/BedrockModelInvocationLogs/` + region + `/2026/\d\d/\d\d/\d\d/data/[0-9a-f-]{36}_(input|output)\.json\.gz$`)
	check := regexp.MustCompile(`/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check$`)
	trail := regexp.MustCompile(`^tarn-cloudtrail/AWSLogs/` + account + `/CloudTrail/` + region + `/2026/\d\d/\d\d/` + account + `_CloudTrail_` +
		region + `_\d{8}T\d{4}Z_[0-9A-Za-z]{16}\.json\.gz$`)
	digest := regexp.MustCompile(`/CloudTrail-Digest/` + region + `/2026/\d\d/\d\d/` + account + `_CloudTrail-Digest_` + region + `_[a-z-]+_` + region + `_\d{8}T\d{6}Z\.json\.gz$`)
	insight := regexp.MustCompile(`/CloudTrail-Insight/` + region + `/2026/\d\d/\d\d/` + account + `_CloudTrail-Insight_` + region + `_\d{8}T\d{4}Z_[0-9A-Za-z]{16}\.json\.gz$`)
	guardDuty := regexp.MustCompile(`/AWSLogs/` + account + `/GuardDuty/` + region + `/2026/\d\d/\d\d/[0-9a-f-]{36}\.jsonl\.gz$`)
	seen, count := map[string]bool{}, map[*regexp.Regexp]int{}
next:
	for _, key := range month(t).keys {
		if seen[key] {
			t.Errorf("%s comes twice", key)
		}
		seen[key] = true
		for _, re := range []*regexp.Regexp{records, bodies, check, trail, digest, insight, guardDuty} {
			if re.MatchString(key) {
				count[re]++
				continue next
			}
		}
		t.Errorf("%s is no key of AWS", key)
	}
	if len(count) != 7 || count[digest] != days || count[check] != len(places) {
		t.Errorf("keys by kind: %v", count)
	}
}

// TestDeliveredInOrder holds what Month.Body relies on: bodies come before the
// records that name them.
func TestDeliveredInOrder(t *testing.T) {
	var before time.Time
	bodies, named := map[string]bool{}, 0
	path := regexp.MustCompile(`"inputBodyS3Path":"([^"]+)"`)
	for o, err := range Objects(Config{Calls: 6000}) {
		if err != nil {
			t.Fatal(err)
		}
		if o.Modified.Before(before) {
			t.Fatalf("%s comes too late", o.Key)
		}
		before = o.Modified
		if strings.Contains(o.Key, "/data/") {
			bodies["s3://"+o.Bucket+"/"+o.Key] = true
			continue
		}
		for _, match := range path.FindAllSubmatch(o.Body, -1) {
			if bodies[string(match[1])] {
				named++
				delete(bodies, string(match[1]))
			}
		}
	}
	if named == 0 || len(bodies) > 0 {
		t.Errorf("%d bodies are named, %d are not, or too early", named, len(bodies))
	}
}

func TestMonthIsASource(t *testing.T) {
	m := Source(Config{Calls: 300})
	ids := map[string]bool{}
	for {
		d, err := m.Receive(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := d.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, body)
		o := d.Object()
		if err != nil || n != o.Size || ids[o.ID] || o.Origin.Key == "" || o.Modified.IsZero() {
			t.Fatalf("%+v: %d bytes, %v", o, n, err)
		}
		ids[o.ID] = true
		if err := d.Settle(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.Body(context.Background(), "s3://b/k"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a body that is not there: %v", err)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil || len(ids) == 0 {
		t.Errorf("%d objects, %v", len(ids), err)
	}
	if _, err := Source(Config{Calls: -1}).Receive(context.Background()); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a bad configuration: %v", err)
	}
}

func BenchmarkObjects(b *testing.B) {
	for b.Loop() {
		sum := Summary{}
		for o := range Objects(Config{Seed: 1}) {
			sum.add(o)
		}
		b.SetBytes(sum.Bytes)
		b.ReportMetric(float64(sum.Objects), "objects")
		b.ReportMetric(float64(sum.Calls), "calls")
	}
}
