package s3_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

const bodyKey = logs + "2026/03/01/08/data/r1_input.json.gz"

type opener = func(context.Context, string) (io.ReadCloser, error)

func fetch(ctx context.Context, open opener, uri string) (string, error) {
	body, err := open(ctx, uri)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}

// readLog reads a log, so that its folder is known as one of logs.
func readLog(t *testing.T, c *standin.Cloud, r *s3.Reader, bucket string) {
	t.Helper()
	o := c.PutObject(bucket, logs+"2026/03/01/08/20260301T080000000Z_aa.json.gz", []byte("log"))
	body, err := r.Open(t.Context(), refOf(o))
	if err != nil {
		t.Fatal(err)
	}
	_ = body.Close()
}

func reasonOf(err error) *source.BodyError {
	var b *source.BodyError
	if !errors.As(err, &b) {
		return &source.BodyError{}
	}
	return b
}

func TestBodiesComeFromTheFolderOfTheLogs(t *testing.T) {
	c := standin.New(t)
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	open := r.Bodies([]s3.Place{{Bucket: "example-large", Prefix: "bodies"}}, 0)
	c.PutObject(bucket, bodyKey, []byte("body"))
	c.PutObject("example-large", "bodies/x.json", []byte("large"))
	if _, err := fetch(t.Context(), open, "s3://"+bucket+"/"+bodyKey); !errors.Is(err, source.ErrElsewhere) || !reasonOf(err).Later {
		t.Errorf("before any log was read: %v", err)
	}
	readLog(t, c, r, bucket)
	for uri, want := range map[string]string{"s3://" + bucket + "/" + bodyKey: "body", "s3://example-large/bodies/x.json": "large"} {
		if text, err := fetch(t.Context(), open, uri); err != nil || text != want {
			t.Errorf("%s: %q, %v", uri, text, err)
		}
	}
}

// An address is text of a record: whatever it says, nothing is read outside of
// the allowed places.
func TestBodiesRefuseWaysOut(t *testing.T) {
	c := standin.New(t)
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	open := r.Bodies([]s3.Place{{Bucket: "example-large", Prefix: "bodies"}}, 0)
	readLog(t, c, r, bucket)
	folder := "s3://" + bucket + "/" + logs + "2026/03/01/08/"
	for _, key := range []string{"secret", "bodies-of-others/x", "private/" + bodyKey} {
		c.PutObject(bucket, key, []byte("secret"))
		c.PutObject("example-large", key, []byte("secret"))
		c.PutObject("example-other", key, []byte("secret"))
	}
	before := c.Count("s3", "")
	for _, uri := range []string{
		"s3://example-other/" + bodyKey,
		"s3://" + bucket + "/secret",
		"s3://" + bucket + "/private/" + bodyKey,
		folder + "20260301T080000000Z_aa.json.gz", // a log is no body
		folder + "data/../../../../../../../../secret",
		folder + "data/./x", folder + "data//x", folder + "data/\x00",
		folder + "data/..%2f..%2fsecret/../x", folder + `data\..\x`,
		"s3://" + bucket + "/../example-other/secret",
		"s3://" + bucket + "%2f..%2fexample-other/secret",
		"s3://example-large/bodies-of-others/x", "s3://example-large/bodies/../secret",
		"s3://@example-large/bodies/x", "s3://example-large:443/bodies/x", "s3://", "s3:///x", "s3://example-large",
		"S3://example-large/bodies/x", "https://example.com/x", "file:///etc/passwd", "/etc/passwd", "",
	} {
		if text, err := fetch(t.Context(), open, uri); err == nil {
			t.Errorf("%s gave %q", uri, text)
		} else if reasonOf(err).Reason == "" || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if n := c.Count("s3", ""); n != before {
		t.Errorf("%d requests were made", n-before)
	}
	// What looks like an encoded way out is the name of an object, and no way.
	if _, err := fetch(t.Context(), open, folder+"data/%2e%2e%2f%2e%2e%2fsecret"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("encoded: %v", err)
	}
}

func TestBodyReasonsNameWhatIsMissing(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for name, tt := range map[string]struct {
		fault standin.Fault
		want  string
		is    error
		later bool
	}{
		"object": {standin.Fault{Status: 403, Code: "AccessDenied"}, "forbidden: s3:GetObject is not allowed on arn:aws:s3:::" + bucket + "/" + bodyKey, fs.ErrPermission, false},
		"key": {standin.Fault{Status: 403, Code: "AccessDenied", Message: "User: x is not authorized to perform: kms:Decrypt on resource: " + key},
			"forbidden: kms:Decrypt is not allowed on " + key, fs.ErrPermission, false},
		"gone":      {standin.Fault{Status: 404, Code: "NoSuchKey"}, "gone: it is no longer in the bucket", fs.ErrNotExist, false},
		"throttled": {standin.Fault{Status: 503, Code: "SlowDown"}, "could not be read yet: throttled", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
				readLog(t, c, r, bucket)
				tt.fault.Service, tt.fault.Op = "s3", "GetObject"
				c.Fault(tt.fault)
				_, err := fetch(t.Context(), r.Bodies(nil, 0), "s3://"+bucket+"/"+bodyKey)
				if b := reasonOf(err); b.Reason != tt.want || b.Later != tt.later || tt.is != nil && !errors.Is(err, tt.is) {
					t.Errorf("%q, later %v: %v", b.Reason, b.Later, err)
				}
			})
		})
	}
}

