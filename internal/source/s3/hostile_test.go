package s3_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

// Whoever may write to a queue says how long an object is, which version of it is
// meant and what its ETag is. None of that makes other bytes count as the object,
// or a part of them as all of it.
func TestForgedNotificationHidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Versioning(bucket)
		key := logKey(time.Now(), 1)
		old := c.PutObject(bucket, key, []byte("what was there before"))
		real := c.PutObject(bucket, key, []byte("the whole object"))
		for name, test := range map[string]struct {
			forge func(*s3.Ref)
			want  string
			kind  source.Kind
		}{
			"as it is":            {func(*s3.Ref) {}, "the whole object", ""},
			"size too small":      {func(r *s3.Ref) { r.Size = 3 }, "the whole object", ""},
			"size too large":      {func(r *s3.Ref) { r.Size = 1 << 20 }, "the whole object", ""},
			"a version never was": {func(r *s3.Ref) { r.Version = "never" }, "the whole object", ""},
			"another version":     {func(r *s3.Ref) { r.Version = old.Version }, "the whole object", ""},
			"both are others":     {func(r *s3.Ref) { r.ETag, r.Version = "ab", old.Version }, "", source.Changed},
			"another etag":        {func(r *s3.Ref) { r.ETag, r.Version = "ab", "" }, "", source.Changed},
		} {
			ref := refOf(real)
			test.forge(&ref)
			r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
			r.Ahead(t.Context(), ref)
			synctest.Wait()
			body, err := r.Open(t.Context(), ref)
			if test.kind != "" {
				if f := fault(t, err); f.Kind != test.kind {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if text, err := io.ReadAll(body); err != nil || string(text) != test.want {
				t.Errorf("%s: %q, %v", name, text, err)
			}
			_ = body.Close()
		}
	})
}

// Bodies without a byte take room too: a cache of a hundred kilobytes does not keep
// thousands of them.
func TestCacheOfEmptyBodiesIsBounded(t *testing.T) {
	c := standin.New(t)
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	open := r.Bodies([]s3.Place{{Bucket: "example-large"}}, 100<<10)
	const many = 400
	for i := range many {
		c.PutObject("example-large", fmt.Sprint("x", i), nil)
		if _, err := fetch(t.Context(), open, fmt.Sprint("s3://example-large/x", i)); err != nil {
			t.Fatal(err)
		}
	}
	before := len(c.Calls())
	if _, err := fetch(t.Context(), open, "s3://example-large/x0"); err != nil || len(c.Calls()) == before {
		t.Errorf("the first of %d bodies is still kept: %v", many, err)
	}
}

// A bucket's Region is what its owner's service says. It never becomes a part of
// an address that is not AWS's.
func TestRegionThatIsNone(t *testing.T) {
	for _, region := range []string{"evil.example.com/", "x@evil.example.com", "evil.example.com#", "..", strings.Repeat("a", 64)} {
		synctest.Test(t, func(t *testing.T) {
			c := standin.New(t)
			o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
			c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 301, Code: "PermanentRedirect", Times: 1,
				Header: http.Header{"X-Amz-Bucket-Region": {region}}})
			if text, err := open(t, c, o); err == nil {
				t.Errorf("%q: followed: %q", region, text)
			}
		})
	}
}
