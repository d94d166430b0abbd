package s3_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

// watch runs a listing source in the background of a bubble until stop.
func watch(t *testing.T, c *standin.Cloud, j *journal, seen func(source.Delivery, []byte, error), set func(*s3.Config)) (stop func()) {
	t.Helper()
	src := listing(t, c, j, false, set)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(ctx, src, j, seen)
	}()
	return func() {
		cancel()
		<-done
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

// after lets virtual time pass.
func after(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func idOf(o standin.Object) string { return "s3://" + o.Bucket + "/" + o.Key + "#" + o.ETag }

func fault(t *testing.T, err error) *source.Fault {
	t.Helper()
	var f *source.Fault
	if !errors.As(err, &f) {
		t.Fatalf("no fault: %v", err)
	}
	return f
}

// An object that is deleted between its listing and its reading is told as gone,
// with a count of attempts, and is not asked for once it was given up.
func TestCase2DeletedBeforeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 404, Code: "NoSuchKey"})
		var attempts []int
		stop := watch(t, c, j, func(d source.Delivery, _ []byte, err error) {
			if f := fault(t, err); f.Kind != source.Gone || f.Remedy == "" {
				t.Errorf("kind %q, remedy %q", f.Kind, f.Remedy)
			}
			attempts = append(attempts, d.Object().Attempt)
			if len(attempts) == 3 { // the pipeline gives it up: quarantined, and done
				j.commit(d.Object(), nil)
			}
		}, nil)
		after(time.Hour)
		if !slices.Equal(attempts, []int{1, 2, 3}) {
			t.Errorf("attempts %v", attempts)
		}
		if !slices.Equal(j.keys(), []string{idOf(o)}) {
			t.Errorf("done: %v", j.keys())
		}
		stop()
	})
}

// An object that a notification told of, and that the listing finds, has one
// identity.
func TestCase7ListedAndNotified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
		told := s3.Ref{Bucket: bucket, Key: o.Key, ETag: strings.ToUpper(o.ETag), Size: -1}
		if told.Object().ID != idOf(o) {
			t.Fatalf("notified as %s", told.Object().ID)
		}
		bare, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Head(t.Context(), s3.Ref{Bucket: bucket, Key: o.Key})
		if err != nil || bare.Object().ID != idOf(o) || bare.Size != 3 {
			t.Fatalf("looked at: %+v, %v", bare, err)
		}
		j.commit(told.Object(), nil)
		var delivered int
		stop := watch(t, c, j, func(source.Delivery, []byte, error) { delivered++ }, nil)
		after(time.Hour)
		if stop(); delivered != 0 {
			t.Errorf("delivered %d times more", delivered)
		}
	})
}

// A key that is overwritten is new data: another ETag, another object.
func TestCase8OverwrittenKeyIsNewData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		key := logKey(time.Now(), 1)
		first := c.PutObject(bucket, key, []byte("one"))
		stop := watch(t, c, j, nil, nil)
		after(time.Minute)
		second := c.PutObject(bucket, key, []byte("two"))
		after(time.Hour)
		stop()
		want := []string{idOf(first), idOf(second)}
		slices.Sort(want)
		if !slices.Equal(j.keys(), want) {
			t.Errorf("done: %q, want %q", j.keys(), want)
		}
	})
}

// One object cannot be read while newer ones can: it is neither skipped nor does
// it hold the others up, and once it can be read, it is.
func TestCase9NoWatermark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		old := c.PutObject(bucket, logKey(time.Now(), 1), []byte("old"))
		mend := c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Key: old.Key, Status: 403, Code: "AccessDenied"})
		stop := watch(t, c, j, nil, nil)
		after(3 * time.Hour)
		newer := c.PutObject(bucket, logKey(time.Now(), 2), []byte("new"))
		after(time.Hour)
		if !slices.Equal(j.keys(), []string{idOf(newer)}) {
			t.Fatalf("done: %q", j.keys())
		}
		mend()
		after(2 * time.Hour)
		stop()
		if len(j.keys()) != 2 {
			t.Errorf("done: %q", j.keys())
		}
	})
}

// Keys that sort before those that were read already are found for as long as
// look_back says, also in the folder of a past day and by a new process.
func TestCase10LateKeysBehindTheListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		begin := time.Now()
		c.PutObject(bucket, logKey(begin.Add(5*time.Hour), 9), []byte("first"))
		stop := watch(t, c, j, nil, nil)
		var want int
		for i, late := range []time.Duration{time.Minute, 3 * time.Hour, 20 * time.Hour, 46 * time.Hour} {
			after(time.Until(begin.Add(late)))
			c.PutObject(bucket, logKey(begin, i), []byte{byte(i)})
			other := strings.Replace(logKey(begin, i), "us-east-1", "ap-south-1", 1)
			c.PutObject(bucket, other, []byte{byte(i)})
			want += 2
			if i == 2 {
				after(time.Second)
				stop()
				stop = watch(t, c, j, nil, nil)
			}
		}
		after(3 * time.Hour)
		stop()
		if got := len(j.keys()); got != want+1 {
			t.Errorf("%d objects of %d", got, want+1)
		}
	})
}

// What failed is tried again though ignore_older would no longer have it.
func TestCase11IgnoreOlderKeepsFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
		mend := c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied"})
		set := func(cfg *s3.Config) { cfg.IgnoreOlder = config.Duration(2 * time.Hour) }
		stop := watch(t, c, j, nil, set)
		after(5 * 24 * time.Hour)
		stop()
		mend()
		stop = watch(t, c, j, nil, set) // a new process, long after the day was closed
		after(2 * time.Hour)
		stop()
		if !slices.Equal(j.keys(), []string{idOf(o)}) || len(j.troubles) != 0 {
			t.Errorf("done %q, troubles %d", j.keys(), len(j.troubles))
		}
	})
}

