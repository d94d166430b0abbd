package standin

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// signingKey is made anew by every run of the tests: AWS's own is not ours to
// sign with.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// KeyFingerprint is that of the key that every Trail signs with.
const KeyFingerprint = "0123456789abcdef0123456789abcdef"

// SigningKey is that key as CloudTrail publishes it.
func SigningKey() PublicKey {
	return PublicKey{Fingerprint: KeyFingerprint, DER: x509.MarshalPKCS1PublicKey(&signingKey().PublicKey)}
}

// KeysFile is what aws cloudtrail list-public-keys prints of it.
func KeysFile() string {
	return fmt.Sprintf(`{"PublicKeyList":[{"Value":%q,"Fingerprint":%q}]}`,
		base64.StdEncoding.EncodeToString(SigningKey().DER), KeyFingerprint)
}

// Trail writes log files and digests as CloudTrail does, for one account and
// Region.
type Trail struct {
	T       testing.TB
	Put     func(key string, body []byte, meta map[string]string) // writes one file
	Bucket  string
	Prefix  string   // above AWSLogs/, with its slash
	Org     string   // "o-exampleorg/"
	Account string   // "" is AccountID
	Region  string   // "" is Region
	Last    *Written // the digest before the next one; nil makes a starting digest
}

// Written is a digest as it was written.
type Written struct {
	Key, Hash, Signature string
	End                  time.Time
	Logs                 []string // keys
}

// Into has the files written into a bucket.
func (tr *Trail) Into(c *Cloud) *Trail {
	tr.Put = func(key string, body []byte, meta map[string]string) {
		header := http.Header{}
		for name, text := range meta {
			header.Set("X-Amz-Meta-"+name, text)
		}
		c.Put(Object{Bucket: tr.Bucket, Key: key, Header: header}, body)
	}
	return tr
}

// Hours writes n hours of two log files each, the first of which ends at begin and
// is empty, and returns their digests.
func (tr *Trail) Hours(begin time.Time, n int) []Written {
	tr.T.Helper()
	var all []Written
	for i := range n {
		logs := 2
		if i == 0 {
			logs = 0
		}
		all = append(all, tr.Hour(begin.Add(time.Duration(i)*time.Hour), logs))
	}
	return all
}

// Hour writes the log files and the digest of the hour before end.
func (tr *Trail) Hour(end time.Time, logs int) Written {
	tr.T.Helper()
	d := Written{End: end}
	var list []string
	for i := range logs {
		content := fmt.Sprintf(`{"Records":[{"eventID":"%s-%d"}]}`, end.Format("15"), i)
		key := fmt.Sprintf("%sAWSLogs/%s%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%016d.json.gz", tr.Prefix, tr.Org, tr.account(),
			tr.region(), end.Format("2006/01/02"), tr.account(), tr.region(), end.Format("20060102T1504Z"), i)
		tr.Put(key, Zip(content), nil)
		d.Logs = append(d.Logs, key)
		list = append(list, fmt.Sprintf(`{"s3Bucket":%q,"s3Object":%q,"hashValue":%q,"hashAlgorithm":"SHA-256"}`, tr.Bucket, key, hashOf(content)))
	}
	return tr.Digest(d, strings.Join(list, ","), "")
}

// Digest writes a digest that lists what logs says, JSON as in logFiles. With the
// suffix _backfill it stands outside of the chain.
func (tr *Trail) Digest(d Written, logs, suffix string) Written {
	tr.T.Helper()
	d.Key = fmt.Sprintf("%sAWSLogs/%s%s/CloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_my_trail_us-east-1_%s%s.json.gz", tr.Prefix, tr.Org,
		tr.account(), tr.region(), d.End.Format("2006/01/02"), tr.account(), tr.region(), d.End.Format("20060102T150405Z"), suffix)
	link, signedLink := `null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null`, "null"
	if p := tr.Last; p != nil && suffix == "" {
		link = fmt.Sprintf(`%q,"previousDigestS3Object":%q,"previousDigestHashValue":%q,"previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":%q`,
			tr.Bucket, p.Key, p.Hash, p.Signature)
		signedLink = p.Signature
	}
	end := d.End.Format(time.RFC3339)
	content := fmt.Sprintf(`{"awsAccountId":%q,"digestStartTime":%q,"digestEndTime":%q,"digestS3Bucket":%q,"digestS3Object":%q,`+
		`"digestPublicKeyFingerprint":%q,"digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,`+
		`"previousDigestS3Bucket":%s,"logFiles":[%s]}`,
		tr.account(), d.End.Add(-time.Hour).Format(time.RFC3339), end, tr.Bucket, d.Key, KeyFingerprint, link, logs)
	d.Hash = hashOf(content)
	d.Signature = sign(tr.T, end+"\n"+tr.Bucket+"/"+d.Key+"\n"+d.Hash+"\n"+signedLink)
	meta := map[string]string{"signature": d.Signature, "signature-algorithm": "SHA256withRSA"}
	if suffix != "" {
		meta["backfill-generation-timestamp"] = d.End.Add(24 * time.Hour).Format(time.RFC3339)
	} else {
		tr.Last = &d
	}
	tr.Put(d.Key, Zip(content), meta)
	return d
}

func sign(t testing.TB, text string) string {
	t.Helper()
	hash := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signingKey(), crypto.SHA256, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(signature)
}

func hashOf(content string) string {
	hash := sha256.Sum256([]byte(content))
	return hex.EncodeToString(hash[:])
}

// Zip is a content as CloudTrail stores it.
func Zip(content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(content)) // into memory
	_ = w.Close()
	return b.Bytes()
}

func (tr *Trail) account() string { return cmp.Or(tr.Account, AccountID) }
func (tr *Trail) region() string  { return cmp.Or(tr.Region, Region) }
