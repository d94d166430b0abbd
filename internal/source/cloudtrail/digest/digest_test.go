package digest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/test/standin"
)

const starting = `{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T11:00:00Z","digestEndTime":"2026-03-01T12:00:00Z",
"digestS3Bucket":"b","digestS3Object":"k","digestPublicKeyFingerprint":"f","digestSignatureAlgorithm":"SHA256withRSA",
"newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,
"previousDigestHashAlgorithm":null,"previousDigestSignature":null,
"logFiles":[{"s3Bucket":"b","s3Object":"l","hashValue":"h","hashAlgorithm":"SHA-256","newestEventTime":"x","oldestEventTime":"x"}]}`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(starting))
	want := Digest{Account: "111122223333", Start: noon.Add(-time.Hour), End: noon, Bucket: "b", Key: "k", Fingerprint: "f",
		Algorithm: "SHA256withRSA", Logs: []Log{{"b", "l", "h", "SHA-256"}}, endText: "2026-03-01T12:00:00Z"}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Digest{})); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, member := range []string{"digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint",
		"previousDigestSignature", "s3Bucket", "s3Object", "hashValue"} {
		text := bytes.Replace([]byte(starting), []byte(`"`+member+`"`), []byte(`"x"`), 1)
		if _, err := Parse(text); !errors.Is(err, ErrFormat) {
			t.Errorf("without %s: %v", member, err)
		}
	}
}

// What is signed is written as AWS's documentation says: four lines, of which the
// last is the signature of the digest before, or the word null.
func TestSignedText(t *testing.T) {
	d, err := Parse([]byte(starting))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(d.signed("hash")), "2026-03-01T12:00:00Z\nb/k\nhash\nnull"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	d.Previous.Signature = "abcd"
	if got, want := string(d.signed("hash")), "2026-03-01T12:00:00Z\nb/k\nhash\nabcd"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	const good = "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2026/03/01/111122223333_CloudTrail-Digest_us-east-2_my_trail_us-east-1_20260301T120000Z"
	chain := Chain{"111122223333", "us-east-2", "my_trail", "us-east-1"}
	for key, want := range map[string]name{
		good + ".json.gz":          {chain, noon, false},
		good + "_backfill.json.gz": {chain, noon, true},
	} {
		if n, ok := parseName(key); !ok || n != want {
			t.Errorf("%s: %+v, %v", key, n, ok)
		}
	}
	for _, key := range []string{"", good, good + ".json", "x" + good, "AWSLogs/111122223333/CloudTrail/us-east-2/2026/03/01/111122223333_CloudTrail_us-east-2_20260301T1200Z_AAAAAAAAAAAAAAAA.json.gz"} {
		if n, ok := parseName(key); ok && key != "x"+good {
			t.Errorf("%s: %+v", key, n)
		}
	}
}

// TestRecorded parses digests as AWS publishes them. None of them can be
// verified: their key is not public.
func TestRecorded(t *testing.T) {
	dir := os.Getenv("SEISMO_TESTDATA")
	if dir == "" {
		t.Skip("SEISMO_TESTDATA is not set: recorded digests are not at hand")
	}
	for file, logs := range map[string]int{"cloudtrail-digest-file.json": 1, "cloudtrail-digest-empty.json": 0} {
		content, err := os.ReadFile(filepath.Join(dir, "transport", file))
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(content)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		n, ok := parseName(d.Key)
		if !ok || !n.end.Equal(d.End) || n.Account != d.Account || n.Region != "us-east-2" || n.Home != "us-east-2" {
			t.Errorf("%s: its name says %+v, itself %v %s", file, n, d.End, d.Account)
		}
		if len(d.Logs) != logs || d.Algorithm != signatureAlgorithm || len(d.Previous.Signature) != 512 || len(d.Previous.Hash) != 64 {
			t.Errorf("%s: %+v", file, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(starting))
	f.Add([]byte(`{"digestStartTime":1}`))
	shelf := newMemory()
	tr := &standin.Trail{T: f, Put: shelf.put, Bucket: bucket}
	for _, d := range tr.Hours(noon, 2) {
		content, err := inflate(bytes.NewReader(shelf.files[d.Key].body))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := Parse(content)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("%v is no ErrFormat", err)
			}
			return
		}
		if d.Key == "" || d.Bucket == "" || d.Fingerprint == "" || d.End.IsZero() && d.endText == "" {
			t.Errorf("%+v", d)
		}
		for _, log := range d.Logs {
			if log.Key == "" || log.Hash == "" {
				t.Errorf("%+v", log)
			}
		}
		_ = d.signed("x")
	})
}
