package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// digester writes CloudTrail's digest of each noon of the shop account: the
// files delivered in the hour before, with their hashes. Without a private key
// there is no signature, and one digest a day makes no chain: it shows readers
// what such a file looks like.
type digester struct {
	files []string // JSON, one of logFiles each
}

// note keeps what the next digest has to say of an object.
func (g *digester) note(o Object) {
	if o.Modified.Hour() != 11 || !strings.HasPrefix(o.Key, "AWSLogs/"+shopAccount+"/CloudTrail/us-east-1/") {
		return
	}
	sum := sha256.Sum256(o.Body)
	g.files = append(g.files, `{"s3Bucket":"`+o.Bucket+`","s3Object":"`+o.Key+`","hashValue":"`+hex.EncodeToString(sum[:])+
		`","hashAlgorithm":"SHA-256","newestEventTime":"`+second(o.Modified.UnixMilli())+`","oldestEventTime":"`+second(o.Modified.UnixMilli()-hourMS)+`"}`)
}

// take returns the digest of the hour before noon.
func (g *digester) take(noon int64) Object {
	o := digestObject(time.UnixMilli(noon).UTC(), g.files)
	g.files = nil
	return o
}

func digestObject(noon time.Time, files []string) Object {
	start := noon.Add(-time.Hour)
	key := "AWSLogs/" + shopAccount + "/CloudTrail-Digest/us-east-1/" + noon.Format("2006/01/02/") + shopAccount +
		"_CloudTrail-Digest_us-east-1_tarn-trail_us-east-1_" + noon.Format("20060102T150405Z") + ".json.gz"
	b := []byte{'{'}
	b = member(b, "awsAccountId", shopAccount)
	b = member(b, "digestStartTime", second(start.UnixMilli()))
	b = member(b, "digestEndTime", second(noon.UnixMilli()))
	b = member(b, "digestS3Bucket", trailBucket)
	b = member(b, "digestS3Object", key)
	b = member(b, "digestPublicKeyFingerprint", "00000000000000000000000000000000")
	b = member(b, "digestSignatureAlgorithm", "SHA256withRSA")
	b = raw(b, "newestEventTime", "null")
	b = raw(b, "oldestEventTime", "null")
	for _, name := range []string{"previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature"} {
		b = raw(b, name, "null")
	}
	b = raw(b, "logFiles", "["+strings.Join(files, ",")+"]")
	return Object{Bucket: trailBucket, Key: key, Body: append(b, '}'), Gzip: true, Modified: noon.Add(17 * time.Minute)}
}
