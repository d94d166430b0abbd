package standin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"seismo/test/standin"
)

// sdk is AWS's own configuration for a stand-in: the tests of the stand-in hold
// it against the SDK alone.
func sdk(c *standin.Cloud) aws.Config {
	return aws.Config{
		Region:           standin.Region,
		Credentials:      credentials.NewStaticCredentialsProvider(standin.AccessKeyID, standin.SecretKey, ""),
		HTTPClient:       &http.Client{Transport: c.Transport()},
		RetryMaxAttempts: 1,
	}
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestGetIsConditionalAndRanged(t *testing.T) {
	c := standin.New(t)
	o := c.PutObject("logs", "a/b.json", []byte("0123456789"))
	client := s3.NewFromConfig(sdk(c))
	get := func(in *s3.GetObjectInput) (string, error) {
		in.Bucket, in.Key = aws.String("logs"), aws.String("a/b.json")
		out, err := client.GetObject(t.Context(), in)
		if err != nil {
			return "", err
		}
		defer out.Body.Close()
		text, err := io.ReadAll(out.Body)
		return string(text), err
	}
	if text, err := get(&s3.GetObjectInput{IfMatch: &o.ETag}); text != "0123456789" || err != nil {
		t.Errorf("get = %q, %v", text, err)
	}
	if text, err := get(&s3.GetObjectInput{IfMatch: &o.ETag, Range: aws.String("bytes=4-")}); text != "456789" || err != nil {
		t.Errorf("get from 4 = %q, %v", text, err)
	}
	if _, err := get(&s3.GetObjectInput{Range: aws.String("bytes=10-")}); code(err) != "InvalidRange" {
		t.Errorf("get behind the end: %v", err)
	}
	c.PutObject("logs", "a/b.json", []byte("changed"))
	if _, err := get(&s3.GetObjectInput{IfMatch: &o.ETag}); code(err) != "PreconditionFailed" {
		t.Errorf("get of a changed object: %v", err)
	}
	c.DeleteObject("logs", "a/b.json")
	if _, err := get(&s3.GetObjectInput{}); code(err) != "NoSuchKey" {
		t.Errorf("get of a deleted object: %v", err)
	}
}

func TestCutBodyIsUnexpectedEOF(t *testing.T) {
	c := standin.New(t)
	c.PutObject("logs", "k", []byte(strings.Repeat("x", 1<<20)))
	c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 1000})
	direct := sdk(c)
	real := sdk(c)
	real.HTTPClient = &http.Client{}
	real.BaseEndpoint = aws.String(c.URL())
	for name, cfg := range map[string]aws.Config{"transport": direct, "socket": real} {
		client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("k")})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := io.ReadAll(out.Body)
		out.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(text) != 1000 {
			t.Errorf("%s: read %d bytes, then %v", name, len(text), err)
		}
	}
}

func TestWrongRegionIsARedirectWithoutLocation(t *testing.T) {
	c := standin.New(t)
	c.Bucket("logs", "eu-west-1")
	client := s3.NewFromConfig(sdk(c))
	_, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs")})
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &answer) || answer.HTTPStatusCode() != 301 || code(err) != "PermanentRedirect" {
		t.Errorf("list: %v", err)
	}
	_, err = client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("logs")}, func(o *s3.Options) { o.Region = "eu-west-1" })
	if err != nil {
		t.Errorf("head in its own Region: %v", err)
	}
}

func TestListingPages(t *testing.T) {
	c := standin.New(t)
	want := []string{"a/1", "a/2 +é.gz", "a/3", "b/1", "c"}
	for _, key := range want {
		c.PutObject("logs", key, nil)
	}
	client := s3.NewFromConfig(sdk(c))
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String("logs"), MaxKeys: aws.Int32(2)})
	c.Fault(standin.Fault{Op: "ListObjectsV2", After: 1, Times: 1, Empty: true})
	var got []string
	n := 0
	for ; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			got = append(got, *o.Key)
		}
	}
	if d := cmp.Diff(want, got); d != "" || n != 4 {
		t.Errorf("%d pages; -want +got\n%s", n, d)
	}
	out, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(1)})
	if err != nil || *out.CommonPrefixes[0].Prefix != "a/" || len(out.Contents) != 0 {
		t.Fatalf("by delimiter: %+v, %v", out, err)
	}
	out, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("logs"), Delimiter: aws.String("/"), ContinuationToken: out.NextContinuationToken})
	if err != nil || len(out.CommonPrefixes) != 1 || *out.CommonPrefixes[0].Prefix != "b/" || len(out.Contents) != 1 {
		t.Errorf("by delimiter, second page: %+v, %v", out, err)
	}
}

