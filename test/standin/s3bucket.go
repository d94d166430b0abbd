package standin

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// subresources are the settings of a bucket that are kept as they were put, by
// the word in the query; the code is what S3 says when there is none.
var subresources = []struct{ query, name, absent string }{
	{"publicAccessBlock", "PublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"},
	{"encryption", "BucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"},
	{"lifecycle", "BucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"},
	{"policy", "BucketPolicy", "NoSuchBucketPolicy"},
}

type settingsKey struct{ bucket string }

// bucketSettings are a bucket's settings by the word in the query; the caller
// holds c.mu.
func (c *Cloud) bucketSettings(name string) map[string][]byte {
	return *state(c, settingsKey{name}, func() *map[string][]byte { return &map[string][]byte{} })
}

// Buckets tells what S3 has: of each bucket its Region, its settings by the word
// in the query, and the keys of its objects.
func (c *Cloud) Buckets() map[string]map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]map[string]string{}
	for name, b := range c.objects.buckets {
		one := map[string]string{"region": b.region, "keys": strings.Join(b.keys, " ")}
		for word, body := range c.bucketSettings(name) {
			one[word] = string(body)
		}
		all[name] = one
	}
	return all
}

// TakeBucket makes a name another account's: nobody here may see or make it.
func (c *Cloud) TakeBucket(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeBucket(name).foreign = true
}

// bucketOperations are the control plane of buckets.
func (c *Cloud) bucketOperations(ops map[string]operation) map[string]operation {
	for _, s := range subresources {
		ops["Get"+s.name] = func(r *request) (any, error) {
			return c.onBucket(r, func(b *bucket) (any, error) {
				body, ok := c.bucketSettings(b.name)[s.query]
				if !ok {
					return nil, fail(404, s.absent, "The %s does not exist", s.query)
				}
				return &answer{status: 200, header: http.Header{"Content-Type": {"application/xml"}},
					body: strings.NewReader(string(body)), length: int64(len(body))}, nil
			})
		}
		ops["Put"+s.name] = func(r *request) (any, error) {
			return c.onBucket(r, func(b *bucket) (any, error) {
				c.bucketSettings(b.name)[s.query] = r.plainBody()
				return &answer{status: 200}, nil
			})
		}
		ops["Delete"+s.name] = func(r *request) (any, error) {
			return c.onBucket(r, func(b *bucket) (any, error) {
				delete(c.bucketSettings(b.name), s.query)
				return &answer{status: 204}, nil
			})
		}
	}
	ops["DeleteBucket"], ops["DeleteObjects"], ops["ListObjectVersions"] = c.deleteBucket, c.deleteObjects, c.listVersions
	return ops
}

// plainBody is a body without the chunks that a signature may cut it into.
func (r *request) plainBody() []byte {
	if strings.HasPrefix(r.http.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		if body, err := unchunk(r.body); err == nil {
			return body
		}
	}
	return slices.Clone(r.body)
}

func (c *Cloud) onBucket(r *request, do func(*bucket) (any, error)) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, _, err := c.open(r)
	if err != nil {
		return nil, err
	}
	return do(b)
}

// routeBucket is the operation of a request on a bucket's settings, "" when it is
// none of them.
func routeBucket(r *request) string {
	q := r.http.URL.Query()
	verb := map[string]string{http.MethodGet: "Get", http.MethodPut: "Put", http.MethodDelete: "Delete"}[r.http.Method]
	for _, s := range subresources {
		if q.Has(s.query) && verb != "" {
			return verb + s.name
		}
	}
	switch {
	case q.Has("versions"):
		return "ListObjectVersions"
	case q.Has("delete"):
		return "DeleteObjects"
	case verb == "Delete":
		return "DeleteBucket"
	}
	return ""
}

func (c *Cloud) deleteBucket(r *request) (any, error) {
	return c.onBucket(r, func(b *bucket) (any, error) {
		if len(b.objects) > 0 {
			return nil, fail(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
		}
		delete(c.objects.buckets, b.name)
		clear(c.bucketSettings(b.name))
		return &answer{status: 204}, nil
	})
}

// deleteObjects deletes objects, or one version of each where it is named. What a
// lock holds stays, and is told so.
func (c *Cloud) deleteObjects(r *request) (any, error) {
	return c.onBucket(r, func(b *bucket) (any, error) {
		var in struct {
			Object []struct{ Key, VersionId string }
		}
		if err := xml.Unmarshal(r.plainBody(), &in); err != nil {
			return nil, fail(400, "MalformedXML", "%v", err)
		}
		var text strings.Builder
		for _, o := range in.Object {
			if slices.ContainsFunc(b.objects[o.Key], func(v Object) bool { return v.Locked }) {
				fmt.Fprintf(&text, "<Error><Key>%s</Key><VersionId>%s</VersionId><Code>AccessDenied</Code><Message>Access Denied because object protected by object lock.</Message></Error>",
					escape(o.Key), escape(o.VersionId))
				continue
			}
			b.remove(o.Key, o.VersionId)
		}
		return xmlOf(200, "<DeleteResult>"+text.String()+"</DeleteResult>"), nil
	})
}

// remove takes one version of an object away, or all when none is named.
func (b *bucket) remove(key, version string) {
	b.objects[key] = slices.DeleteFunc(b.objects[key], func(v Object) bool {
		return version == "" || v.Version == version || version == "null" && v.Version == ""
	})
	if len(b.objects[key]) == 0 {
		delete(b.objects, key)
	}
	at, listed := slices.BinarySearch(b.keys, key)
	if _, there := b.latest(key); listed && !there {
		b.keys = slices.Delete(b.keys, at, at+1)
	}
}

// listVersions answers all versions, a thousand a page.
func (c *Cloud) listVersions(r *request) (any, error) {
	return c.onBucket(r, func(b *bucket) (any, error) {
		q := r.http.URL.Query()
		key, version := q.Get("key-marker"), q.Get("version-id-marker")
		var all []Object
		for _, k := range slices.Sorted(maps.Keys(b.objects)) {
			if k < key || k == key && version == "" {
				continue
			}
			list := b.objects[k]
			if k == key {
				list = list[1+slices.IndexFunc(list, func(o Object) bool { return cmp.Or(o.Version, "null") == version }):]
			}
			for _, o := range list {
				o.Key = k
				all = append(all, o)
			}
		}
		page := all[:min(len(all), 1000)]
		var text strings.Builder
		fmt.Fprintf(&text, "<ListVersionsResult><IsTruncated>%v</IsTruncated>", len(page) < len(all))
		if len(page) < len(all) {
			last := page[len(page)-1]
			fmt.Fprintf(&text, "<NextKeyMarker>%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>", escape(last.Key), cmp.Or(last.Version, "null"))
		}
		for _, o := range page {
			element := "Version"
			if o.deleted {
				element = "DeleteMarker"
			}
			fmt.Fprintf(&text, "<%s><Key>%s</Key><VersionId>%s</VersionId><Size>%d</Size><LastModified>%s</LastModified></%s>",
				element, escape(o.Key), cmp.Or(o.Version, "null"), o.Size, o.Modified.Format(time.RFC3339), element)
		}
		text.WriteString("</ListVersionsResult>")
		return xmlOf(200, text.String()), nil
	})
}

// SetBucket sets a setting of a bucket, by the word in the query, to the body that
// S3 would have got.
func (c *Cloud) SetBucket(name, query, body string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bucketSettings(name)[query] = []byte(body)
}

// DropBucket takes a bucket away with all that it holds.
func (c *Cloud) DropBucket(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.objects.buckets, name)
	clear(c.bucketSettings(name))
}
