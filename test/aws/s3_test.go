package aws

import (
	"bytes"
	"errors"
	"io"
	"testing"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/source"
	"seismo/internal/source/s3"
)

func TestReadObject(t *testing.T) {
	p := newPlace(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	const key = "AWSLogs/111122223333/a key with + and é.json"
	p.put(t, key, body)
	reader := s3.NewReader(p.account, s3.ReaderOptions{})
	ref, err := reader.Head(t.Context(), s3.Ref{Bucket: p.bucket, Key: key})
	if err != nil || ref.Size != int64(len(body)) || ref.ETag == "" || ref.Modified.IsZero() {
		t.Fatalf("head: %+v, %v", ref, err)
	}
	in, err := reader.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(in)
	in.Close()
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("read %d of %d bytes, %v", len(got), len(body), err)
	}
}

func TestChangedAndGoneObjects(t *testing.T) {
	p := newPlace(t)
	p.put(t, "k", []byte("first"))
	reader := s3.NewReader(p.account, s3.ReaderOptions{})
	ref, err := reader.Head(t.Context(), s3.Ref{Bucket: p.bucket, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	kind := func() source.Kind {
		in, err := reader.Open(t.Context(), ref)
		if err == nil {
			in.Close()
		}
		var fault *source.Fault
		if !errors.As(err, &fault) {
			t.Fatalf("open: %v", err)
		}
		return fault.Kind
	}
	p.put(t, "k", []byte("second"))
	if k := kind(); k != source.Changed {
		t.Errorf("overwritten: %s", k)
	}
	if _, err := p.client.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: &p.bucket, Key: &ref.Key}); err != nil {
		t.Fatal(err)
	}
	if k := kind(); k != source.Gone {
		t.Errorf("deleted: %s", k)
	}
}

func TestBucketRegion(t *testing.T) {
	p := newPlace(t)
	cfg := configured(t)
	cfg.Region = "us-west-2"
	got, err := s3.NewReader(open(t, cfg), s3.ReaderOptions{}).Region(t.Context(), p.bucket)
	if err != nil || got != region {
		t.Errorf("Region %q, %v; want %s", got, err, region)
	}
}
