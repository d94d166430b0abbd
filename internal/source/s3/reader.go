package s3

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/account"
	"seismo/internal/source"
)

// ReaderOptions are what a Reader can be told.
type ReaderOptions struct {
	Log *slog.Logger // nil is silent
	// Ahead is how many bytes may be held of objects that are read ahead of
	// their turn; 0 is 32 MiB, less than 0 is none.
	Ahead int64
}

// Reader gets objects with the credentials of one account. It learns the Region
// of each bucket from S3 itself. It is safe for concurrent use.
type Reader struct {
	account *account.Account
	log     *slog.Logger
	ahead   *ahead

	mu      sync.Mutex
	regions map[string]string // by bucket, where another than the account's
	clients map[place]*s3.Client
	roots   map[Place]struct{} // folders of logs that objects were read from
}

// NewReader makes a reader. It asks AWS nothing yet.
func NewReader(a *account.Account, opt ReaderOptions) *Reader {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	r := &Reader{
		account: a, log: opt.Log,
		regions: map[string]string{}, clients: map[place]*s3.Client{}, roots: map[Place]struct{}{},
	}
	r.ahead = newAhead(opt.Ahead, r.open)
	return r
}

// Open begins to read an object. A body whose connection breaks is taken up
// again where it broke, a bounded number of times. Errors, of Open and of Read,
// are *source.Fault: Gone, Forbidden with the missing action, Changed when the
// ETag is no longer the object's, and so on. The bytes are as stored, whatever
// Content-Encoding says.
func (r *Reader) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	if body, ok := r.ahead.take(ctx, ref); ok {
		r.learn(ref)
		return body, nil
	}
	body, err := r.open(ctx, ref)
	if err == nil {
		r.learn(ref)
	}
	return body, err
}

func (r *Reader) open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	out, err := r.get(ctx, ref, 0)
	if ref.Version != "" && ref.ETag != "" && (gone(err) || errors.Is(err, errOther)) {
		// Whoever may write to a queue can name a version that never was, or one of
		// other bytes: the ETag says what is meant.
		missing := gone(err)
		ref.Version = ""
		current, currentErr := r.get(ctx, ref, 0)
		if !missing || !changed(currentErr) {
			out, err = current, currentErr
		}
	}
	if err != nil {
		return nil, err
	}
	if ref.ETag == "" {
		ref.ETag = cleanETag(aws.ToString(out.ETag))
	}
	if out.VersionId != nil && ref.Version == "" && *out.VersionId != "null" {
		ref.Version = *out.VersionId
	}
	total := int64(-1)
	if out.ContentLength != nil {
		total = *out.ContentLength
	}
	return &body{ctx: ctx, reader: r, ref: ref, in: out.Body, total: total}, nil
}

// get asks for the bytes of an object from one on.
func (r *Reader) get(ctx context.Context, ref Ref, from int64) (*s3.GetObjectOutput, error) {
	in := &s3.GetObjectInput{Bucket: &ref.Bucket, Key: &ref.Key}
	if ref.Version != "" {
		in.VersionId = &ref.Version
	} else if ref.ETag != "" {
		in.IfMatch = aws.String(`"` + ref.ETag + `"`)
	}
	if from > 0 {
		in.Range = aws.String(rangeFrom(from))
	}
	var out *s3.GetObjectOutput
	err := r.call(ctx, ref.Bucket, func(c *s3.Client) (err error) {
		out, err = c.GetObject(ctx, in)
		return err
	})
	if err != nil {
		return nil, account.Explain(err, "read "+ref.URI())
	}
	// A version names other bytes where a notification is wrong about them; they
	// must not count as the object that has this ETag.
	if etag := cleanETag(aws.ToString(out.ETag)); ref.ETag != "" && etag != "" && etag != cleanETag(ref.ETag) {
		_ = out.Body.Close()
		return nil, &source.Fault{Kind: source.Changed, What: "read " + ref.URI(), Err: errOther, Remedy: "nothing: what lies there has its own ETag, and is read as such"}
	}
	return out, nil
}

var errOther = errors.New("its ETag is another one")

