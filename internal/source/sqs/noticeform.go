package sqs

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"seismo/internal/jsondoc"
)

// object reads one record of an S3 event notification, versions 2.0 to 2.x. By
// Amazon's rule a change of the major version may change the shape. Records of
// other makers, and hand-made ones, may name no more than bucket and key.
func (n *notice) object(record jsondoc.Value) {
	if version := record.Get("eventVersion"); version.Exists() && !strings.HasPrefix(version.Str(), "2.") {
		n.odd = oddEvent
		return
	}
	name := strings.TrimPrefix(record.Get("eventName").Str(), "s3:")
	if name != "" && !strings.HasPrefix(name, "ObjectCreated") {
		n.ignored++
		return
	}
	object := record.Get("s3", "object")
	n.add(created{
		Bucket:  record.Get("s3", "bucket", "name").Str(),
		Key:     unescape(object.Get("key").Str()),
		ETag:    etag(object.Get("eTag")),
		Version: pinned(object.Get("versionId")),
		Size:    size(object.Get("size")),
		Time:    instant(record.Get("eventTime")),
	})
}

// bus reads an event of EventBridge. Amazon says of S3's other form only that
// its keys are escaped, so this one's are taken as they are first.
func (n *notice) bus(doc jsondoc.Value) {
	detail := doc.Get("detail")
	switch {
	case detail.Get("Event").Str() == "s3:TestEvent":
		n.tests++
	case doc.Get("source").Str() != "aws.s3":
		n.odd = oddKind
	case doc.Get("detail-type").Str() != "Object Created":
		n.ignored++
	default:
		object := detail.Get("object")
		c := created{
			Bucket:  detail.Get("bucket", "name").Str(),
			Key:     object.Get("key").Str(),
			ETag:    etag(object.Get("etag")),
			Version: pinned(object.Get("version-id")),
			Size:    size(object.Get("size")),
			Time:    instant(doc.Get("time")),
		}
		if other := unescape(c.Key); other != c.Key {
			c.Other = other
		}
		n.add(c)
	}
}

// trail reads what CloudTrail sends to its own topic: keys as they are, without
// etags.
func (n *notice) trail(doc jsondoc.Value) {
	bucket, keys := doc.Get("s3Bucket").Str(), doc.Get("s3ObjectKey")
	switch {
	case keys.Kind() == jsondoc.String:
		n.add(created{Bucket: bucket, Key: keys.Str(), Size: -1})
	case keys.Kind() != jsondoc.Array:
		n.odd = oddRecord
	case keys.Len() == 0:
		n.ignored++
	}
	for key := range keys.Items() {
		n.add(created{Bucket: bucket, Key: key.Str(), Size: -1})
	}
}

// Names as S3 has them, and as identities of objects need them: nothing of a
// bucket's name or an ETag can be taken for a part of the key.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,255}$`)

const mostKey = 1024

func (n *notice) add(c created) {
	switch {
	case c.Bucket == "" || c.Key == "":
		n.odd = oddRecord
		return
	case !bucketName.MatchString(c.Bucket) || len(c.Key) > mostKey:
		n.odd = oddName
		return
	case strings.ContainsAny(c.ETag, "#/"):
		c.ETag = "" // S3 is asked for it
	}
	n.objects = append(n.objects, c)
}

// isRecord knows messages that are records themselves, which decode reads: an
// event of CloudTrail, alone, in a list or from a rule of EventBridge; a finding
// of GuardDuty; a payload of a CloudWatch Logs subscription; Bedrock's record.
func isRecord(doc jsondoc.Value) bool {
	switch {
	case doc.Get("detail").Kind() == jsondoc.Object:
		kind := doc.Get("detail-type").Str()
		return strings.HasSuffix(kind, " via CloudTrail") || kind == "GuardDuty Finding"
	case doc.Get("Records").Kind() == jsondoc.Array:
		for record := range doc.Get("Records").Items() {
			if !isTrail(record) {
				return false
			}
		}
		return doc.Get("Records").Len() > 0
	}
	return doc.Get("schemaType").Str() == "ModelInvocationLog" || isTrail(doc) ||
		doc.Get("awslogs", "data").Kind() == jsondoc.String ||
		doc.Get("messageType").Kind() == jsondoc.String && doc.Get("logGroup").Kind() == jsondoc.String
}

// isTrail knows an event of CloudTrail: its source is the name of a service.
func isTrail(doc jsondoc.Value) bool {
	return strings.HasSuffix(doc.Get("eventSource").Str(), ".amazonaws.com") && doc.Get("eventName").Exists()
}

// unescape reads a key as forms write it: + is a space, %3D is =. A key that is
// not well escaped was not escaped.
func unescape(key string) string {
	if plain, err := url.QueryUnescape(key); err == nil {
		return plain
	}
	return key
}

func etag(v jsondoc.Value) string { return strings.ToLower(strings.Trim(v.Str(), `"`)) }

func size(v jsondoc.Value) int64 {
	if n, ok := v.Int(); ok && n >= 0 {
		return n
	}
	return -1
}

func instant(v jsondoc.Value) time.Time {
	t, err := time.Parse(time.RFC3339, v.Str())
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// pinned is the version to read. "null" names what was written without versions,
// which is overwritten in place: the etag pins it, and not every store takes the
// name.
func pinned(version jsondoc.Value) string {
	if v := version.Str(); v != "null" {
		return v
	}
	return ""
}
