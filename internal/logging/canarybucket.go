package logging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// What a canary reads of a bucket at most: other calls' records lie beside its own.
const (
	mostObjects = 500
	mostBytes   = 256 << 20 // compressed, of all objects together
	mostOfOne   = 64 << 20  // expanded, of one object
	mostTries   = 3         // of an object that could not be read to its end
)

// arrivals looks for the object that holds the canary's record.
type arrivals struct {
	*flight
	bucket, prefix string
	seen           map[string]int // how often a key was read
	bytes          int64
}

// look reads the objects that came since the call, each once, or
// again when its end did not come.
func (d *arrivals) look(ctx context.Context) (string, error) {
	for _, hour := range d.hours() {
		below := d.p.logsOf(d.prefix) + d.Region + hour.Format("/2006/01/02/15/")
		in := &s3.ListObjectsV2Input{Bucket: &d.bucket, Prefix: &below,
			// Names begin with their time; a minute is as far as they are alike everywhere.
			StartAfter: aws.String(below + d.Called.Add(-skew).Format("20060102T1504"))}
		list := s3.NewListObjectsV2Paginator(d.p.s3(), in)
		for list.HasMorePages() {
			page, err := list.NextPage(ctx)
			if err != nil {
				return "", explain(err, "list s3://"+d.bucket+"/"+below)
			}
			for _, o := range page.Contents {
				key := aws.ToString(o.Key)
				if d.seen[key] >= mostTries || strings.Contains(key, "/data/") || aws.ToTime(o.LastModified).Before(d.Called.Add(-skew)) {
					continue
				}
				found, err := d.holds(ctx, key, aws.ToInt64(o.Size))
				if err != nil || found {
					return "s3://" + d.bucket + "/" + key, err
				}
			}
		}
	}
	return "", nil
}

// hours are those of the call and since.
func (d *arrivals) hours() []time.Time {
	var list []time.Time
	for at := d.Called.Add(-skew).Truncate(time.Hour); !at.After(d.tool.opt.Now().UTC()); at = at.Add(time.Hour) {
		list = append(list, at)
	}
	return list
}

// errFound ends the reading of an object.
var errFound = errors.New("found")

// holds reports whether an object has the record of the call. Of the records only
// the request ids and the canaries' marks are looked at.
func (d *arrivals) holds(ctx context.Context, key string, size int64) (bool, error) {
	if len(d.seen) >= mostObjects || d.bytes+size > mostBytes {
		return false, &trouble{what: "look for the record in s3://" + d.bucket, why: fmt.Sprintf("more came since the call than a canary reads: %d objects of %d MB were read", len(d.seen), d.bytes>>20),
			remedy: "Whether the record came was not found out; run it again when less is called, or look into the log group."}
	}
	out, err := d.p.s3().GetObject(ctx, &s3.GetObjectInput{Bucket: &d.bucket, Key: &key})
	if err != nil {
		return false, explain(err, "read s3://"+d.bucket+"/"+key)
	}
	defer out.Body.Close()
	tries := d.seen[key] + 1
	d.seen[key] = mostTries
	d.bytes += size
	decoder := decode.New(decode.Limits{Expanded: mostOfOne, Line: mostOfOne})
	err = decoder.Decode(ctx, io.LimitReader(out.Body, mostBytes), event.Origin{Bucket: d.bucket, Key: key}, func(i decode.Item) error {
		if i.Verdict == decode.Bad { // a body that broke off is one: it is read again
			d.seen[key] = tries
		}
		if i.Verdict != decode.Good || i.Kind != decode.Invocation {
			return nil
		}
		if id := i.Doc.Get("requestId").Str(); id != "" && id == d.RequestID || i.Doc.Get("requestMetadata", canaryKey).Str() == d.Mark {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return true, nil
	}
	return false, err
}