// Head asks for what is known of an object: its ETag, size and time.
func (r *Reader) Head(ctx context.Context, ref Ref) (Ref, error) {
	in := &s3.HeadObjectInput{Bucket: &ref.Bucket, Key: &ref.Key}
	if ref.Version != "" {
		in.VersionId = &ref.Version
	}
	var out *s3.HeadObjectOutput
	err := r.call(ctx, ref.Bucket, func(c *s3.Client) (err error) {
		out, err = c.HeadObject(ctx, in)
		return err
	})
	if err != nil {
		return ref, account.Explain(err, "look at "+ref.URI())
	}
	ref.ETag, ref.Size, ref.Modified = cleanETag(aws.ToString(out.ETag)), -1, aws.ToTime(out.LastModified)
	if out.ContentLength != nil {
		ref.Size = *out.ContentLength
	}
	return ref, nil
}

// call runs one request with a client for the bucket's Region. Where S3 says
// that the bucket lies elsewhere, it asks where and runs it once more; where the
// credentials have run out, it has them made anew.
func (r *Reader) call(ctx context.Context, bucket string, do func(*s3.Client) error) error {
	client, region := r.client(bucket)
	err := do(client)
	if err == nil {
		return nil
	}
	if elsewhere(err) {
		found, lookErr := r.locate(ctx, bucket, client, err)
		if lookErr != nil || found == "" || found == region {
			return errors.Join(err, lookErr)
		}
		client = r.moved(bucket, found)
		if err = do(client); err == nil {
			return nil
		}
	}
	if expired(err) && r.renew() {
		err = do(client)
	}
	return err
}

func (r *Reader) client(bucket string) (*s3.Client, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	region, ok := r.regions[bucket]
	if !ok {
		region = regionOfARN(bucket)
	}
	return r.clientFor(bucket, region), region
}

// place is what a client is made for.
type place struct {
	region string
	arn    bool // the ARN of an access point stands for the bucket
}

// clientFor is called with the lock held.
func (r *Reader) clientFor(bucket, region string) *s3.Client {
	at := place{region, strings.HasPrefix(bucket, "arn:")}
	client, ok := r.clients[at]
	if !ok {
		client = r.account.S3(region)
		if at.arn { // goes into the host's name, and nowhere else
			client = s3.New(client.Options(), func(o *s3.Options) { o.UsePathStyle = false })
		}
		r.clients[at] = client
	}
	return client
}

// moved remembers the Region of a bucket.
func (r *Reader) moved(bucket, region string) *s3.Client {
	r.log.Info("bucket lies in another Region", "bucket", bucket, "region", region)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.regions[bucket] = region
	return r.clientFor(bucket, region)
}

// locate asks for the Region of a bucket: the answer of HeadBucket carries it,
// even where it is a refusal. GetBucketLocation is the owner's alone.
func (r *Reader) locate(ctx context.Context, bucket string, client *s3.Client, refusal error) (string, error) {
	if region := header(refusal, bucketRegion); region != "" {
		return region, nil
	}
	out, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return aws.ToString(out.BucketRegion), nil
	}
	if region := header(err, bucketRegion); region != "" {
		return region, nil
	}
	return "", err
}

// Region is where a bucket lies, asked of S3 once.
func (r *Reader) Region(ctx context.Context, bucket string) (string, error) {
	client, region := r.client(bucket)
	if region != "" {
		return region, nil
	}
	found, err := r.locate(ctx, bucket, client, nil)
	if err != nil {
		return "", account.Explain(err, "find the Region of s3://"+bucket)
	}
	if found != "" && found != r.account.Region() {
		r.moved(bucket, found)
	}
	return found, nil
}

// renew has the credentials made anew; false when they cannot be.
func (r *Reader) renew() bool {
	cache, ok := r.account.SDK("").Credentials.(interface{ Invalidate() })
	if ok {
		cache.Invalidate()
	}
	return ok
}

// learn remembers the folder of logs that an object was read from: its records
// may refer to bodies in it.
func (r *Reader) learn(ref Ref) {
	at, ok := parseLayout(ref.Key)
	if !ok || at.service != bedrockLogs {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.roots) < mostRoots {
		r.roots[Place{Bucket: ref.Bucket, Prefix: at.root}] = struct{}{}
	}
}

// mostRoots bounds what is remembered; an organization with all accounts and
// Regions stays below it.
const mostRoots = 50_000
