package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/klauspost/compress/gzip"

	"seismo/test/standin"
)

// longText is how much one record of the large object says.
const longText = 300_000

// gzObject makes one gzip stream of calls as it is read: the same bytes each
// time, and never more of them in memory than a record has.
type gzObject struct {
	seed    uint64
	records int64
	next    int64
	random  *rand.Rand
	text    []byte
	out     bytes.Buffer
	gz      *gzip.Writer
}

func newGzObject(seed uint64, records int64) *gzObject {
	o := &gzObject{seed: seed, records: records, random: rand.New(rand.NewPCG(seed, 0x91b))}
	o.gz, _ = gzip.NewWriterLevel(&o.out, gzip.BestSpeed) // there is this level
	return o
}

// Read gives the next bytes.
func (o *gzObject) Read(p []byte) (int, error) {
	for o.out.Len() == 0 {
		if o.next > o.records {
			return 0, io.EOF
		}
		if err := o.advance(); err != nil {
			return 0, err
		}
	}
	return o.out.Read(p)
}

// advance packs one record, or the stream's end.
func (o *gzObject) advance() error {
	o.next++
	if o.next > o.records {
		return o.gz.Close()
	}
	_, err := o.gz.Write(o.record())
	return err
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"

// record is a call with a question of random letters, of which a compressor can
// only save a quarter.
func (o *gzObject) record() []byte {
	at := start.Add(time.Duration(o.next) * time.Second)
	b := fmt.Appendf(o.text[:0], `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":%q,"accountId":"111122223333","region":"us-east-1",`+
		`"requestId":"%08x-0000-4000-8000-%012x","operation":"Converse","modelId":"amazon.nova-micro-v1:0",`+
		`"input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":"`,
		at.Format(time.RFC3339), o.random.Uint32(), o.next)
	size := longText/2 + o.random.IntN(longText)
	var eight [8]byte
	for range size / 8 {
		binary.LittleEndian.PutUint64(eight[:], o.random.Uint64())
		for _, c := range eight {
			b = append(b, letters[c&63])
		}
	}
	b = append(b, `"}]}]},"inputTokenCount":9},"output":{"outputContentType":"application/json","outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"yes"}]}},"stopReason":"end_turn"},"outputTokenCount":1}}`+"\n"...)
	o.text = b
	return b
}

// measureGz says how many records make an object of at least so many bytes, and
// how many it has exactly.
func measureGz(ctx context.Context, seed uint64, least int64) (records, size int64, err error) {
	o := newGzObject(seed, 1<<62)
	for size < least && ctx.Err() == nil {
		if err := o.advance(); err != nil {
			return 0, 0, err
		}
		size += int64(o.out.Len())
		o.out.Reset()
	}
	records, o.records = o.next, o.next
	err = o.advance()
	return records, size + int64(o.out.Len()), err
}

// large puts one object of at least so many bytes into the bucket.
func (w *world) large(ctx context.Context, seed uint64, least int64) error {
	records, size, err := measureGz(ctx, seed, least)
	if err != nil {
		return fmt.Errorf("measure the large object: %w", err)
	}
	w.records = records
	o := standin.Object{Bucket: bucketName, Key: "large.json.gz", ETag: fmt.Sprintf("%032x", seed), Size: size}
	w.cloud.PutLarge(o, func(offset int64) io.Reader {
		if offset == 0 {
			w.opened.Add(1)
		} else {
			w.resumed.Add(1)
		}
		in := newGzObject(seed, records)
		if _, err := io.CopyN(io.Discard, in, offset); err != nil {
			return bytes.NewReader(nil) // too short: it will be seen
		}
		return in
	})
	return nil
}
