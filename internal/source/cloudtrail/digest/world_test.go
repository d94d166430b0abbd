package digest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// testKey is made anew by every run of the tests: AWS's own is not ours to sign
// with.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const (
	bucket      = "example-trail"
	fingerprint = "0123456789abcdef0123456789abcdef"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// trail writes log files and digests as CloudTrail does, for one chain.
type trail struct {
	t       *testing.T
	shelf   *memory
	account string
	region  string
	prefix  string // above AWSLogs/
	org     string
	last    *written // the digest before the next one
}

// written is a digest as it was written.
type written struct {
	key, hash, signature string
	end                  time.Time
	logs                 []string
}

func newTrail(t *testing.T, shelf *memory) *trail {
	return &trail{t: t, shelf: shelf, account: "111122223333", region: "eu-west-1"}
}

// hours writes n hours of two log files each, the first hour empty, and returns
// their digests.
func (tr *trail) hours(n int) []written {
	tr.t.Helper()
	var all []written
	for i := range n {
		logs := 2
		if i == 0 {
			logs = 0
		}
		all = append(all, tr.hour(noon.Add(time.Duration(i)*time.Hour), logs))
	}
	return all
}

// hour writes the log files and the digest of the hour before end.
func (tr *trail) hour(end time.Time, logs int) written {
	tr.t.Helper()
	d := written{end: end}
	var list []string
	for i := range logs {
		content := fmt.Sprintf(`{"Records":[{"eventID":"%s-%d"}]}`, end.Format("15"), i)
		key := fmt.Sprintf("%sAWSLogs/%s%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%016d.json.gz", tr.prefix, tr.org, tr.account,
			tr.region, end.Format("2006/01/02"), tr.account, tr.region, end.Format("20060102T1504Z"), i)
		tr.shelf.put(key, zip(content), nil)
		d.logs = append(d.logs, key)
		list = append(list, fmt.Sprintf(`{"s3Bucket":%q,"s3Object":%q,"hashValue":%q,"hashAlgorithm":"SHA-256"}`, bucket, key, sum(content)))
	}
	return tr.digest(d, strings.Join(list, ","), "")
}

func (tr *trail) digest(d written, logs, suffix string) written {
	tr.t.Helper()
	d.key = fmt.Sprintf("%sAWSLogs/%s%s/CloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_my_trail_us-east-1_%s%s.json.gz", tr.prefix, tr.org,
		tr.account, tr.region, d.end.Format("2006/01/02"), tr.account, tr.region, d.end.Format(nameTime), suffix)
	link, signedLink := `null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null`, "null"
	if p := tr.last; p != nil && suffix == "" {
		link = fmt.Sprintf(`%q,"previousDigestS3Object":%q,"previousDigestHashValue":%q,"previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":%q`,
			bucket, p.key, p.hash, p.signature)
		signedLink = p.signature
	}
	end := d.end.Format(time.RFC3339)
	content := fmt.Sprintf(`{"awsAccountId":%q,"digestStartTime":%q,"digestEndTime":%q,"digestS3Bucket":%q,"digestS3Object":%q,`+
		`"digestPublicKeyFingerprint":%q,"digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,`+
		`"previousDigestS3Bucket":%s,"logFiles":[%s]}`,
		tr.account, d.end.Add(-time.Hour).Format(time.RFC3339), end, bucket, d.key, fingerprint, link, logs)
	d.hash = sum(content)
	d.signature = sign(tr.t, end+"\n"+bucket+"/"+d.key+"\n"+d.hash+"\n"+signedLink)
	meta := map[string]string{metaSignature: d.signature, metaAlgorithm: signatureAlgorithm}
	if suffix != "" {
		meta[metaBackfill] = d.end.Add(24 * time.Hour).Format(time.RFC3339)
	} else {
		tr.last = &d
	}
	tr.shelf.put(d.key, zip(content), meta)
	return d
}

func sign(t *testing.T, text string) string {
	t.Helper()
	hash := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(signature)
}

func sum(content string) string {
	hash := sha256.Sum256([]byte(content))
	return hex.EncodeToString(hash[:])
}

func zip(content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, content)
	w.Close()
	return b.Bytes()
}

func unzip(t *testing.T, packed []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// testKeys knows the test's key, as a file of AWS's tool.
func testKeys(t *testing.T) Keys {
	t.Helper()
	keys, err := ReadKeys(strings.NewReader(keysFile()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func keysFile() string {
	der := x509.MarshalPKCS1PublicKey(&testKey().PublicKey)
	return fmt.Sprintf(`{"PublicKeyList":[{"Value":%q,"Fingerprint":%q}]}`, base64.StdEncoding.EncodeToString(der), fingerprint)
}

// memory is a Shelf of one bucket in memory.
type memory struct {
	files map[string]file
	fails map[string]error // reading of the key breaks off with it
}

type file struct {
	body []byte
	meta map[string]string
}

func newMemory() *memory { return &memory{files: map[string]file{}, fails: map[string]error{}} }

func (m *memory) put(key string, body []byte, meta map[string]string) {
	m.files[key] = file{body, meta}
}

func (m *memory) Folders(_ context.Context, _, prefix string) ([]string, error) {
	found := map[string]bool{}
	for key := range m.files {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			if folder, _, ok := strings.Cut(rest, "/"); ok {
				found[prefix+folder+"/"] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

func (m *memory) Keys(_ context.Context, _, prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(m.files)) {
			if strings.HasPrefix(key, prefix) && key > after && !yield(key, nil) {
				return
			}
		}
	}
}

func (m *memory) Open(_ context.Context, from, key string) (File, error) {
	f, ok := m.files[key]
	if !ok || from != bucket {
		return File{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	var r io.Reader = bytes.NewReader(f.body)
	if err := m.fails[key]; err != nil {
		r = io.MultiReader(io.LimitReader(r, int64(len(f.body)/2)), broken{err})
	}
	return File{io.NopCloser(r), f.meta}, nil
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
