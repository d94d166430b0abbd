package s3_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

const large = 1 << 20

func refOf(o standin.Object) s3.Ref {
	return s3.Ref{Bucket: o.Bucket, Key: o.Key, ETag: o.ETag, Size: o.Size, Modified: o.Modified}
}

// stored is an object whose bytes tell their place.
func stored(c *standin.Cloud) (standin.Object, string) {
	var b strings.Builder
	for b.Len() < large {
		b.WriteString(time.Duration(b.Len()).String())
	}
	text := b.String()[:large]
	return c.PutObject(bucket, logKey(time.Now(), 1), []byte(text)), text
}

func TestBrokenBodiesAreTakenUp(t *testing.T) {
	for name, f := range map[string]standin.Fault{
		"once":                  {Cut: 1000, Times: 1},
		"at each request":       {Cut: 300 << 10},
		"before the first byte": {Cut: 1, Times: 4},
		"now and then dropped":  {Drop: true, Every: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				o, text := stored(c)
				f.Service, f.Op = "s3", "GetObject"
				c.Fault(f)
				if got, err := open(t, c, o); err != nil || got != text {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			})
		})
	}
}

// A body that never gets on is given up within a minute, as unreachable.
func TestBodyThatAlwaysBreaksIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		o, _ := stored(c)
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 10})
		begun := time.Now()
		_, err := open(t, c, o)
		if f := fault(t, err); f.Kind != source.Unreachable || f.Remedy == "" {
			t.Errorf("%v", err)
		}
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("given up after %s", took)
		}
	})
}

// What is overwritten or deleted while it is read is not read on: two objects
// are never joined.
func TestBodyThatChangesWhileItIsRead(t *testing.T) {
	for want, change := range map[source.Kind]func(*standin.Cloud, standin.Object){
		source.Changed: func(c *standin.Cloud, o standin.Object) {
			c.PutObject(bucket, o.Key, []byte(strings.Repeat("x", large)))
		},
		source.Gone: func(c *standin.Cloud, o standin.Object) { c.DeleteObject(bucket, o.Key) },
	} {
		synctest.Test(t, func(t *testing.T) {
			c := standin.New(t)
			o, _ := stored(c)
			c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 1000, Times: 1})
			body, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Open(t.Context(), refOf(o))
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			change(c, o)
			got, err := io.ReadAll(body)
			if f := fault(t, err); f.Kind != want || len(got) > 1000 {
				t.Errorf("kind %q after %d bytes", f.Kind, len(got))
			}
		})
	}
}

// In a bucket with versions the version goes on to be read, whatever is newer.
func TestVersionIsReadOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Versioning(bucket)
		o, text := stored(c)
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 1000, Times: 1})
		body, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Open(t.Context(), refOf(o))
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		c.PutObject(bucket, o.Key, []byte("newer"))
		if got, err := io.ReadAll(body); err != nil || string(got) != text {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

// Credentials run out in the middle of an object: new ones are taken, and the
// object goes on.
func TestCaseCredentialRotationMidObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		o, text := stored(c)
		cfg := c.Config()
		cfg.RoleARN = "arn:aws:iam::111122223333:role/reader"
		c.Fault(
			standin.Fault{Service: "s3", Op: "GetObject", Cut: 1000, Times: 1},
			standin.Fault{Service: "s3", Access: "ASIA000000000001EXAM", After: 1, Status: 400, Code: "ExpiredToken",
				Message: "The provided token has expired."},
		)
		body, err := s3.NewReader(c.Open(t, cfg), s3.ReaderOptions{}).Open(t.Context(), refOf(o))
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if got, err := io.ReadAll(body); err != nil || string(got) != text {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if n := c.Count("sts", "AssumeRole"); n != 2 {
			t.Errorf("the role was assumed %d times", n)
		}
	})
}

// Credentials that stay refused are a fault that says so.
func TestCredentialsThatStayExpired(t *testing.T) {
	c := standin.New(t)
	o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
	c.Fault(standin.Fault{Service: "s3", Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."})
	_, err := open(t, c, o)
	if f := fault(t, err); f.Kind != source.Expired || f.Remedy == "" {
		t.Errorf("%+v", f)
	}
}

// A store that is not S3 can show an object before it is written to its end.
// What was there then and what is there later are two versions, told apart by
// their ETags: both are read.
func TestCaseFileStillBeingWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		key := logKey(time.Now(), 1)
		c.PutObject(bucket, key, []byte("{\"half"))
		var read []string
		grown := false
		stop := watch(t, c, j, func(d source.Delivery, text []byte, err error) {
			if err != nil {
				if f := fault(t, err); f.Kind != source.Changed {
					t.Errorf("kind %q", f.Kind)
				}
				read = append(read, "changed")
				return
			}
			read = append(read, string(text))
			if !grown {
				grown = true
				c.PutObject(bucket, key, []byte("{\"whole\":1}"))
			}
		}, nil)
		after(time.Hour)
		stop()
		if got := strings.Join(read, " "); got != `{"half {"whole":1}` {
			t.Errorf("read %s", got)
		}
		if len(j.keys()) != 2 {
			t.Errorf("%q", j.keys())
		}
	})
}

// Objects that are read ahead come in one round of requests, not one after the
// other, and the bytes held are bounded.
func TestAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		var refs []s3.Ref
		for i := range 64 {
			refs = append(refs, refOf(c.PutObject(bucket, logKey(time.Now(), i), []byte(strings.Repeat("x", 1000)))))
		}
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Delay: time.Second})
		r := s3.NewReader(c.Account(t), s3.ReaderOptions{Ahead: 40_000})
		begun := time.Now()
		for _, ref := range refs {
			r.Ahead(t.Context(), ref)
		}
		for _, ref := range refs {
			body, err := r.Open(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(body); err != nil || len(text) != 1000 {
				t.Errorf("%d bytes, %v", len(text), err)
			}
			_ = body.Close()
		}
		if took := time.Since(begun); took > 8*time.Second {
			t.Errorf("64 objects took %s", took)
		}
		if n := c.Count("s3", "GetObject"); n != 64 {
			t.Errorf("%d GETs", n)
		}
	})
}

// What was read ahead and is not wanted gives its room back; what failed ahead
// is asked for again, and its error told.
func TestAheadForgetsAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := refOf(c.PutObject(bucket, "one", []byte("0123456789")))
		two := refOf(c.PutObject(bucket, "two", []byte("0123456789")))
		r := s3.NewReader(c.Account(t), s3.ReaderOptions{Ahead: 10})
		for range 3 {
			r.Ahead(t.Context(), one)
			synctest.Wait()
			r.Forget(one)
		}
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied"})
		r.Ahead(t.Context(), two)
		synctest.Wait()
		_, err := r.Open(t.Context(), two)
		if f := fault(t, err); f.Kind != source.Forbidden {
			t.Errorf("%+v", f)
		}
		if n := c.Count("s3", "GetObject"); n != 5 {
			t.Errorf("%d GETs", n)
		}
	})
}

// The end of a context ends a read that waits, as itself.
func TestReadEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		o, _ := stored(c)
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 10})
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		body, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Open(ctx, refOf(o))
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if _, err := io.ReadAll(body); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
