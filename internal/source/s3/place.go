package s3

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// Place is a part of a bucket.
type Place struct {
	Bucket string
	Prefix string // of keys; "" is the whole bucket
}

// ParsePlace reads s3://bucket/prefix.
func ParsePlace(uri string) (Place, error) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, prefix, _ := strings.Cut(rest, "/")
	if !ok || !bucketName.MatchString(bucket) {
		return Place{}, fmt.Errorf("not a place in S3: %q; write s3://bucket/prefix", uri)
	}
	return Place{Bucket: bucket, Prefix: prefix}, nil
}

// has tells whether an object lies in the place. A prefix that does not end in
// a slash is still the name of a folder: logs/a does not allow logs/abc.
func (p Place) has(bucket, key string) bool {
	rest, ok := strings.CutPrefix(key, p.Prefix)
	return bucket == p.Bucket && ok && (p.Prefix == "" || strings.HasSuffix(p.Prefix, "/") || rest == "" || rest[0] == '/')
}

// address parts the s3:// address of a body into bucket and key. Keys are taken
// as they are: %2e is no dot.
func address(uri string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, key, slash := strings.Cut(rest, "/")
	if !ok || !slash || key == "" || !bucketName.MatchString(bucket) {
		return "", "", errors.New("a body's address is not of the form s3://bucket/key")
	}
	if path.Clean("/"+key) != "/"+key || strings.ContainsAny(key, "\x00\\") {
		return "", "", errors.New("a body's address leads out of its folder")
	}
	return bucket, key, nil
}
