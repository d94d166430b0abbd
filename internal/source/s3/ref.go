package s3

import (
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/source"
)

// Ref names one version of one object.
type Ref struct {
	Bucket   string // a name, or the ARN of an access point
	Key      string // as it is, not encoded
	ETag     string // without quotes; "" when unknown
	Version  string // of a bucket with versions, where a notification told it
	Size     int64  // bytes as stored, -1 when unknown
	Modified time.Time
}

// ID is the identity of the object's bytes, the same however it was found. A
// Ref without an ETag has none: ask Head first.
func (ref Ref) ID() string {
	if ref.ETag == "" {
		return ""
	}
	return "s3://" + ref.Bucket + "/" + ref.Key + "#" + strings.ToLower(ref.ETag)
}

// Object is the ref as deliveries name it.
func (ref Ref) Object() source.Object {
	return source.Object{
		ID:       ref.ID(),
		Origin:   event.Origin{Bucket: ref.Bucket, Key: ref.Key, ETag: ref.ETag},
		Size:     ref.Size,
		Modified: ref.Modified,
	}
}

// RefOf is the ref of an object that was delivered before.
func RefOf(o source.Object) Ref {
	return Ref{Bucket: o.Origin.Bucket, Key: o.Origin.Key, ETag: o.Origin.ETag, Size: o.Size, Modified: o.Modified}
}

// URI is the address of the object, for messages.
func (ref Ref) URI() string { return "s3://" + ref.Bucket + "/" + ref.Key }

// cleanETag takes the quotes off, and the mark of a weak one.
func cleanETag(etag string) string {
	return strings.ToLower(strings.Trim(strings.TrimPrefix(etag, "W/"), `"`))
}