// A body that comes after its record is waited for while the record is young: a
// few seconds, by one at a time.
func TestBodyThatIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
		readLog(t, c, r, bucket)
		open, uri := r.Bodies(nil, 0), "s3://"+bucket+"/"+bodyKey
		young := source.WithRecordTime(t.Context(), time.Now())
		time.AfterFunc(4*time.Second, func() { c.PutObject(bucket, bodyKey, []byte("body")) })
		if text, err := fetch(young, open, uri); err != nil || text != "body" {
			t.Fatalf("%q, %v", text, err)
		}
		begun := time.Now()
		_, err := fetch(source.WithRecordTime(t.Context(), begun), open, uri+"2")
		if took := time.Since(begun); took > 10*time.Second || took == 0 {
			t.Errorf("waited %s", took)
		}
		if b := reasonOf(err); !b.Later || !strings.Contains(b.Reason, "not there yet") {
			t.Errorf("%+v", b)
		}
		begun = time.Now()
		if _, err = fetch(source.WithRecordTime(t.Context(), begun), open, uri+"3"); !reasonOf(err).Later || time.Since(begun) != 0 {
			t.Errorf("after one wait in vain: %v, waited %s", err, time.Since(begun))
		}
		old := source.WithRecordTime(t.Context(), time.Now().Add(-time.Hour))
		if _, err = fetch(old, open, uri+"4"); reasonOf(err).Later || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("of an old record: %v", err)
		}
	})
}

func TestBodiesAreKeptWithinBounds(t *testing.T) {
	c := standin.New(t)
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	readLog(t, c, r, bucket)
	gets := func() int { return c.Count("s3", "GetObject") - 1 }
	open := r.Bodies(nil, 10_000) // two of them, with what keeping takes
	uri := func(name string) string { return "s3://" + bucket + "/" + logs + "2026/03/01/08/data/" + name }
	for _, name := range []string{"a", "b", "c"} {
		c.PutObject(bucket, strings.TrimPrefix(uri(name), "s3://"+bucket+"/"), []byte(strings.Repeat(name, 4000)))
	}
	for i, name := range []string{"a", "a", "b", "a", "c", "a", "b"} {
		if text, err := fetch(t.Context(), open, uri(name)); err != nil || text != strings.Repeat(name, 4000) {
			t.Fatalf("%d: %q, %v", i, text, err)
		}
	}
	if gets() != 4 { // a, b, c, and b again, which c had put out
		t.Errorf("%d GETs", gets())
	}
}

// Records that came through an access point have their bodies read through it
// too: the bucket itself may be closed.
func TestBodiesThroughAnAccessPoint(t *testing.T) {
	const arn = "arn:aws:s3:us-east-1:111122223333:accesspoint/logs"
	c := standin.New(t)
	c.PutObject(bucket, bodyKey, []byte("body"))
	c.AccessPoint("logs-111122223333", bucket)
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	o := c.PutObject(bucket, logs+"2026/03/01/08/x.json.gz", []byte("log"))
	body, err := r.Open(t.Context(), s3.Ref{Bucket: arn, Key: o.Key, ETag: o.ETag, Size: -1})
	if err != nil {
		t.Fatal(err)
	}
	_ = body.Close()
	if text, err := fetch(t.Context(), r.Bodies(nil, 0), "s3://"+bucket+"/"+bodyKey); err != nil || text != "body" {
		t.Errorf("%q, %v", text, err)
	}
}
