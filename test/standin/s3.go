package standin

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Object is one version of one object.
type Object struct {
	Bucket, Key string
	ETag        string // without quotes; MD5 of the bytes unless it was given
	Version     string // "" in a bucket without versions
	Size        int64
	Modified    time.Time   // whole seconds
	Header      http.Header // answered with the body: Content-Encoding, x-amz-meta-…
	Class       string      // storage class; GLACIER cannot be read
	Locked      bool        // by S3 Object Lock: it cannot be deleted

	body    func(offset int64) io.Reader
	deleted bool // a delete marker
}

// bucket keeps its keys in order, so that listing pages of many objects is quick.
type bucket struct {
	name, region string
	versioned    bool
	foreign      bool                // another account's
	keys         []string            // of objects that are not deleted, sorted
	objects      map[string][]Object // versions, newest last
	rules        []rule
	serial       int
}

type objects struct {
	buckets map[string]*bucket
	aliases map[string]string // of access points
}

func newObjects() objects {
	return objects{buckets: map[string]*bucket{}, aliases: map[string]string{}}
}

// Bucket makes a bucket in a Region, or moves one there.
func (c *Cloud) Bucket(name, region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeBucket(name).region = region
}

func (c *Cloud) makeBucket(name string) *bucket {
	b, ok := c.objects.buckets[name]
	if !ok {
		b = &bucket{name: name, region: Region, objects: map[string][]Object{}}
		c.objects.buckets[name] = b
	}
	return b
}

// Versioning turns a bucket's versions on.
func (c *Cloud) Versioning(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeBucket(name).versioned = true
}

// AccessPoint gives a bucket a second name: an alias, or name-account of an
// access point's ARN.
func (c *Cloud) AccessPoint(alias, bucket string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects.aliases[alias] = bucket
}

// PutObject writes an object now. A bucket that is missing is made in Region.
func (c *Cloud) PutObject(bucket, key string, body []byte) Object {
	return c.Put(Object{Bucket: bucket, Key: key}, body)
}

// Put writes an object with what its other members say: Modified, Header, Class,
// ETag.
func (c *Cloud) Put(o Object, body []byte) Object {
	if o.ETag == "" {
		sum := md5.Sum(body)
		o.ETag = hex.EncodeToString(sum[:])
	}
	o.Size = int64(len(body))
	return c.PutLarge(o, func(offset int64) io.Reader { return bytes.NewReader(body[offset:]) })
}

// PutLarge writes an object of o.Size bytes that are made as they are read: body
// gives them from an offset on. It needs an ETag.
func (c *Cloud) PutLarge(o Object, body func(offset int64) io.Reader) Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.makeBucket(o.Bucket)
	o.body = body
	if o.Modified.IsZero() {
		o.Modified = time.Now()
	}
	o.Modified = o.Modified.UTC().Truncate(time.Second)
	if b.versioned {
		b.serial++
		o.Version = fmt.Sprintf("v%06d", b.serial)
	}
	b.add(o)
	c.notify(b, o)
	return o
}

func (b *bucket) add(o Object) {
	if b.versioned {
		b.objects[o.Key] = append(b.objects[o.Key], o)
	} else {
		b.objects[o.Key] = []Object{o}
	}
	at, found := slices.BinarySearch(b.keys, o.Key)
	switch {
	case o.deleted && found:
		b.keys = slices.Delete(b.keys, at, at+1)
	case !o.deleted && !found:
		b.keys = slices.Insert(b.keys, at, o.Key)
	}
}

// DeleteObject deletes an object, or puts a delete marker over it.
func (c *Cloud) DeleteObject(name, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.makeBucket(name)
	b.serial++
	b.add(Object{Bucket: name, Key: key, deleted: true, Version: fmt.Sprintf("v%06d", b.serial)})
	if !b.versioned {
		delete(b.objects, key)
	}
}

// Objects returns what a bucket holds, in the order of its keys.
func (c *Cloud) Objects(name string) []Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.makeBucket(name)
	var all []Object
	for _, key := range b.keys {
		o, _ := b.latest(key)
		all = append(all, o)
	}
	return all
}

func (b *bucket) latest(key string) (Object, bool) {
	versions := b.objects[key]
	if len(versions) == 0 || versions[len(versions)-1].deleted {
		return Object{}, false
	}
	return versions[len(versions)-1], true
}

func (b *bucket) version(key, id string) (Object, bool) {
	if id == "" {
		return b.latest(key)
	}
	for _, o := range b.objects[key] {
		if o.Version == id && !o.deleted {
			return o, true
		}
	}
	return Object{}, false
}

// routeS3 finds the operation by method and path, in path style or with the
// bucket in the host.
func routeS3(r *request) (op, subject string) {
	name, key := r.place()
	subject = name
	if key != "" {
		subject += "/" + key
	}
	q := r.http.URL.Query()
	if name != "" && key == "" {
		op = routeBucket(r)
	}
	switch m := r.http.Method; {
	case op != "":
	case name == "":
		op = "ListBuckets"
	case key == "" && m == http.MethodHead:
		op = "HeadBucket"
	case key == "" && m == http.MethodPut:
		op = "CreateBucket"
	case key == "" && q.Has("location"):
		op = "GetBucketLocation"
	case key == "" && q.Has("notification"):
		op = "GetBucketNotificationConfiguration"
	case key == "":
		op = "ListObjectsV2"
	case m == http.MethodHead:
		op = "HeadObject"
	case m == http.MethodPut:
		op = "PutObject"
	case m == http.MethodDelete:
		op = "DeleteObject"
	default:
		op = "GetObject"
	}
	return op, subject
}

// place reads the bucket and the key from a request.
func (r *request) place() (name, key string) {
	path := strings.TrimPrefix(r.http.URL.Path, "/")
	address := r.http.Host
	if address == "" {
		address = r.http.URL.Host
	}
	for _, mark := range []string{".s3.", ".s3-", "." + host} {
		if name, _, ok := strings.Cut(address, mark); ok && name != "" {
			return name, path
		}
	}
	name, key, _ = strings.Cut(path, "/")
	return name, key
}

// open finds the bucket of a request and refuses one of another Region as S3
// does: with a 301 that has no Location.
func (c *Cloud) open(r *request) (*bucket, string, error) {
	name, key := r.place()
	if real, ok := c.objects.aliases[name]; ok {
		name = real
	}
	b, ok := c.objects.buckets[name]
	if !ok {
		return nil, "", fail(404, "NoSuchBucket", "The specified bucket does not exist")
	}
	if b.foreign {
		return nil, "", fail(403, "AccessDenied", "Access Denied")
	}
	if r.region != "" && r.region != b.region && r.region != "*" {
		err := &failure{status: 301, code: "PermanentRedirect",
			message: "The bucket you are attempting to access must be addressed using the specified endpoint.",
			header:  http.Header{"X-Amz-Bucket-Region": {b.region}}}
		return nil, "", err
	}
	return b, key, nil
}
