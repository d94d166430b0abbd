package standin

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (c *Cloud) s3Operations() map[string]operation {
	return c.bucketOperations(map[string]operation{
		"GetObject": c.s3Get, "HeadObject": c.s3Get, "PutObject": c.s3Put, "DeleteObject": c.s3Delete,
		"HeadBucket": c.s3HeadBucket, "CreateBucket": c.s3CreateBucket, "GetBucketLocation": c.s3Location,
		"ListObjectsV2": c.s3List, "ListBuckets": c.s3Buckets,
	})
}

func (c *Cloud) s3Get(r *request) (any, error) {
	c.mu.Lock()
	b, key, err := c.open(r)
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	o, ok := b.version(key, r.http.URL.Query().Get("versionId"))
	c.mu.Unlock()
	if !ok {
		return nil, fail(404, "NoSuchKey", "The specified key does not exist.")
	}
	if err := r.conditions(o); err != nil {
		return nil, err
	}
	if o.Class == "GLACIER" && r.op == "GetObject" {
		return nil, fail(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
	}
	from, to, err := r.span(o.Size)
	if err != nil {
		return nil, err
	}
	a := &answer{status: 200, header: o.headers(), length: to - from}
	if to-from < o.Size {
		a.status = 206
		a.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, o.Size))
	}
	a.header.Set("Content-Length", strconv.FormatInt(a.length, 10))
	if r.op == "GetObject" {
		a.body = io.LimitReader(o.body(from), to-from)
	}
	return a, nil
}

func (r *request) conditions(o Object) error {
	if m := r.http.Header.Get("If-Match"); m != "" && m != "*" && strings.Trim(m, `"`) != o.ETag {
		return fail(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	if m := r.http.Header.Get("If-None-Match"); m == "*" || m != "" && strings.Trim(m, `"`) == o.ETag {
		return fail(304, "NotModified", "Not Modified")
	}
	return nil
}

// span reads the Range of a request: first and last+1 byte.
func (r *request) span(size int64) (from, to int64, err error) {
	text, ok := strings.CutPrefix(r.http.Header.Get("Range"), "bytes=")
	if !ok {
		return 0, size, nil
	}
	first, last, _ := strings.Cut(text, "-")
	from, errFrom := strconv.ParseInt(first, 10, 64)
	to, errTo := strconv.ParseInt(last, 10, 64)
	switch {
	case errFrom != nil && errTo == nil: // the last n bytes
		from, to = max(0, size-to), size
	case errFrom == nil && errTo != nil:
		to = size
	default:
		to = min(to+1, size)
	}
	if from >= size || from >= to {
		return 0, 0, fail(416, "InvalidRange", "The requested range is not satisfiable")
	}
	return from, to, nil
}

func (o Object) headers() http.Header {
	h := http.Header{}
	for name, values := range o.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	h.Set("ETag", `"`+o.ETag+`"`)
	h.Set("Last-Modified", o.Modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	if o.Version != "" {
		h.Set("X-Amz-Version-Id", o.Version)
	}
	if o.Class != "" {
		h.Set("X-Amz-Storage-Class", o.Class)
	}
	return h
}

func (c *Cloud) s3Put(r *request) (any, error) {
	c.mu.Lock()
	b, key, err := c.open(r)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	body := r.body
	if strings.HasPrefix(r.http.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		if body, err = unchunk(body); err != nil {
			return nil, fail(400, "IncompleteBody", "%v", err)
		}
	}
	header := http.Header{}
	for name, values := range r.http.Header {
		if strings.HasPrefix(name, "X-Amz-Meta-") || name == "Content-Type" {
			header[name] = values
		}
	}
	if e := strings.Trim(strings.Replace(r.http.Header.Get("Content-Encoding"), "aws-chunked", "", 1), ", "); e != "" {
		header.Set("Content-Encoding", e)
	}
	o := c.Put(Object{Bucket: b.name, Key: key, Header: header}, body)
	return &answer{status: 200, header: o.headers()}, nil
}

// unchunk reads the aws-chunked form: size in hex with attributes, CRLF, bytes,
// CRLF, up to a chunk of size 0; trailers follow.
func unchunk(body []byte) ([]byte, error) {
	in, out := bufio.NewReader(bytes.NewReader(body)), bytes.Buffer{}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 63)
		if err != nil || n == 0 {
			return out.Bytes(), err
		}
		if _, err := io.CopyN(&out, in, n); err != nil {
			return nil, err
		}
		if _, err := in.Discard(2); err != nil {
			return nil, err
		}
	}
}

func (c *Cloud) s3Delete(r *request) (any, error) {
	c.mu.Lock()
	b, key, err := c.open(r)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	c.DeleteObject(b.name, key)
	return &answer{status: 204}, nil
}

func (c *Cloud) s3HeadBucket(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, _, err := c.open(r)
	if err != nil {
		return nil, err
	}
	return &answer{status: 200, header: http.Header{"X-Amz-Bucket-Region": {b.region}}}, nil
}

func (c *Cloud) s3CreateBucket(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, _ := r.place()
	if b, ok := c.objects.buckets[name]; ok && (b.foreign || b.region != r.region) {
		return nil, fail(409, "BucketAlreadyExists", "The requested bucket name is not available.")
	} else if ok && r.region != Region {
		return nil, fail(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	b := c.makeBucket(name)
	if r.region != "" {
		b.region = r.region
	}
	return &answer{status: 200, header: http.Header{"Location": {"/" + name}}}, nil
}

func (c *Cloud) s3Location(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, _ := r.place()
	b, ok := c.objects.buckets[name]
	if !ok {
		return nil, fail(404, "NoSuchBucket", "The specified bucket does not exist")
	}
	region := b.region
	if region == "us-east-1" {
		region = "" // as S3 has it
	}
	return xmlOf(200, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+escape(region)+`</LocationConstraint>`), nil
}

func (c *Cloud) s3Buckets(*request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	b.WriteString(`<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets>`)
	for _, name := range sortedBuckets(c.objects.buckets) {
		fmt.Fprintf(&b, "<Bucket><Name>%s</Name><CreationDate>%s</CreationDate></Bucket>",
			escape(name), time.Unix(0, 0).UTC().Format(time.RFC3339))
	}
	b.WriteString("</Buckets></ListAllMyBucketsResult>")
	return xmlOf(200, b.String()), nil
}

// encodeS3 writes S3's errors; its results are all answers.
func (r *request) encodeS3(_ any, f *failure) *answer {
	a := &answer{status: 200}
	if f != nil {
		name, key := r.place()
		a = xmlOf(f.status, fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message><BucketName>%s</BucketName><Key>%s</Key><RequestId>4442587FB7D0A2F9</RequestId></Error>",
			escape(f.code), escape(f.message), escape(name), escape(key)))
		if f.status == 304 || r.http.Method == http.MethodHead {
			a.body, a.length = http.NoBody, 0
		}
		for name, values := range f.header {
			a.header[name] = values
		}
	}
	return a
}