// A key that may not be used is named, and is told apart from the object.
func TestCase17KMSAccessDenied(t *testing.T) {
	c := standin.New(t)
	o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
	const key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied",
		Message: "User: arn:aws:sts::111122223333:assumed-role/seismo/x is not authorized to perform: kms:Decrypt on resource: " + key +
			" because no identity-based policy allows the kms:Decrypt action"})
	_, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Open(t.Context(), s3.Ref{Bucket: bucket, Key: o.Key, ETag: o.ETag})
	if f := fault(t, err); f.Kind != source.Forbidden || f.Action != "kms:Decrypt" || f.Resource != key || f.Remedy == "" {
		t.Errorf("%+v", f)
	}
	c2 := standin.New(t)
	c2.PutObject(bucket, o.Key, []byte("log"))
	c2.Fault(standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	_, err = s3.NewReader(c2.Account(t), s3.ReaderOptions{}).Open(t.Context(), s3.Ref{Bucket: bucket, Key: o.Key, ETag: o.ETag})
	if f := fault(t, err); f.Action != "s3:GetObject" || f.Resource != "arn:aws:s3:::"+bucket+"/"+o.Key {
		t.Errorf("%+v", f)
	}
}

// Buckets with Object Lock answer with further headers, which are no error.
func TestCase18ObjectLock(t *testing.T) {
	c := standin.New(t)
	o := c.Put(standin.Object{Bucket: bucket, Key: logKey(time.Now(), 1), Header: http.Header{
		"X-Amz-Object-Lock-Mode":              {"COMPLIANCE"},
		"X-Amz-Object-Lock-Retain-Until-Date": {"2030-01-01T00:00:00.000Z"},
		"X-Amz-Object-Lock-Legal-Hold":        {"ON"},
	}}, []byte("log"))
	if text, err := open(t, c, o); err != nil || text != "log" {
		t.Errorf("%q, %v", text, err)
	}
}

// Digests of CloudTrail and Bedrock's permission checks are skipped by name, in
// any layout, and are no trouble.
func TestCase19DigestAndPermissionCheck(t *testing.T) {
	for key, reason := range map[string]string{
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/x.json.gz":                                   s3.SkipDigest,
		"p/AWSLogs/o-abc/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/x_backfill.json.gz":                  s3.SkipDigest,
		"AWSLogs/111122223333/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check":                    s3.SkipPermission,
		"p/AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/amazon-bedrock-logs-permission-check.json":   s3.SkipPermission,
		"AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/r_input.json.gz":            s3.SkipBody,
		"data/AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/20260301T080000Z_a.json.gz": "",
		"data/x.json.gz":  "",
		"a/b/data/x.json": "",
		"a/":              s3.SkipFolder,
	} {
		if got, skip := s3.Skip(key); got != reason || skip != (reason != "") {
			t.Errorf("%s: %q", key, got)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		c, j := standin.New(t), newJournal()
		c.PutObject(bucket, "x/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/x.json.gz", []byte("digest"))
		c.PutObject(bucket, "x/amazon-bedrock-logs-permission-check", nil)
		stop := watch(t, c, j, func(d source.Delivery, _ []byte, _ error) { t.Errorf("delivered %s", d.Object().ID) },
			func(cfg *s3.Config) { cfg.Layout = s3.LayoutFlat })
		after(time.Hour)
		stop()
	})
}

// Content-Encoding is not believed: the bytes come as they are stored.
func TestCase21ContentEncodingIsLeftAlone(t *testing.T) {
	c := standin.New(t)
	const stored = "\x1f\x8bnot really compressed"
	o := c.Put(standin.Object{Bucket: bucket, Key: logKey(time.Now(), 1), Header: http.Header{"Content-Encoding": {"gzip"}}}, []byte(stored))
	if text, err := open(t, c, o); err != nil || text != stored {
		t.Errorf("%q, %v", text, err)
	}
}

// A bucket in another Region is found there, asked once, without
// GetBucketLocation.
func TestCase25BucketInAnotherRegion(t *testing.T) {
	c := standin.New(t)
	c.Bucket(bucket, "eu-south-2")
	o := c.PutObject(bucket, logKey(time.Now(), 1), []byte("log"))
	r := s3.NewReader(c.Account(t), s3.ReaderOptions{})
	for range 3 {
		body, err := r.Open(t.Context(), s3.Ref{Bucket: bucket, Key: o.Key, ETag: o.ETag})
		if err != nil {
			t.Fatal(err)
		}
		_ = body.Close()
	}
	if region, err := r.Region(t.Context(), bucket); err != nil || region != "eu-south-2" {
		t.Errorf("region %q, %v", region, err)
	}
	if n := c.Count("s3", "GetBucketLocation"); n != 0 {
		t.Errorf("GetBucketLocation was called %d times", n)
	}
	if n := c.Count("s3", "GetObject"); n != 4 {
		t.Errorf("%d GETs; want three and the one that was sent on", n)
	}
}

func open(t *testing.T, c *standin.Cloud, o standin.Object) (string, error) {
	t.Helper()
	body, err := s3.NewReader(c.Account(t), s3.ReaderOptions{}).Open(t.Context(), s3.Ref{Bucket: o.Bucket, Key: o.Key, ETag: o.ETag})
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}
