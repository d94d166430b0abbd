package logging

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// Sample is what was measured of records that were delivered already.
type Sample struct {
	Objects int     `json:"objects"`          // whose sizes were listed, large bodies among them
	Read    int     `json:"objects_read"`     // whose records were counted
	Records int     `json:"records_read"`     // that they hold
	Plain   float64 `json:"bytes_per_record"` // as CloudWatch takes it in
	Stored  float64 `json:"stored_bytes_per_record"`
	Puts    float64 `json:"objects_per_record"`
}

// What a sample costs at most: so much time, one page of a day's listing, and the
// reading of some small objects.
const (
	sampleTime    = 2 * time.Second
	sampleObjects = 500
	sampleReads   = 5
	sampleLargest = 1 << 20
)

// measure looks at what a Region's logging delivered lately; nil when there is
// nothing, or it may not be looked at. It lists one page of at most three days.
func (t *Tool) measure(ctx context.Context, p place, logging string) *Sample {
	c, err := fromText[types.LoggingConfig](logging)
	if logging == "" || err != nil || c.S3Config == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, sampleTime)
	defer cancel()
	for day := range 3 {
		below := p.logsOf(aws.ToString(c.S3Config.KeyPrefix)) + p.region + t.opt.Now().UTC().AddDate(0, 0, -day).Format("/2006/01/02/")
		out, err := p.s3().ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: c.S3Config.BucketName, Prefix: &below, MaxKeys: aws.Int32(sampleObjects)})
		if err != nil {
			t.opt.Log.Debug("what records weigh is not measured", "region", p.region, "error", explain(err, "list "+aws.ToString(c.S3Config.BucketName)).Error())
			return nil
		}
		if s := readSample(ctx, p, aws.ToString(c.S3Config.BucketName), out.Contents); s != nil {
			return s
		}
	}
	return nil
}

// weight is what reading one object showed.
type weight struct {
	records           int
	plain, compressed int64
}

func readSample(ctx context.Context, p place, bucket string, list []objects.Object) *Sample {
	var small []string
	var all, withRecords int64
	for _, o := range list {
		size := aws.ToInt64(o.Size)
		all += size
		if strings.Contains(aws.ToString(o.Key), "/data/") {
			continue
		}
		if withRecords += size; size <= sampleLargest && len(small) < sampleReads {
			small = append(small, aws.ToString(o.Key))
		}
	}
	weights := make([]weight, len(small))
	var work sync.WaitGroup
	for i, key := range small {
		work.Go(func() { weights[i], _ = weigh(ctx, p, bucket, key) }) // one that cannot be read is none
	}
	work.Wait()
	s, plain, compressed := &Sample{Objects: len(list)}, int64(0), int64(0)
	for _, w := range weights {
		if w.records == 0 {
			continue
		}
		s.Read++
		s.Records += w.records
		plain, compressed = plain+w.plain, compressed+w.compressed
	}
	if s.Records == 0 || compressed == 0 {
		return nil
	}
	// How many records all objects of the page hold, by the weight of those read.
	records := float64(withRecords) * float64(s.Records) / float64(compressed)
	s.Plain, s.Stored, s.Puts = float64(plain)/float64(s.Records), float64(all)/records, float64(len(list))/records
	return s
}

func weigh(ctx context.Context, p place, bucket, key string) (w weight, err error) {
	out, err := p.s3().GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return w, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(io.LimitReader(out.Body, sampleLargest))
	if err != nil {
		return w, err
	}
	w.compressed = int64(len(body))
	err = decode.New(decode.Limits{Expanded: mostOfOne}).Decode(ctx, bytes.NewReader(body), event.Origin{Bucket: bucket, Key: key}, func(i decode.Item) error {
		switch {
		case i.Verdict == decode.Bad:
			return errDamaged
		case i.Verdict == decode.Good && i.Kind == decode.Invocation:
			w.records++
			w.plain += i.Size
		}
		return nil
	})
	if err != nil {
		return weight{}, err
	}
	return w, nil
}

// errDamaged ends the weighing of an object that is not whole.
var errDamaged = errors.New("damaged")