func TestPutByTheSDK(t *testing.T) {
	c := standin.New(t)
	client := s3.NewFromConfig(sdk(c))
	c.Bucket("logs", standin.Region)
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("logs"), Key: aws.String("k"), Body: strings.NewReader("hello")})
	if err != nil {
		t.Fatal(err)
	}
	if o := c.Objects("logs"); len(o) != 1 || o[0].ETag != "5d41402abc4b2a76b9719d911017c592" || o[0].Size != 5 {
		t.Errorf("objects: %+v", o)
	}
}

func TestThrottlingComesAsTheScriptSays(t *testing.T) {
	c := standin.New(t)
	c.PutObject("logs", "k", []byte("x"))
	c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Every: 3, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."})
	client := s3.NewFromConfig(sdk(c))
	var codes []string
	for range 6 {
		_, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("k")})
		codes = append(codes, code(err))
	}
	if d := cmp.Diff([]string{"", "", "SlowDown", "", "", "SlowDown"}, codes); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if n := c.Count("s3", "GetObject"); n != 6 {
		t.Errorf("%d calls are in the log", n)
	}
}

func TestVisibilityFollowsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		dead := c.CreateQueue("dead", standin.QueueOptions{})
		q := c.CreateQueue("work", standin.QueueOptions{Visibility: 30 * time.Second, MaxReceive: 2, DeadLetter: dead})
		client := sqs.NewFromConfig(sdk(c))
		start := time.Now()
		receive := func() []types.Message {
			t.Helper()
			out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.URL, WaitTimeSeconds: 20,
				MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}})
			if err != nil {
				t.Fatal(err)
			}
			return out.Messages
		}
		if m := receive(); len(m) != 0 || time.Since(start) != 20*time.Second {
			t.Fatalf("empty queue: %d messages after %s", len(m), time.Since(start))
		}
		go func() { time.Sleep(5 * time.Second); q.Send("hello") }()
		first := receive()
		if len(first) != 1 || time.Since(start) != 25*time.Second {
			t.Fatalf("%d messages after %s", len(first), time.Since(start))
		}
		hide := func(m types.Message, seconds int32) error {
			_, err := client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.URL, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds})
			return err
		}
		if err := hide(first[0], 10); err != nil {
			t.Fatal(err)
		}
		second := receive() // 10 s later
		if len(second) != 1 || second[0].Attributes["ApproximateReceiveCount"] != "2" || time.Since(start).Round(time.Second) != 35*time.Second {
			t.Fatalf("second: %+v after %s", second, time.Since(start))
		}
		if err := hide(first[0], 10); code(err) != "ReceiptHandleIsInvalid" {
			t.Errorf("renewal by the first receipt: %v", err)
		}
		time.Sleep(30 * time.Second)
		if err := hide(second[0], 10); code(err) != "MessageNotInflight" {
			t.Errorf("renewal after the end: %v", err)
		}
		if m := receive(); len(m) != 0 || dead.Len() != 1 {
			t.Errorf("after two receives: %d messages, %d dead letters", len(m), dead.Len())
		}
		if _, err := client.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &dead.ARN}); err != nil {
			t.Fatal(err)
		}
		third := receive()
		if _, err := client.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: &q.URL, Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: aws.String("a"), ReceiptHandle: third[0].ReceiptHandle}}}); err != nil || q.Len() != 0 {
			t.Errorf("after the re-drive: %d left, %v", q.Len(), err)
		}
	})
}

func TestCopiesAreDeletedOneByOne(t *testing.T) {
	c := standin.New(t)
	q := c.CreateQueue("work", standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 7})
	c.Notify("logs", "AWSLogs/", "", q, standin.FromSNS)
	c.PutObject("logs", "AWSLogs/a b", []byte("x"))
	c.PutObject("logs", "other", []byte("x"))
	if n := q.Len(); n < 2 || n > 5 {
		t.Fatalf("%d copies", n)
	}
	if body := q.Bodies()[0]; !strings.Contains(body, "AWSLogs%2Fa+b") {
		t.Errorf("body %s", body)
	}
	client := sqs.NewFromConfig(sdk(c))
	for n := q.Len(); n > 0; n-- {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.URL})
		if err != nil || len(out.Messages) != 1 {
			t.Fatalf("%d left: %v", n, err)
		}
		if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: out.Messages[0].ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
		if q.Len() != n-1 {
			t.Fatalf("%d left", q.Len())
		}
	}
}

func TestAbsentQueueAndCancelledWait(t *testing.T) {
	c := standin.New(t)
	client := sqs.NewFromConfig(sdk(c))
	_, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String("https://sqs.us-east-1.amazonaws.com/111122223333/none")})
	var absent *types.QueueDoesNotExist
	if !errors.As(err, &absent) {
		t.Errorf("receive: %v", err)
	}
	q := c.CreateQueue("work", standin.QueueOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.URL, WaitTimeSeconds: 20}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
}
